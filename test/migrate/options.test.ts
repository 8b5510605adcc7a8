import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../../src/core/address.ts";
import { importAnycast } from "../../src/migrate/anycast.ts";
import { ANYCAST_DAEMON_OPTIONS, SERVICE_OPTIONS } from "../../src/migrate/anycast-answers.ts";
import { serviceName } from "../../src/migrate/draft.ts";
import { serviceOf } from "../../src/migrate/healthcheck.ts";
import { HEALTHCHECK_OPTIONS, readOptions } from "../../src/migrate/healthcheck-options.ts";
import { hostsOf } from "../../src/migrate/hosts.ts";
import { shellWords } from "../../src/migrate/shell-words.ts";

// Options that ExaBGP's own --help lists, each with a value that it takes.
const VALUES: Readonly<Record<string, string>> = {
  interval: "7",
  "fast-interval": "0.5",
  timeout: "9",
  rise: "8",
  fall: "6",
  disable: "/off",
  command: "check me",
  name: "other",
  label: "tag",
  "next-hop": "192.0.2.77",
  ip: "203.0.113.77",
  "local-preference": "77",
  "up-metric": "55",
  increase: "3",
  community: "1:2",
  "large-community": "1:2:3",
};
const BARE = ["--ip", "203.0.113.1", "--ip", "203.0.113.2"];

test("each option of ExaBGP's healthcheck changes the service or is told of, but those that mean what is so anyway", () => {
  const plain = JSON.stringify(serviceOf(readOptions(BARE, "x"), "x", "x", []));
  const silent = HEALTHCHECK_OPTIONS.filter((option) => {
    const given = readGiven([...BARE, `--${option}`], VALUES[option] ?? "1");
    return JSON.stringify(serviceOf(given, "x", "x", [])) === plain;
  });
  // --config is read before, --next-hop belongs to bgp.local, and --debounce is always so here.
  assert.deepEqual(silent.sort(), ["config", "debounce", "next-hop"]);
});

/** The last option gets the value where it wants one. */
function readGiven(words: readonly string[], value: string) {
  try {
    return readOptions(words, "x");
  } catch {
    return readOptions([...words, value], "x");
  }
}

test("options are read as argparse reads them", () => {
  const read = (line: string) => Object.fromEntries(readOptions(shellWords(line), "x"));
  assert.deepEqual(read("-i5 -t 3 --fal=2 --cmd 'a b' -c x --sudo -sF -d --syslog-facility local0"), {
    interval: ["5"],
    timeout: ["3"],
    fall: ["2"],
    command: ["a b", "x"],
    sudo: [""],
    "syslog-facility": ["", "local0"],
    debug: [""],
  });
  assert.deepEqual(read("--nonsense=1 --i 3"), { "--nonsense=1": [""], "--i": [""], "3": [""] });
});

test("each option of anycast-healthchecker's daemon and services is told of or has its key", () => {
  const daemon = {
    file: "d",
    text: `[daemon]\n${ANYCAST_DAEMON_OPTIONS.map((name) => `${name} = 1`).join("\n")}\nfoo = 1`,
  };
  const service = {
    file: "s",
    text: `[a]\n${Object.keys(SERVICE_OPTIONS)
      .map((name) => `${name} = 1`)
      .join("\n")}\nbar = 1\nip_prefix = 192.0.2.1\ncheck_cmd = x\ncheck_disabled = false`,
  };
  const { $comment, services } = importAnycast(daemon, [service]);
  assert.equal($comment.length, 1 + ANYCAST_DAEMON_OPTIONS.length + 1);
  assert.equal(services[0]?.$comment.length, Object.keys(SERVICE_OPTIONS).length + 1);
  for (const said of ["foo = 1: not an option", "bar: not an option"])
    assert.ok(
      [...$comment, ...(services[0]?.$comment ?? [])].some((comment) => comment.startsWith(said)),
      said,
    );
});

test("names that a link can have, each once", () => {
  assert.equal(serviceName("web.example.org", []), "web.example.org");
  assert.equal(serviceName("web.example.org", ["web.example.org"]), "web.example.o-2");
  assert.equal(serviceName("a b/c", []), "a-b-c");
  assert.equal(serviceName("lo", []), "vip-lo");
});

test("a network's addresses", () => {
  const hosts = (text: string, length: number) => hostsOf(parseAddress(text) ?? assert.fail(), length);
  assert.deepEqual(hosts("203.0.113.9", 30), ["203.0.113.8", "203.0.113.9", "203.0.113.10", "203.0.113.11"]);
  assert.deepEqual(hosts("2001:db8::fffe", 127), ["2001:db8:0:0:0:0:0:fffe", "2001:db8:0:0:0:0:0:ffff"]);
  assert.equal(hosts("10.0.0.0", 8), undefined);
});

test("words of a command line, by the quotes of sh", () => {
  assert.deepEqual(shellWords(`a 'b c' "d \\"e\\" $f" g\\ h ''`), ["a", "b c", 'd "e" $f', "g h", ""]);
  assert.throws(() => shellWords("'a"), { message: "a quote ' has no end" });
});
