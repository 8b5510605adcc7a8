import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionResets } from "../../src/core/session-resets.ts";
import type { PeerConfig } from "../../src/core/state.ts";
import { ip } from "../support/world.ts";

const A: PeerConfig = { address: ip("10.88.0.253"), as: 65512, port: 179 };
const B: PeerConfig = { address: ip("10.88.0.254"), as: 65513, port: 179 };
const BOTH = new Set([A.address, B.address]);

test("what resets or ends a session is named with the setting that does it", () => {
  assert.deepEqual(sessionResets([A, B], [A, B], BOTH), []);
  assert.deepEqual(sessionResets([A], [A, B], BOTH), [], "a peer that is new resets nobody");
  assert.deepEqual(sessionResets([A, B], [{ ...A, as: 7, port: 1179 }], BOTH), [
    { peer: A.address, change: "AS 65512 is now 7, port 179 is now 1179" },
    { peer: B.address, change: "it is not in the config any more" },
  ]);
});

test("a session that does not stand cannot be lost; one of which nothing is known may stand", () => {
  const lost = (standing: ReadonlySet<PeerConfig["address"]> | undefined) =>
    sessionResets([A], [{ ...A, as: 7 }], standing).length;
  assert.deepEqual([lost(new Set()), lost(new Set([B.address])), lost(BOTH), lost(undefined)], [0, 0, 1, 1]);
});
