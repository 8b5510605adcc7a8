import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UnexpectedOutput } from "../../src/dataplane/json.ts";
import { encodeLink, linkNameFault, parseLinks } from "../../src/dataplane/link.ts";
import { damaged } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const SHOWN = fixture("address-show.iproute2-6.1.0.json");

test("links and addresses are read as ip prints them", () => {
  const links = parseLinks(SHOWN);
  const web = links.get("web");
  assert.ok(web);
  const linkLocal = web.addresses.filter(({ address }) => address.startsWith("fe80:"));
  assert.equal(linkLocal.length, 1);
  assert.deepEqual(
    { ...web, addresses: web.addresses.filter((address) => !linkLocal.includes(address)) },
    {
      name: "web",
      kind: "dummy",
      alias: "bgp-lb",
      up: true,
      addresses: [
        { address: "10.88.2.1", prefixLength: 32, usable: true },
        { address: "10.88.2.9", prefixLength: 32, usable: true },
        { address: "10.88.2.11", prefixLength: 24, usable: true },
        { address: "10.88.2.12", prefixLength: 24, usable: true },
        { address: "2001:db8:f::10", prefixLength: 128, usable: true },
      ],
    },
  );
  assert.deepEqual(links.get("idle"), { name: "idle", kind: "dummy", alias: "", up: false, addresses: [] });
  assert.equal(links.get("lo")?.kind, "");
  assert.equal(links.get("va")?.kind, "veth");
});

test("an alternative name of a link is taken, and not by a link that could be ours", () => {
  const links = parseLinks(SHOWN);
  assert.deepEqual(links.get("uplink"), { name: "uplink", kind: "altname of va", alias: "", up: true, addresses: [] });
  assert.equal(links.get("enp0s1")?.kind, "altname of va");
});

// fault: duplicate-address
test("an address under duplicate address detection, or that failed it, is not usable", () => {
  const tentative = parseLinks(fixture("address-show-tentative.iproute2-6.1.0.json")).get("va");
  const failed = parseLinks(fixture("address-show-dadfailed.iproute2-6.1.0.json")).get("va");
  const usable = (link: typeof failed, address: string) =>
    link?.addresses.find((one) => one.address === address)?.usable;
  assert.equal(usable(tentative, "2001:db8:1::1"), false);
  assert.equal(usable(tentative, "192.0.2.10"), true);
  assert.equal(usable(failed, "2001:db8:5::1"), false);
  assert.equal(usable(failed, "2001:db8:1::1"), true);
});

test("no links is an answer; holes of old versions are passed over", () => {
  assert.equal(parseLinks("").size, 0);
  assert.equal(parseLinks("[]\n").size, 0);
  assert.equal(parseLinks(`[{},{"ifname":"a","flags":[]}]`).size, 1);
});

test("unexpected output says what was expected, where, and what was found", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["nonsense", 'expected JSON, found "nonsense"'],
    ["{}", 'expected an array, found "{}"'],
    ["[1]", "[0]: expected an object, found 1"],
    ['[{"flags":[]}]', "[0]: ifname: expected a name, found nothing"],
    ['[{"ifname":"a"}]', "[0]: flags: expected an array, found nothing"],
    ['[{"ifname":"a","flags":[],"linkinfo":7}]', "[0]: linkinfo: expected an object, found 7"],
    ['[{"ifname":"a","flags":[],"addr_info":7}]', "[0]: addr_info: expected an array, found 7"],
    [
      '[{"ifname":"a","flags":[],"addr_info":[{"family":"inet","local":"x"}]}]',
      '[0]: addr_info[0]: local: expected an address, found "x"',
    ],
    [
      '[{"ifname":"a","flags":[],"addr_info":[{"family":"inet6","local":"::1","prefixlen":"128"}]}]',
      '[0]: addr_info[0]: prefixlen: expected a number, found "128"',
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseLinks(text), {
      name: "UnexpectedOutput",
      message: `ip -json -details address show: ${message}`,
    });
  }
});

// fault: ip-prints-garbage
test("no text makes the parser throw anything but UnexpectedOutput", () => {
  fc.assert(
    fc.property(fc.oneof(damaged(SHOWN), fc.json()), (text) => {
      try {
        parseLinks(text);
      } catch (error) {
        assert.ok(error instanceof UnexpectedOutput, String(error));
      }
    }),
  );
});

test("link ops spell the name's keyword out: a link called b is no broadcast", () => {
  assert.deepEqual(
    (["link.add", "link.mark", "link.up", "link.delete"] as const).map((kind) =>
      encodeLink({ target: "kernel", kind, link: "b" }).join(" "),
    ),
    ["link add name b type dummy", "link set dev b alias bgp-lb", "link set dev b up", "link delete dev b"],
  );
});

test("a name that ip or the kernel would read as something else is refused with the reason", () => {
  for (const name of ["web", "bgplb0", "a.b", "a-b_c", "é", "123456789012345"])
    assert.equal(linkNameFault(name), undefined);
  for (const name of [
    "",
    ".",
    "..",
    "a b",
    "a/b",
    "a:b",
    "x%d",
    "#x",
    '"x',
    "a\\",
    "a\nlink delete dev eth0",
    "1234567890123456",
    "ééééééééé",
  ])
    assert.match(linkNameFault(name) ?? "", /^link name /, name);
});
