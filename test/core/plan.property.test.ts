import assert from "node:assert/strict";
import { BlockList, isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { claim } from "../../src/core/claim.ts";
import { missing } from "../../src/core/dataplane.ts";
import type { Desired } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { after } from "../../src/core/model.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import type { Ownership } from "../../src/core/ownership.ts";
import { plan } from "../../src/core/plan.ts";
import type { Observed } from "../../src/core/state.ts";
import { anyWorld } from "../support/world.ts";

function lines(ops: readonly Op[]): string[] {
  return ops.map(words);
}

/** VIPs that are announced although their own dataplane is not complete. */
function lies(desired: Desired, observed: Observed): Set<string> {
  const { kernel, speaker } = observed;
  if (kernel === undefined || speaker === undefined || speaker === "absent") return new Set();
  const announced = [...desired.announcements.values()].filter((one) => speaker.paths.has(one.path.prefix));
  return new Set(announced.filter((one) => missing(one, desired, kernel).length > 0).map((one) => one.path.prefix));
}

/** What a plan that says it is finished must not leave: a path that is not true, and a VIP that could be announced and is not. */
function wrong(desired: Desired, { kernel, speaker }: Observed, owned: Ownership): string[] {
  if (speaker === undefined || speaker === "absent") return [];
  const untrue = [...speaker.paths.keys()].filter((prefix) => {
    const wanted = desired.announcements.get(prefix);
    if (wanted === undefined) return owned.prefixes.has(prefix);
    return wanted.want === "withdraw" || (kernel !== undefined && missing(wanted, desired, kernel).length > 0);
  });
  // A gobgpd of somebody else's AS, or one whose own config did not start BGP, is not ours to announce in.
  const drivable = speaker.identity !== undefined && speaker.identity.as === desired.identity?.as;
  if (kernel === undefined || !drivable) return untrue;
  const silent = [...desired.announcements.values()].filter(
    (one) =>
      one.want === "announce" && !speaker.paths.has(one.path.prefix) && missing(one, desired, kernel).length === 0,
  );
  return [...untrue, ...silent.map((one) => one.path.prefix)];
}

/** Whether a packet to this address would follow one of these paths; the platform's arithmetic, not ours. */
function draws(paths: Iterable<string>, address: string): boolean {
  const networks = new BlockList();
  for (const prefix of paths) {
    const [network = "", length] = prefix.split("/");
    networks.addSubnet(network, Number(length), isIPv6(network) ? "ipv6" : "ipv4");
  }
  return networks.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

test("property: in every world the plan converges, and no prefix of it makes a VIP announced that is not complete", () => {
  fc.assert(
    fc.property(anyWorld, (given) => {
      const desired = derive(given.intent, given.health, given.stage, true);
      const ops = forecast(desired, given.observed, given.owned);
      let state = given.observed;
      let before = lies(desired, state);
      for (const op of ops) {
        state = after(state, [op]);
        const now = lies(desired, state);
        // Taking down what is still announced, or announcing what is not complete, would add one.
        if (given.stage !== "gone") assert.deepEqual([...now.difference(before)], [], words(op));
        before = now;
      }
      assert.deepEqual(wrong(desired, state, given.owned), []);
      const owned = claim(desired, state, claim(desired, given.observed, given.owned));
      assert.deepEqual(lines(plan(desired, state, owned, { blocked: () => true, tearDown: true })), []);
    }),
    { numRuns: 5000 },
  );
});

test("property: nothing is torn down under an announced path, nor while it is unknown what is announced", () => {
  fc.assert(
    fc.property(anyWorld, (given) => {
      const desired = derive(given.intent, given.health, given.stage, true);
      let state = given.observed;
      for (const op of forecast(desired, given.observed, given.owned)) {
        const vip =
          op.kind === "address.delete" ? op.address : op.kind === "virtualService.delete" ? op.service.vip : undefined;
        const stays = [...desired.links.values()].flat().some((one) => one.address === vip);
        if (vip !== undefined && !stays) {
          assert.notEqual(state.speaker, undefined, words(op));
          const paths = state.speaker === undefined || state.speaker === "absent" ? [] : state.speaker.paths.keys();
          assert.ok(!draws(paths, vip), words(op));
        }
        state = after(state, [op]);
      }
    }),
    { numRuns: 3000 },
  );
});
