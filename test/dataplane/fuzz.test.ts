import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseAddress } from "../../src/core/address.ts";
import { parseBatch } from "../../src/dataplane/ip-batch.ts";
import { parseActive, parseProc, parseProcConnections } from "../../src/dataplane/ipvs-proc.ts";
import { parseSave } from "../../src/dataplane/ipvs-save.ts";
import { parseStats } from "../../src/dataplane/ipvs-stats.ts";
import type { IpvsTable } from "../../src/dataplane/ipvs-table.ts";
import { UnexpectedOutput } from "../../src/dataplane/json.ts";
import { LinkMonitor } from "../../src/dataplane/monitor.ts";
import { parseSockets } from "../../src/dataplane/sockets.ts";
import { VirtualClock } from "../support/clock.ts";
import { damaged } from "./arbitrary.ts";
import { ip } from "./build.ts";
import { fixture } from "./fixture.ts";

const PROTOCOLS = ["tcp", "udp", "sctp"];
const FORWARDINGS = ["masquerade", "direct", "tunnel"];
const PROC = fixture("proc-ip_vs.linux-6.1.txt");
const SAVE = fixture("save.ipvsadm-1.31.txt");
const STATS = fixture("stats.ipvsadm-1.31.txt");

/** Words that the tools print, and those that an object answers to without having them. */
const WORDS = [
  "TCP",
  "UDP",
  "FWM",
  "->",
  "rr",
  "Masq",
  "Route",
  "-A",
  "-a",
  "-t",
  "-r",
  "-m",
  "-w",
  "0A580201:0050",
  "10.88.2.1:80",
  "1",
  "0",
];
const TRAPS = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"];
const word = fc.constantFrom(...WORDS, ...TRAPS);
const words = fc
  .array(
    fc.oneof(
      fc.tuple(word, fc.constantFrom("0A580201:0050", "10.88.2.1:80"), word, word, word, word),
      fc.tuple(fc.constantFrom("->"), fc.constantFrom("0A580201:0050"), word, word, word, word),
      fc.array(word, { maxLength: 8 }),
    ),
    { maxLength: 6 },
  )
  .map((lines) => lines.map((line) => line.join(" ")).join("\n"));

/** A table that ops may be made from: real protocols, ways and numbers only. */
function sound(table: IpvsTable): void {
  for (const { vip, port, protocol, realServers, scheduler } of table.values()) {
    assert.ok(PROTOCOLS.includes(protocol) && typeof scheduler === "string" && parseAddress(vip) === vip);
    assert.ok(Number.isInteger(port) && port >= 0 && port <= 65_535);
    for (const server of realServers)
      assert.ok(FORWARDINGS.includes(server.forwarding) && Number.isInteger(server.weight) && server.weight >= 0);
  }
}

function counts(found: ReadonlyMap<string, number>): void {
  for (const [key, count] of found) assert.ok(/^(tcp|udp|sctp) /.test(key) && count >= 0, `${key} ${count}`);
}

const PARSERS: readonly (readonly [string, string, (text: string) => void])[] = [
  ["/proc/net/ip_vs", PROC, (text) => sound(parseProc(text))],
  ["its connections", PROC, (text) => counts(parseProcConnections(text).connections)],
  ["its open connections", PROC, (text) => counts(parseActive(text))],
  ["ipvsadm -S -n", SAVE, (text) => sound(parseSave(text))],
  ["ipvsadm -L --stats", STATS, (text) => counts(parseStats(text))],
];

// fault: ipvs-answers-nonsense
test("fuzz: whatever the IPVS table's readers are given, they answer what ops may be made from, or say what was unexpected", () => {
  for (const [name, real, parse] of PARSERS)
    fc.assert(
      fc.property(fc.oneof(damaged(real), words), (text) => {
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof UnexpectedOutput)) throw new Error(`${name}: ${String(error)}`);
          assert.ok(error.message.length < 1_000);
        }
      }),
      { numRuns: 300 },
    );
});

test("fuzz: whatever `ip -batch` says, its lines are answered for in order, and none twice", () => {
  const said = "RTNETLINK answers: File exists\nCommand failed -:2\nError: Unknown device type.\nCommand failed -:4\n";
  fc.assert(
    fc.property(damaged(said), fc.integer({ min: 0, max: 255 }), (text, code) => {
      const { failed, reached, ended } = parseBatch(text, code);
      for (const [line, what] of failed) assert.ok(line >= -1 && typeof what === "string");
      assert.ok(reached >= 0 && (ended === undefined || code !== 0));
    }),
  );
});

test("fuzz: whatever stands in /proc/net/tcp, only sockets to the address asked for are answered", () => {
  const real =
    "  sl  local_address rem_address   st tx_queue rx_queue\n   0: C8005A0A:0016 FD00580A:00B3 01 00000005:00000000 01:00000019 00000000     0        0 1 4\n";
  fc.assert(
    fc.property(damaged(real), (text) => {
      for (const { remote, localPort, remotePort, unacknowledged } of parseSockets(text, ip("10.88.0.253"))) {
        assert.equal(remote, "10.88.0.253");
        assert.ok([localPort, remotePort, unacknowledged].every((number) => Number.isInteger(number) && number >= 0));
      }
    }),
  );
});

// fault: ip-monitor-prints-garbage
test("fuzz: whatever `ip monitor` prints, in whatever pieces, it is read to the end; a line of our link among it calls for a look", async () => {
  const line = "3: web    inet 10.88.2.1/32 scope global web\n";
  await fc.assert(
    fc.asyncProperty(fc.array(damaged(line), { maxLength: 8 }), fc.nat({ max: line.length }), async (noise, cut) => {
      const clock = new VirtualClock();
      let looks = 0;
      const monitor = new LinkMonitor({
        clock,
        links: () => new Set(["web"]),
        onChange: () => looks++,
        onTrouble: () => undefined,
        follow: async (_, onText, signal) => {
          for (const text of noise) onText(text);
          for (const part of ["\n", line.slice(0, cut), line.slice(cut)]) onText(part);
          await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
          return "ended";
        },
      });
      monitor.start();
      await clock.advance(1_000);
      assert.equal(looks, 1);
      await monitor.stop();
    }),
    { numRuns: 60 },
  );
});
