import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { VirtualService } from "../../src/core/service.ts";
import { realServerKey, virtualServiceKey } from "../../src/core/service.ts";
import { encodeIpvs } from "../../src/dataplane/ipvs.ts";
import { parseProc } from "../../src/dataplane/ipvs-proc.ts";
import { parseSave } from "../../src/dataplane/ipvs-save.ts";
import type { IpvsTable } from "../../src/dataplane/ipvs-table.ts";
import { UnexpectedOutput } from "../../src/dataplane/json.ts";
import { aVirtualService, damaged } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const PROC = fixture("proc-ip_vs.linux-6.1.txt");
const SAVE = fixture("save.ipvsadm-1.31.txt");

/** The two sources have the real servers in different orders. */
function sorted(table: IpvsTable): readonly unknown[] {
  return [...table.values()]
    .map((service) => ({
      ...service,
      realServers: [...service.realServers].sort((a, b) => (realServerKey(a) < realServerKey(b) ? -1 : 1)),
    }))
    .sort((a, b) => (virtualServiceKey(a) < virtualServiceKey(b) ? -1 : 1));
}

test("/proc/net/ip_vs is read as the kernel prints it", () => {
  const table = parseProc(PROC);
  assert.deepEqual([...table.keys()].sort(), [
    "sctp 10.88.2.1:3868",
    "tcp 10.88.2.1:80",
    "tcp 10.88.2.2:80",
    "tcp [2001:db8:f::10]:80",
    "tcp [2001:db8:f::10]:81",
    "udp 10.88.2.1:53",
  ]);
  assert.deepEqual(sorted(table)[1], {
    vip: "10.88.2.1",
    port: 80,
    protocol: "tcp",
    scheduler: "rr",
    flags: [],
    realServers: [
      { address: "10.88.2.1", port: 8080, forwarding: "masquerade", weight: 65535 },
      { address: "192.0.2.10", port: 80, forwarding: "direct", weight: 3 },
      { address: "192.0.2.10", port: 8080, forwarding: "masquerade", weight: 1 },
      { address: "192.0.2.20", port: 80, forwarding: "direct", weight: 3 },
      { address: "192.0.2.21", port: 80, forwarding: "tunnel", weight: 0 },
    ],
  });
});

test("/proc/net/ip_vs and ipvsadm -S tell the same, but for the flags", () => {
  assert.deepEqual(sorted(parseProc(PROC)), sorted(parseSave(SAVE)));
  const full = parseSave(fixture("save-flags.ipvsadm-1.31.txt"));
  const flagless = [...full].map(([key, service]) => [key, { ...service, flags: [] }] as const);
  assert.deepEqual(sorted(parseProc(fixture("proc-ip_vs-flags.linux-6.1.txt"))), sorted(new Map(flagless)));
});

test("ipvsadm -S tells the flags of the schedulers that have some", () => {
  const table = parseSave(fixture("save-flags.ipvsadm-1.31.txt"));
  const flags = [...table].map(([key, service]) => `${key} ${[service.scheduler, ...service.flags].join(" ")}`);
  assert.deepEqual(
    flags.filter((line) => / (sh|mh)\b/.test(line)),
    [
      "udp 10.88.2.1:54 sh sh-fallback sh-port",
      "udp 10.88.2.1:55 mh mh-port",
      "udp 10.88.2.1:56 mh",
      "udp 10.88.2.1:57 sh",
    ],
  );
});

test("an empty table, and services by firewall mark, have no services for us", () => {
  const head = PROC.split("\n").slice(0, 3).join("\n");
  assert.equal(parseProc(head).size, 0);
  assert.equal(parseProc("").size, 0);
  assert.equal(parseProc(`${head}\nFWM  00000007 rr \n  -> C000020A:0000      Masq    1      0          0\n`).size, 0);
  assert.equal(parseSave("").size, 0);
  assert.equal(parseSave("-A -f 7 -s rr\n-a -f 7 -r 192.0.2.10:0 -m -w 1\n").size, 0);
});

test("what cannot be is an error that says the line and what was expected", () => {
  const cases: readonly (readonly [() => IpvsTable, RegExp])[] = [
    [() => parseProc("TCP  0A580201 rr\n"), /line 1: expected hexadecimal address:port, found "0A580201" in /],
    [() => parseProc("TCP  0A580201:0050\n"), /line 1: expected a scheduler in /],
    [
      () => parseProc("TCP  0A580201:0050 rr\n  -> C000020A:0050 Warp 1 0 0\n"),
      /line 2: expected Masq, .*, found "Warp"/,
    ],
    [() => parseProc("TCP  0A580201:0050 rr\n  -> C000020A:0050 Masq x 0 0\n"), /line 2: expected a weight, found "x"/],
    [() => parseProc("  -> C000020A:0050 Masq 1 0 0\n"), /line 1: real server without a service/],
    [() => parseProc("hello\n"), /line 1: expected a protocol, found "hello"/],
    [() => parseSave("hello\n"), /ipvsadm -S -n: line 1: expected -A or -a, found "hello"/],
    [() => parseSave("-A -s rr\n"), /line 1: expected -t, -u, --sctp-service or -f in /],
    [() => parseSave("-A -t 10.88.2.1 -s rr\n"), /expected address:port, found "10.88.2.1"/],
    [() => parseSave("-A -t 10.88.2.1:65536 -s rr\n"), /expected address:port/],
    [() => parseSave("-A -t 10.88.2.1:80\n"), /expected -s and a scheduler/],
    [() => parseSave("-A -t 10.88.2.1:80 -s rr\n-a -t 10.88.2.1:80 -r 1.2.3.4:5 -w 1\n"), /expected -m, -g or -i/],
    [() => parseSave("-A -t 10.88.2.1:80 -s rr\n-a -t 10.88.2.1:80 -r 1.2.3.4:5 -m\n"), /expected -w and a weight/],
  ];
  for (const [parse, message] of cases) assert.throws(parse, { name: "UnexpectedOutput", message });
});

// fault: ipvsadm-prints-garbage
test("no text makes a parser throw anything but UnexpectedOutput", () => {
  const cases: readonly (readonly [string, (text: string) => IpvsTable])[] = [
    [PROC, parseProc],
    [SAVE, parseSave],
  ];
  for (const [real, parse] of cases) {
    fc.assert(
      fc.property(damaged(real), (text) => {
        try {
          parse(text);
        } catch (error) {
          assert.ok(error instanceof UnexpectedOutput, String(error));
        }
      }),
    );
  }
});

test("what is written for ipvsadm -R is read back from ipvsadm -S", () => {
  fc.assert(
    fc.property(aVirtualService, (service: VirtualService) => {
      const ops = [
        { target: "kernel", kind: "virtualService.add", service } as const,
        ...service.realServers.map(
          (server) => ({ target: "kernel", kind: "realServer.add", service, server }) as const,
        ),
      ];
      const text = ops.map((op) => `${encodeIpvs(op).join(" ")}\n`).join("");
      assert.deepEqual([...parseSave(text).values()], [service]);
    }),
  );
});
