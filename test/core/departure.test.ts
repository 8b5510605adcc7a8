import assert from "node:assert/strict";
import { test } from "node:test";
import { depart } from "../../src/core/departure.ts";
import { describe as words } from "../../src/core/op.ts";
import { ownedServerKey } from "../../src/core/ownership.ts";
import type { KernelState } from "../../src/core/state.ts";
import { EMPTY_KERNEL, service } from "../support/world.ts";

const VIRTUAL = service("web", ["10.88.2.1"]).virtualServices[0] ?? assert.fail();
const SERVER = VIRTUAL.realServers[0] ?? assert.fail();
const KEY = ownedServerKey(VIRTUAL, SERVER);

function step(weight: number, left: number | undefined, over: boolean) {
  const kernel: KernelState = { ...EMPTY_KERNEL, connections: new Map(left === undefined ? [] : [[KEY, left]]) };
  const { ops, waiting } = depart(VIRTUAL, [{ ...SERVER, weight }], kernel, () => over);
  return [...ops.map(words), ...(waiting ? ["waits"] : [])];
}

test("a real server gets weight 0 first, waits for its connections, and is removed when it has none or its time is over", () => {
  const quiet = ["set real server 10.88.0.200:8080 masquerade weight 0 of tcp 10.88.2.1:80"];
  const gone = ["delete real server 10.88.0.200:8080 from tcp 10.88.2.1:80"];
  // Even one without a connection: a new one may be on its way.
  for (const left of [undefined, 0, 7]) for (const over of [false, true]) assert.deepEqual(step(3, left, over), quiet);
  assert.deepEqual(step(0, 7, false), ["waits"]);
  assert.deepEqual(step(0, 7, true), gone);
  assert.deepEqual(step(0, 0, false), gone);
  assert.deepEqual(step(0, undefined, false), gone);
});
