import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { WordImpact } from "../../src/core/outlook.ts";
import { impact } from "../../src/page/impact.ts";
import { announcement, status } from "./stage.ts";

const VIP = "10.88.2.1/32" as Prefix;
const NOTHING: WordImpact = { vips: [], held: [] };
const becomes = (effect: WordImpact["vips"][number]["effect"]): WordImpact => {
  return { vips: [{ prefix: VIP, effect, why: "" }], held: [] };
};
const UNCOUNTED = "Its connections are not counted here: nobody knows how many this ends.";

test("each word says what routers would hear of it, and at how many peers", () => {
  const known = status();
  assert.deepEqual(impact("drain", "web", becomes("re-announce"), known, []), [
    "10.88.2.1/32: announced anew at once as the worst of all hosts (1 of 1 peers have it), withdrawn once it is quiet or the time is up.",
    "No connection is open now.",
  ]);
  assert.deepEqual(impact("force-down", "web", becomes("withdraw"), known, undefined), [
    "10.88.2.1/32: withdrawn at once from 1 of 1 peers.",
    UNCOUNTED,
  ]);
  assert.deepEqual(impact("force-up", "web", NOTHING, known, []), [
    "All of its VIPs are announced already; they stay so whatever its checks say.",
  ]);
  assert.deepEqual(impact("undrain", "web", becomes("re-announce"), known, []), [
    "10.88.2.1/32: announced anew as usual (1 of 1 peers have it).",
  ]);
});

test("a VIP that stays as it is, because of another service on it, is not told as touched", () => {
  const known = status({ announcements: [announcement(VIP, ["web", "api"])] });
  const shared = "It shares a VIP's prefix with api, which this touches too.";
  const stays = "10.88.2.1/32: stays announced as it is.";
  assert.deepEqual(impact("force-down", "web", NOTHING, known, undefined), [stays, UNCOUNTED, shared]);
  const silent = status({ announcements: [announcement(VIP, ["web", "api"], { state: "withdrawn", peers: [] })] });
  const held = { vips: [], held: [{ prefix: VIP, reason: "api is down: refused" }] };
  assert.deepEqual(impact("force-up", "web", held, silent, []), [
    "10.88.2.1/32: not announced, for api is down: refused.",
    shared,
  ]);
});

test("what is not known is said so", () => {
  const [line] = impact("drain", "web", undefined, status(), []);
  assert.match(line ?? "", /is not known now/);
});
