import assert from "node:assert/strict";
import { test } from "node:test";
import { Persistent } from "../../src/daemon/persistent.ts";
import { endpointParts } from "../support/endpoint-parts.ts";

function stage() {
  const { clock, reporter, lines } = endpointParts();
  const world = { fault: "EADDRINUSE" as string | undefined, tries: [] as number[] };
  const attempt = async () => {
    world.tries.push(clock.now());
    if (world.fault !== undefined) throw new Error(world.fault);
  };
  const words = (error: string) => `cannot listen (${error}); choose another`;
  return { clock, reporter, lines, world, port: new Persistent({ part: "port", attempt, words, clock, reporter }) };
}

test("what cannot be opened is told once, shown, and tried after 1 s, 2 s, 4 s, ... up to 60 s until it can", async () => {
  const { clock, reporter, lines, world, port } = stage();
  await port.start();
  await clock.advance(150_000);
  assert.deepEqual(
    world.tries.map((at) => at / 1_000),
    [0, 1, 3, 7, 15, 31, 63, 123],
  );
  const told = "cannot listen (EADDRINUSE); choose another; it is tried again, and the main job goes on";
  assert.deepEqual(lines, [`error port: ${told}`]);
  assert.deepEqual([...reporter.troubles], [["port", told]]);
  world.fault = undefined;
  await clock.advance(60_000);
  assert.deepEqual(lines.slice(1), ["info port works again"]);
  assert.equal(reporter.troubles.size, 0);
  const { length } = world.tries;
  await clock.advance(600_000);
  assert.deepEqual([world.tries.length, clock.sleeping], [length, 0]);
});

test("what is wanted no more is not tried, and not told as one that works", async () => {
  const { clock, reporter, lines, world, port } = stage();
  await port.start();
  await port.stop();
  await clock.advance(600_000);
  assert.deepEqual([world.tries.length, clock.sleeping, reporter.troubles.size, lines.length], [1, 0, 0, 1]);
});
