import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { SpeakerOp } from "../../src/core/op.ts";
import { Observer } from "../../src/daemon/observer.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { Gate } from "../support/bench.ts";
import { VirtualClock } from "../support/clock.ts";
import { FakeKernel } from "../support/fake-kernel.ts";
import { FakeSpeaker } from "../support/fake-speaker.ts";
import { recordingLog } from "../support/log.ts";

const PREFIX = "10.88.2.1/32" as Prefix;
const PATH = { prefix: PREFIX, nextHop: "10.88.0.200" as Address };
const ANNOUNCE: SpeakerOp = { target: "speaker", kind: "path.announce", path: PATH };
const WITHDRAW: SpeakerOp = { target: "speaker", kind: "path.withdraw", prefix: PREFIX };
const nothing = () => Promise.resolve();

/** An observer of a gobgpd that announces one path. */
function look(trustAbsence: boolean, kernel: FakeKernel | undefined = new FakeKernel()) {
  const speaker = new FakeSpeaker();
  speaker.state = { ...speaker.state, paths: new Map([[PREFIX, PATH]]) };
  const clock = new VirtualClock(5_000);
  const log = recordingLog();
  const reporter = new Reporter(log.logger);
  const observer = new Observer({ kernel, speaker, clock, reporter, trustAbsence });
  const known = () =>
    typeof observer.known === "object" ? [...observer.known.paths.keys()] : (observer.known ?? "unknown");
  return { observer, speaker, kernel, clock, log, known };
}

test("a gobgpd at whose address nothing listens is gone for who trusts that, or has seen it alive; else it is unknown", async () => {
  const trusting = look(true);
  trusting.speaker.reach = "absent";
  assert.equal(await trusting.observer.lookAtSpeaker(), "absent");
  const wary = look(false);
  wary.speaker.reach = "absent";
  assert.equal(await wary.observer.lookAtSpeaker(), undefined);
  assert.equal(wary.observer.goneAt, Number.NEGATIVE_INFINITY);
  wary.speaker.reach = "up";
  await wary.observer.lookAtSpeaker();
  wary.speaker.reach = "absent";
  assert.equal(await wary.observer.lookAtSpeaker(), "absent");
});

test("a silent gobgpd is unknown, never gone", async () => {
  const { observer, speaker, known } = look(true);
  await observer.lookAtSpeaker();
  speaker.reach = "silent";
  assert.equal(await observer.lookAtSpeaker(), undefined);
  assert.deepEqual([known(), observer.goneAt], ["unknown", Number.NEGATIVE_INFINITY]);
});

test("it was gone when it was first found to be gone, and anew after each life", async () => {
  const { observer, speaker, clock } = look(true);
  speaker.reach = "absent";
  await observer.lookAtSpeaker();
  assert.equal(observer.goneAt, 5_000);
  await clock.advance(100);
  await observer.lookAtSpeaker();
  assert.equal(observer.goneAt, 5_000);
  speaker.reach = "up";
  await observer.lookAtSpeaker();
  speaker.reach = "absent";
  await observer.lookAtSpeaker();
  assert.equal(observer.goneAt, 5_100);
});

// fault: gobgpd-answers-nonsense
test("an answer that cannot be read is told and does not blot out what is known", async () => {
  const { observer, speaker, log, known } = look(true);
  await observer.lookAtSpeaker();
  const observe = speaker.observe.bind(speaker);
  speaker.observe = () => Promise.reject(new Error("an attribute nobody knows"));
  assert.equal(await observer.lookAtSpeaker(), undefined);
  assert.deepEqual(known(), [PREFIX]);
  speaker.observe = observe;
  await observer.lookAtSpeaker();
  assert.deepEqual(log.lines, ["error reading gobgpd: an attribute nobody knows", "info reading gobgpd works again"]);
});

test("what is on its way or done counts as known until the next look, and makes nothing known of a gobgpd that is not", async () => {
  const { observer, speaker, known } = look(true);
  observer.assume([ANNOUNCE]);
  assert.equal(known(), "unknown");
  await observer.lookAtSpeaker();
  observer.assume([WITHDRAW]);
  assert.deepEqual(known(), []);
  await observer.lookAtSpeaker();
  assert.deepEqual(known(), [PREFIX]);
  speaker.reach = "absent";
  await observer.lookAtSpeaker();
  observer.assume([ANNOUNCE]);
  assert.equal(known(), "absent");
});

test("gobgpd's half is told of before a slow kernel has answered, and the look waits for both", async () => {
  const { observer, kernel } = look(true);
  const gate = new Gate();
  assert.ok(kernel !== undefined);
  kernel.observing = gate.wait;
  const told = new Gate();
  const whole = observer.look(told.wait);
  await told.came;
  let over = false;
  const seen = whole.then((observed) => {
    over = true;
    return observed;
  });
  gate.open();
  await new VirtualClock().settle();
  assert.equal(over, false, "what is done about gobgpd's half belongs to the look");
  told.open();
  const { kernel: links, speaker } = await seen;
  assert.ok(links !== undefined && typeof speaker === "object");
});

test("a kernel that cannot be read is unknown and told; one that is not ours to read is empty", async () => {
  const { observer, kernel, log } = look(true);
  assert.ok(kernel !== undefined);
  kernel.blind = true;
  assert.equal((await observer.look(nothing)).kernel, undefined);
  kernel.blind = false;
  assert.equal((await observer.look(nothing)).kernel, kernel.state);
  assert.deepEqual(log.lines, ["error reading the kernel: ip: cannot be run", "info reading the kernel works again"]);
  const blindfold = new Observer({
    kernel: undefined,
    speaker: new FakeSpeaker(),
    clock: new VirtualClock(),
    reporter: new Reporter(log.logger),
    trustAbsence: true,
  });
  assert.deepEqual((await blindfold.look(nothing)).kernel, { links: new Map(), virtualServices: undefined });
});

test("a kernel that cannot be read is looked at again after 1 s, 2 s, 4 s, up to a minute; one that can, when somebody asks", async () => {
  const { observer, kernel, clock } = look(true);
  const pauses: number[] = [];
  if (kernel !== undefined) kernel.blind = true;
  for (let tries = 0; tries < 8; tries++) {
    await observer.look(nothing);
    pauses.push(observer.lookAgainAt - clock.now());
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  if (kernel !== undefined) kernel.blind = false;
  await observer.look(nothing);
  assert.equal(observer.lookAgainAt, Number.POSITIVE_INFINITY);
});

test("what is withdrawn while the kernel is read is not seen as announced any more", async () => {
  const { observer, speaker, kernel } = look(true);
  const gate = new Gate();
  const told = new Gate();
  told.open();
  if (kernel !== undefined) kernel.observing = gate.wait;
  const looking = observer.look(told.wait);
  await Promise.all([gate.came, told.came]);
  await speaker.apply([WITHDRAW]);
  observer.assume([WITHDRAW]);
  gate.open();
  const { speaker: seen } = await looking;
  assert.deepEqual(typeof seen === "object" ? [...seen.paths] : seen, []);
});

test("paths that are gone without our doing went when that was seen, were gobgpd silent in between or not", async () => {
  const { observer, speaker, clock } = look(true);
  await observer.lookAtSpeaker();
  await clock.advance(100);
  speaker.reach = "silent";
  await observer.lookAtSpeaker();
  speaker.reach = "up";
  speaker.state = { ...speaker.state, paths: new Map() };
  await observer.lookAtSpeaker();
  assert.equal(observer.goneAt, 5_100);
  await clock.advance(100);
  await observer.lookAtSpeaker();
  assert.equal(observer.goneAt, 5_100, "once");
});

test("a path that we have withdrawn has not gone without our doing", async () => {
  const { observer, speaker } = look(true);
  await observer.lookAtSpeaker();
  await speaker.apply([WITHDRAW]);
  observer.assume([WITHDRAW]);
  await observer.lookAtSpeaker();
  assert.equal(observer.goneAt, Number.NEGATIVE_INFINITY);
});
