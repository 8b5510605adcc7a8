import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { LeaseTerms } from "../../src/core/lease.ts";
import { Guard } from "../../src/daemon/guard.ts";
import type { ToGuard } from "../../src/daemon/guard-protocol.ts";
import { readToController, writeMessage } from "../../src/daemon/guard-protocol.ts";
import { VirtualClock } from "../support/clock.ts";
import { FakeSpeaker } from "../support/fake-speaker.ts";
import { recordingLog } from "../support/log.ts";
import { ip } from "../support/world.ts";

const A = "10.88.2.1/32" as Prefix;
const B = "10.88.2.2/32" as Prefix;

function hold(prefixes: Prefix[], address = "127.0.0.1:50051", onLost: LeaseTerms["onLost"] = "withdraw"): ToGuard {
  return {
    kind: "hold",
    terms: { term: 5_000, onLost, handover: 60_000 },
    prefixes,
    gobgp: { address },
  };
}

/** A guard over a gobgpd that holds both prefixes; `kept`: what it has kept over restarts, each time. */
function stage() {
  const kept: (readonly Prefix[] | undefined)[] = [];
  const clock = new VirtualClock();
  const speaker = new FakeSpeaker();
  const paths = new Map([A, B].map((prefix) => [prefix, { prefix, nextHop: ip("10.88.0.200") }] as const));
  const identity = { as: 65512, routerId: ip("10.88.0.200"), listenPort: -1 };
  speaker.state = { ...speaker.state, identity, paths };
  const stop = () => Promise.resolve();
  const guard = new Guard({
    clock,
    log: recordingLog().logger,
    openSpeaker: () => Promise.resolve(Object.assign(speaker, { stop })),
    save: (one) => {
      kept.push(one?.prefixes);
      return Promise.resolve();
    },
  });
  const leave = new AbortController();
  const running = guard.run(leave.signal);
  const end = () => {
    leave.abort();
    return running;
  };
  return { clock, speaker, guard, kept, end };
}

test("a guard answers a hold with what it watched and the hold does not name: whoever lost its ledger learns what is its own", async () => {
  const { guard, end } = stage();
  assert.deepEqual(guard.hear(hold([A, B])), { kind: "held", acted: false });
  const answer = guard.hear(hold([B]));
  assert.deepEqual(answer, { kind: "held", acted: false, dropped: [A] });
  assert.deepEqual(readToController(writeMessage(answer).trim()), answer);
  assert.deepEqual(guard.hear({ kind: "renew" }), { kind: "held", acted: false });
  assert.deepEqual(guard.hear(hold([B])), { kind: "held", acted: false }, "it watches that no more");
  await end();
});

test("nothing is told of a path in another gobgpd, nor of one that the guard has withdrawn: by now it may be somebody else's", async () => {
  const { guard, clock, speaker, end } = stage();
  guard.hear(hold([A]));
  assert.deepEqual(guard.hear(hold([B], "127.0.0.1:50052")), { kind: "held", acted: false });
  await clock.advance(7_000);
  assert.deepEqual([...speaker.state.paths.keys()], [A]);
  assert.deepEqual(guard.hear(hold([A], "127.0.0.1:50052")), { kind: "held", acted: true });
  await end();
});

// fault: guard-restarted-after-it-withdrew
test("what the guard has withdrawn it does not keep over a restart: by then it may be somebody else's", async () => {
  const { guard, clock, kept, end } = stage();
  guard.hear(hold([A]));
  await clock.advance(7_000);
  assert.deepEqual(kept, [[A], undefined]);
  guard.hear(hold([B], "127.0.0.1:50051", "keep"));
  await clock.advance(7_000);
  assert.deepEqual(kept.slice(2), [[B]], "what may be announced still is kept");
  await end();
});
