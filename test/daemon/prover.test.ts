import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { TcpSocket } from "../../src/core/ports.ts";
import { Prover } from "../../src/daemon/prover.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { VirtualClock } from "../support/clock.ts";
import { FakeSpeaker } from "../support/fake-speaker.ts";
import { recordingLog } from "../support/log.ts";
import { HOST, ip } from "../support/world.ts";

const PEER = { address: ip("10.88.0.253"), as: 65512, port: 179, session: "established" } as const;
const PREFIX = "10.88.2.1/32" as Prefix;

function stage() {
  const clock = new VirtualClock();
  const speaker = new FakeSpeaker();
  const { logger, lines } = recordingLog();
  const socket: { -readonly [K in keyof TcpSocket]: TcpSocket[K] } = {
    localPort: 40_000,
    remote: PEER.address,
    remotePort: 179,
    unacknowledged: 0,
  };
  let reads = 0;
  const sockets = {
    toward: () => {
      reads++;
      return Promise.resolve([socket]);
    },
  };
  speaker.state = {
    identity: { as: 65512, routerId: HOST, listenPort: -1 },
    originatorOnly: true,
    peers: new Map([[PEER.address, PEER]]),
    paths: new Map([[PREFIX, { prefix: PREFIX, nextHop: HOST }]]),
  };
  const prover = new Prover({ speaker, sockets, clock, reporter: new Reporter(logger) });
  const look = async () => (await prover.look(speaker.state, () => true)).get(PEER.address)?.paths.get(PREFIX)?.state;
  return { clock, speaker, prover, socket, look, lines, reads: () => reads };
}

test("what waits for its proof is looked at after 100, 200, 400 ms; what is proven costs no look at a socket", async () => {
  const { clock, prover, socket, look, reads } = stage();
  socket.unacknowledged = 5;
  const pauses: number[] = [];
  for (let looks = 0; looks < 4; looks++) {
    assert.equal(await look(), "unacknowledged");
    pauses.push(prover.wakeAt - clock.now());
    await clock.advance(pauses.at(-1) ?? 0);
  }
  assert.deepEqual(pauses, [100, 200, 400, 800]);
  socket.unacknowledged = 0;
  assert.equal(await look(), "proven");
  assert.equal(prover.wakeAt, Number.POSITIVE_INFINITY);
  const before = reads();
  assert.equal(await look(), "proven");
  assert.equal(reads(), before);
});

test("a path that is sent anew has to be proven anew: lost where somebody took it away, not where we changed it", async () => {
  const { clock, prover, speaker, look } = stage();
  await look();
  await clock.advance(100);
  assert.equal(await look(), "proven");
  prover.sending(new Set([PREFIX]), () => false);
  assert.equal(prover.lost, 0);
  speaker.updates++;
  assert.equal(await look(), "unacknowledged");
  await clock.advance(100);
  assert.equal(await look(), "proven");
  prover.sending(new Set([PREFIX]), () => true);
  assert.equal(prover.lost, 1);
});

test("the withdrawal of the last path is looked after until the router has acknowledged it", async () => {
  const { clock, prover, speaker, socket, look, reads } = stage();
  await look();
  await clock.advance(100);
  assert.equal(await look(), "proven");
  prover.sending(new Set([PREFIX]), () => false);
  speaker.state = { ...speaker.state, paths: new Map() };
  speaker.updates++;
  socket.unacknowledged = 23;
  await look();
  assert.equal(prover.wakeAt, clock.now() + 100);
  await clock.advance(100);
  await look();
  assert.deepEqual([...prover.leaving], [PREFIX]);
  socket.unacknowledged = 0;
  await clock.advance(200);
  await look();
  assert.deepEqual([[...prover.leaving], prover.wakeAt, prover.lost], [[], Number.POSITIVE_INFINITY, 0]);
  const before = reads();
  await look();
  assert.equal(reads(), before, "nothing is left to look after");
});

test("a gobgpd that cannot be read proves nothing, and loses nothing while its sessions go on", async () => {
  const { clock, prover, speaker, look, lines } = stage();
  await look();
  await clock.advance(100);
  await look();
  speaker.reach = "silent";
  assert.equal(await look(), undefined);
  assert.equal((await prover.look(undefined, () => true)).size, 0);
  assert.deepEqual(lines, [], "the speaker itself tells when it goes");
  speaker.reach = "up";
  assert.equal(await look(), "proven");
  assert.equal(prover.lost, 0);
  await prover.look("absent", () => true);
  assert.equal(prover.lost, 1);
  speaker.sent = () => Promise.reject(new Error("odd"));
  assert.equal(await look(), undefined);
  assert.deepEqual(lines, ["error reading gobgpd: odd"]);
});

test("sockets that cannot be read are told once, and prove nothing", async () => {
  const { clock, speaker, lines } = stage();
  const told = recordingLog();
  const prover = new Prover({
    speaker,
    sockets: { toward: () => Promise.reject(new Error("no /proc")) },
    clock,
    reporter: new Reporter(told.logger),
  });
  for (let looks = 0; looks < 3; looks++) await prover.look(speaker.state, () => true);
  assert.deepEqual([lines, told.lines], [[], ["error reading the sockets: no /proc"]]);
});
