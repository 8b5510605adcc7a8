import assert from "node:assert/strict";
import { test } from "node:test";
import { leaveInOrder } from "../../src/daemon/leave.ts";
import { Bench, HOLD } from "../support/bench.ts";
import { health, intent, service } from "../support/world.ts";

/** Longer than a leave may ever take: twice its patience, and the hold. */
const TOO_LONG = 30_000;
const STEP = 250;
const WEB = "10.88.2.1/32";
const DNS = "10.88.2.2/32";

interface Leave {
  readonly clean: boolean;
  /** What was done, with `release` where the dataplane was let go. */
  readonly done: readonly string[];
  readonly errors: readonly string[];
  /** Milliseconds from the last withdrawal to the release. */
  readonly held: number;
}

/** A host that serves two VIPs. */
async function serving(): Promise<Bench> {
  const bench = new Bench(intent([service("web", ["10.88.2.1"]), service("dns", ["10.88.2.2"])]));
  bench.health = health({ web: "up", dns: "up" });
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 2);
  await bench.clock.advance(60_000);
  return bench;
}

/** Leaves, with the clock driven until it is over; `meanwhile` plays a fault at each step. */
async function leave(bench: Bench, meanwhile: (elapsed: number) => void = () => {}): Promise<Leave> {
  const { reconciler, clock, log } = bench;
  const from = bench.done.length;
  const began = clock.now();
  let held = Number.NaN;
  let withdrawnAt = began;
  bench.stage = "leaving";
  const release = () => {
    bench.done.push("release");
    held = clock.now() - withdrawnAt;
    bench.stage = "gone";
  };
  const pass = () => reconciler.pass().catch(() => undefined);
  let over = false;
  const leaving = leaveInOrder({ reconciler, clock, log: log.logger, pass, release }).finally(() => {
    over = true;
  });
  await clock.settle();
  while (!over) {
    const elapsed = clock.now() - began;
    assert.ok(elapsed < TOO_LONG, "it does not end");
    if (bench.speaker.state.paths.size > 0) withdrawnAt = clock.now() + STEP;
    meanwhile(elapsed);
    await clock.advance(STEP);
  }
  const errors = log.lines.filter((line) => line.startsWith("error ") && line.includes("left in place"));
  return { clean: await leaving, done: bench.done.slice(from), errors, held };
}

const untouched = (bench: Bench) => [bench.kernel.state.links.size, bench.kernel.state.virtualServices?.size];

test("in order: withdraws, holds, lets go, tears down, and says nothing is left", async () => {
  const bench = await serving();
  const { clean, done, errors, held } = await leave(bench);
  assert.equal(clean, true);
  assert.deepEqual(done, [
    `withdraw ${WEB}`,
    `withdraw ${DNS}`,
    "release",
    "delete virtual service tcp 10.88.2.1:80",
    "delete virtual service tcp 10.88.2.2:80",
    "unbind 10.88.2.1/32 from web",
    "delete link web",
    "unbind 10.88.2.2/32 from dns",
    "delete link dns",
  ]);
  assert.deepEqual(errors, []);
  assert.equal(held, HOLD);
  assert.deepEqual(untouched(bench), [0, 0]);
});

test("a gobgpd that was killed before has taken the paths along: the hold passes, and nothing is left", async () => {
  const bench = await serving();
  bench.speaker.reach = "absent";
  bench.speaker.restartEmpty();
  const { clean, held } = await leave(bench);
  assert.deepEqual([clean, held, ...untouched(bench)], [true, HOLD, 0, 0]);
});

test("gobgpd falls silent during the hold: the dataplane stays, and that is said", async () => {
  const bench = await serving();
  const { clean, done, errors } = await leave(bench, (elapsed) => {
    if (elapsed >= HOLD / 2) bench.speaker.reach = "silent";
  });
  assert.equal(clean, false);
  assert.deepEqual(done, [`withdraw ${WEB}`, `withdraw ${DNS}`, "release"]);
  assert.deepEqual(untouched(bench), [2, 2]);
  assert.deepEqual(errors, [
    "error left in place: the dataplane, because kernel or gobgpd cannot be read; `bgp-lb cleanup` removes what is ours",
  ]);
});

// fault: teardown-refused
test("a deletion is refused: the rest goes, what stays is named with its error", async () => {
  const bench = await serving();
  bench.kernel.refuse = (op) => (op.kind === "link.delete" && op.link === "web" ? "ip: device is busy" : undefined);
  const { clean, errors } = await leave(bench);
  assert.equal(clean, false);
  assert.deepEqual([[...bench.kernel.state.links.keys()], bench.kernel.state.virtualServices?.size], [["web"], 0]);
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? "", /left in place: delete link web still to be done \(ip: device is busy \(\d tries\)\)/);
});

test("a deletion that works at a later try is a leave in order", async () => {
  const bench = await serving();
  bench.kernel.refuse = (op) => (op.kind === "link.delete" ? "ip: device is busy" : undefined);
  const { clean, errors } = await leave(bench, (elapsed) => {
    if (elapsed >= HOLD + 2_000) bench.kernel.refuse = () => undefined;
  });
  assert.deepEqual([clean, errors, ...untouched(bench)], [true, [], 0, 0]);
});

test("many leftovers are a few names and a number", async () => {
  const bench = await serving();
  bench.kernel.refuse = (op) => (op.kind.endsWith(".delete") ? "no" : undefined);
  const { clean, errors } = await leave(bench);
  assert.equal(clean, false);
  assert.match(
    errors[0] ?? "",
    /left in place: (delete|unbind)[^,]*(,[^,]*){4} and 1 more still to be done \(no \(\d tries\)\)/,
  );
});

test("the kernel cannot be read at that time: not clean, and that is said", async () => {
  const bench = await serving();
  bench.kernel.blind = true;
  const { clean, done, errors } = await leave(bench);
  assert.equal(clean, false);
  assert.deepEqual(done, [`withdraw ${WEB}`, `withdraw ${DNS}`, "release"], "withdrawn all the same");
  assert.match(errors.join(), /left in place: the dataplane, because kernel or gobgpd cannot be read/);
});

for (const [fault, play] of Object.entries({
  "one withdrawal is refused": (bench: Bench) => {
    bench.speaker.refuse = (op) => (op.kind === "path.withdraw" && op.prefix === DNS ? "no" : undefined);
  },
  "gobgpd is silent": (bench: Bench) => {
    bench.speaker.reach = "silent";
  },
  "every pass breaks": (bench: Bench) => {
    bench.reconciler.pass = () => Promise.reject(new Error("a fault of ours"));
  },
})) {
  test(`${fault}: the dataplane is never let go, and that is said`, async () => {
    const bench = await serving();
    play(bench);
    const { clean, done, errors } = await leave(bench);
    assert.equal(clean, false);
    assert.ok(!done.includes("release"), done.join("; "));
    assert.deepEqual(untouched(bench), [2, 2]);
    assert.deepEqual(errors, [
      "error it is unknown whether our VIPs are still announced, so the dataplane is left in place; `bgp-lb cleanup` removes it",
    ]);
  });
}

test("a gobgpd that comes back while we leave is told, held and let go", async () => {
  const bench = await serving();
  bench.speaker.reach = "silent";
  const { clean, held } = await leave(bench, (elapsed) => {
    if (elapsed >= 5_000) bench.speaker.reach = "up";
  });
  assert.deepEqual([clean, held, ...untouched(bench)], [true, HOLD, 0, 0]);
});

// fault: gobgpd-killed-in-the-hold
test("gobgpd is killed during the hold: the dataplane goes all the same, after a hold of its own", async () => {
  const bench = await serving();
  const { clean } = await leave(bench, (elapsed) => {
    if (elapsed >= HOLD / 2) bench.speaker.reach = "absent";
  });
  assert.deepEqual([clean, ...untouched(bench)], [true, 0, 0]);
});

// fault: path-comes-back-in-the-hold
test("our path comes back during the hold: it is withdrawn again, and the dataplane goes after another hold", async () => {
  const bench = await serving();
  const { paths } = bench.speaker.state;
  const { clean } = await leave(bench, (elapsed) => {
    if (elapsed === HOLD - STEP) bench.speaker.state = { ...bench.speaker.state, paths };
  });
  assert.deepEqual([clean, ...untouched(bench)], [true, 0, 0]);
});
