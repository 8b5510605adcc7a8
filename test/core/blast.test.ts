import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import { connectionsAt } from "../../src/core/blast.ts";
import { claim } from "../../src/core/claim.ts";
import type { Intent } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { after } from "../../src/core/model.ts";
import { outlook } from "../../src/core/outlook.ts";
import { OWNS_NOTHING, ownedServerKey } from "../../src/core/ownership.ts";
import type { VirtualService, VirtualServiceKey } from "../../src/core/service.ts";
import type { Observed, SpeakerState } from "../../src/core/state.ts";
import { BARE, health, intent, ip, service } from "../support/world.ts";

const WEB = service("web", ["10.88.2.1"]);
const DNS = service("dns", ["10.88.2.2"]);
const BOTH = intent([WEB, DNS]);
const UP = health({ web: "up", dns: "up" });
const KEY = (vip: string) => `tcp ${vip}:80` as VirtualServiceKey;
const PEER = ip("10.88.0.253");

/** Both services stand, their routes are announced, and connections are open through both. */
const STANDS = (() => {
  const desired = derive(BOTH, UP, "serving", true);
  const found = after(BARE, forecast(desired, BARE, OWNS_NOTHING));
  const speaker = found.speaker as SpeakerState;
  const [peer] = BOTH.peers;
  assert.ok(peer);
  const through = [WEB, DNS].flatMap(({ virtualServices: [one] }, at) =>
    (one?.realServers ?? []).map((server) => [ownedServerKey(one as VirtualService, server), 4 - 2 * at] as const),
  );
  const observed: Observed = {
    kernel: found.kernel && { ...found.kernel, connections: new Map(through) },
    speaker: { ...speaker, peers: new Map([[PEER, { ...peer, session: "established" }]]) },
  };
  return { observed, owned: claim(desired, observed, OWNS_NOTHING) };
})();
function touched(over: Partial<Intent>, verdicts = UP) {
  const desired = derive({ ...BOTH, ...over }, verdicts, "serving", true);
  const { sessions, vips, ipvs } = outlook(desired, STANDS.observed, STANDS.owned);
  return { sessions, vips, ipvs, open: connectionsAt(ipvs) };
}

const UNTOUCHED = { sessions: [], vips: [], ipvs: [], open: 0 };

test("a config that changes nothing touches nothing", () => {
  assert.deepEqual(touched({}), UNTOUCHED);
});

test("a service that is gone takes its VIP and its connections, and no other's", () => {
  const { vips, ipvs, open, sessions } = touched({ services: [WEB] });
  assert.deepEqual(vips, [
    { prefix: "10.88.2.2/32" as Prefix, effect: "withdraw", why: "it is not in the config any more" },
  ]);
  assert.deepEqual(ipvs.map((one) => [one.virtualService, one.effect, one.connections]).at(-1), [
    KEY("10.88.2.2"),
    "remove",
    2,
  ]);
  assert.deepEqual([open, sessions], [2, []]);
});

test("another scheduler and another weight touch the connections that go through them", () => {
  const own = WEB.virtualServices[0];
  assert.ok(own);
  const change = (over: Partial<typeof own>) =>
    touched({ services: [{ ...WEB, virtualServices: [{ ...own, ...over }] }, DNS] });
  const scheduled = change({ scheduler: "wrr" });
  assert.deepEqual(scheduled.ipvs, [
    { virtualService: KEY("10.88.2.1"), effect: "change", change: "rr becomes wrr", connections: 4 },
  ]);
  const weighed = change({ realServers: own.realServers.map((one) => ({ ...one, weight: 5 })) });
  assert.deepEqual(weighed.ipvs, [
    {
      virtualService: KEY("10.88.2.1"),
      realServer: "10.88.0.200:8080",
      effect: "change",
      change: "masquerade weight 1 becomes masquerade weight 5",
      connections: 4,
    },
  ]);
  assert.deepEqual([scheduled.open, weighed.open, weighed.vips], [4, 4, []]);
});

test("a path that differs is announced anew, without a withdrawal; a service that is new has no verdict yet", () => {
  const { vips } = touched({ services: [{ ...WEB, attributes: { med: 7 } }, DNS] });
  assert.deepEqual(vips, [
    {
      prefix: "10.88.2.1/32" as Prefix,
      effect: "re-announce",
      why: "next hop 10.88.0.200 becomes next hop 10.88.0.200, MED 7",
    },
  ]);
  const fresh = touched({ services: [WEB, DNS, service("more", ["10.88.2.3"])] });
  assert.deepEqual([fresh.vips, fresh.ipvs.length, fresh.open], [[], 2, 0]);
});

test("a peer of another AS is a reset, one that is gone an end, one that is new a beginning", () => {
  const [peer] = BOTH.peers;
  assert.ok(peer);
  const sessions = (peers: Intent["peers"]) =>
    touched({ peers }).sessions.map(({ peer: at, effect, session, change }) => [at, effect, session, change]);
  assert.deepEqual(sessions([{ ...peer, as: 7 }]), [[PEER, "reset", "established", "AS 65512 is now 7"]]);
  assert.deepEqual(sessions([]), [[PEER, "end", "established", "it is not in the config any more"]]);
  assert.deepEqual(sessions([peer, { ...peer, address: ip("10.88.0.254") }]), [
    [ip("10.88.0.254"), "begin", "idle", ""],
  ]);
});

test("a service whose checks fail in the new config is withdrawn, with the reason of the checks", () => {
  const { vips } = touched({}, health({ web: "down", dns: "up" }));
  assert.deepEqual(vips, [
    { prefix: "10.88.2.1/32" as Prefix, effect: "withdraw", why: "web is down: a test says so" },
  ]);
});
