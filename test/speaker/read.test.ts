import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SpeakerUnreachable } from "../../src/core/errors.ts";
import type { SpeakerEvent } from "../../src/core/ports.ts";
import { GobgpSpeaker } from "../../src/speaker/speaker.ts";
import { v4 } from "../../src/speaker/v4.ts";
import { until } from "../support/until.ts";
import { FakeGobgpd, NEVER, status } from "./fake-gobgpd.ts";
import { clock, never } from "./stage.ts";

const STARTED = { global: { asn: 64512, router_id: "10.0.0.1", listen_port: -1 } };

function follow(t: TestContext, fake: FakeGobgpd): { speaker: GobgpSpeaker; events: SpeakerEvent[] } {
  const events: SpeakerEvent[] = [];
  const speaker = new GobgpSpeaker({ address: fake.api, clock, onEvent: (event) => events.push(event) });
  t.after(async () => {
    await speaker.stop();
    fake.stop();
  });
  speaker.start();
  return { speaker, events };
}

test("what a gobgpd that lives refuses is told as it is, and is no outage", async (t) => {
  for (const [code, details, says] of [
    [2, "no such table", /^gobgpd at 127\.0\.0\.1:\d+ answered "no such table" \(UNKNOWN\) to ListPath$/],
    [8, "too large", /^gobgpd at .* answered "too large" \(RESOURCE_EXHAUSTED\) to ListPath$/],
    [4, "slow", /^gobgpd at .* does not answer within 15 s \(ListPath\): .* has too much to do/],
  ] as const) {
    const fake = await FakeGobgpd.serve(v4, {
      GetBgp: () => STARTED,
      ListPeer: () => [],
      ListPath: () => {
        throw status(code, details);
      },
      ListPolicyAssignment: () => [],
    });
    const { speaker, events } = follow(t, fake);
    await until("up", () => events.length === 1);
    await assert.rejects(
      speaker.observe(never()),
      (error) => error instanceof Error && !(error instanceof SpeakerUnreachable) && says.test(error.message),
    );
    assert.equal(events.length, 1);
  }
});

test("a read that the caller gives up, and one of a gobgpd that hangs, are no refusals", async (t) => {
  let hangs = false;
  const fake = await FakeGobgpd.serve(v4, {
    GetBgp: () => {
      if (hangs) throw status(4, "slow");
      return STARTED;
    },
    ListPeer: () => NEVER,
    ListPath: () => [],
    ListPolicyAssignment: () => [],
  });
  const { speaker, events } = follow(t, fake);
  await until("up", () => events.length === 1);
  const caller = new AbortController();
  const observed = speaker.observe(caller.signal);
  await until("the list call", () => fake.calls.includes("ListPeer"));
  caller.abort();
  await assert.rejects(observed, SpeakerUnreachable);
  hangs = true;
  await assert.rejects(speaker.observe(never()), SpeakerUnreachable);
});

test("peers are in one order, however gobgpd lists them; each session says whether gobgpd holds its UPDATEs back", async (t) => {
  const peer = (address: string, restart: object) => ({
    peer: {
      conf: { neighbor_address: address, peer_asn: 64513 },
      state: { neighbor_address: address, session_state: 6 },
      ...restart,
    },
  });
  const listed = [
    peer("10.0.0.3", { graceful_restart: { local_restarting: true } }),
    peer("10.0.0.2", { graceful_restart: { local_restarting: false } }),
    peer("fe80::b%eth0", {}),
  ];
  const fake = await FakeGobgpd.serve(v4, {
    GetBgp: () => STARTED,
    ListPeer: () => listed,
    ListPath: () => [],
    ListPolicyAssignment: () => [],
  });
  const { speaker, events } = follow(t, fake);
  await until("up", () => events.some(({ kind }) => kind === "up"));
  const order = async () => [...(await speaker.observe(never())).peers.keys()];
  assert.deepEqual(await order(), ["10.0.0.2", "10.0.0.3", "fe80::b%eth0"]);
  const sent = await speaker.sent(never());
  assert.deepEqual(
    [...sent].map(([address, { heldBack }]) => [address, heldBack]),
    [
      ["10.0.0.3", true],
      ["10.0.0.2", undefined],
      ["fe80::b%eth0", undefined],
    ],
  );
});
