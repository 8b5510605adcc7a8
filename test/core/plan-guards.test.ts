import assert from "node:assert/strict";
import { test } from "node:test";
import { networkPrefix } from "../../src/core/address.ts";
import { claim } from "../../src/core/claim.ts";
import { conflicts } from "../../src/core/conflict.ts";
import type { Intent, Stage } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { after } from "../../src/core/model.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import type { Ownership } from "../../src/core/ownership.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { plan } from "../../src/core/plan.ts";
import type { KernelState, Link, Observed, SpeakerState } from "../../src/core/state.ts";
import { BARE, EMPTY_KERNEL, EMPTY_SPEAKER, HOST, health, intent, ip, service } from "../support/world.ts";

interface Standing {
  readonly kernel: KernelState;
  readonly speaker: SpeakerState;
  readonly owned: Ownership;
}

const EAGER = { blocked: () => false, tearDown: true };
const HEALTHY = health({ web: "up", dns: "up" });
const web = service("web", ["10.88.2.1"]);
const dns = service("dns", ["10.88.2.2"]);

const wish = (wanted: Intent, stage: Stage = "serving") => derive(wanted, HEALTHY, stage, true);

/** What stands after all went well, and what of it is in the ledger. */
function standing(wanted: Intent): Standing {
  const desired = wish(wanted);
  const { kernel, speaker } = after(BARE, forecast(desired, BARE, OWNS_NOTHING));
  assert.ok(kernel !== undefined && speaker !== undefined && speaker !== "absent");
  return { kernel, speaker, owned: claim(desired, { kernel, speaker }, OWNS_NOTHING) };
}

function lines(ops: readonly Op[], pattern = /./): string[] {
  return ops.map(words).filter((line) => pattern.test(line));
}

function next(wanted: Intent, observed: Observed, owned: Ownership, pattern?: RegExp, stage?: Stage): string[] {
  return lines(plan(wish(wanted, stage), observed, owned, EAGER), pattern);
}

test("peers come in a later plan than the policy, the dataplane under work, and the first verdicts", () => {
  const wanted = intent([web]);
  const { kernel, speaker, owned } = standing(wanted);
  const peerless: SpeakerState = { ...speaker, peers: new Map() };
  const peers = /peer/;
  assert.deepEqual(next(wanted, { kernel, speaker: peerless }, owned, peers), [
    "add peer 10.88.0.253 AS 65512 port 179",
  ]);
  const open = { ...peerless, originatorOnly: false };
  assert.deepEqual(next(wanted, { kernel, speaker: open }, owned, /peer|policy/), ["set the local-only policy"]);
  const bare = { kernel: EMPTY_KERNEL, speaker: peerless };
  assert.deepEqual(next(wanted, bare, owned, peers), []);
  const hopeless = plan(wish(wanted), bare, owned, { ...EAGER, blocked: (op) => op.target === "kernel" });
  assert.equal(lines(hopeless, peers).length, 1, "what waits for its next try holds no peer back");
  const early = derive(wanted, health({}), "serving", false);
  assert.deepEqual(lines(plan(early, { kernel, speaker: peerless }, owned, EAGER)), []);
});

// fault: peer-changed-by-others
test("a peer with another AS or port is set right, a path with another next hop announced again", () => {
  const wanted = intent([web]);
  const { kernel, speaker, owned } = standing(wanted);
  const other = intent([web], {
    peers: [{ address: ip("10.88.0.253"), as: 65512, port: 1179 }],
    nextHop: { ipv4: ip("10.88.0.201") },
  });
  assert.deepEqual(next(other, { kernel, speaker }, owned), [
    "announce 10.88.2.1/32 next hop 10.88.0.201",
    "set peer 10.88.0.253 to AS 65512 port 1179",
  ]);
});

test("only a peer that the ledger names is deleted", () => {
  const { kernel, speaker, owned } = standing(intent([web]));
  const nobody = intent([web], { peers: [] });
  assert.deepEqual(next(nobody, { kernel, speaker }, owned), ["delete peer 10.88.0.253"]);
  assert.deepEqual(next(nobody, { kernel, speaker }, { ...owned, peers: new Set() }), []);
});

test("on the way out a BGP that does not run is not started", () => {
  const wanted = intent([web]);
  const { kernel, owned } = standing(wanted);
  for (const stage of ["leaving", "gone"] as const) {
    assert.deepEqual(next(wanted, { kernel, speaker: EMPTY_SPEAKER }, owned, /BGP|policy|peer/, stage), []);
  }
});

test("a gobgpd of somebody else's AS is left alone, except that what of ours is not true leaves it", () => {
  const { kernel, speaker, owned } = standing(intent([web]));
  const foreign = { ...speaker, identity: { as: 64999, routerId: HOST, listenPort: -1 } };
  const down = derive(intent([web], { peers: [] }), health({ web: "down" }), "serving", true);
  assert.deepEqual(lines(plan(down, { kernel, speaker: foreign }, owned, EAGER)), ["withdraw 10.88.2.1/32"]);
});

test("what stands is not torn down under a path that still draws traffic to it, be it a wider one of somebody else", () => {
  const { kernel, speaker, owned } = standing(intent([web]));
  const wider = networkPrefix(ip("10.88.2.0"), 24);
  const drawn = { ...speaker, paths: new Map([[wider, { prefix: wider, nextHop: HOST }]]) };
  assert.deepEqual(next(intent([web]), { kernel, speaker: drawn }, owned, /./, "gone"), []);
  const quiet = { ...speaker, paths: new Map() };
  const all = ["delete virtual service tcp 10.88.2.1:80", "unbind 10.88.2.1/32 from web", "delete link web"];
  assert.deepEqual(next(intent([web]), { kernel, speaker: quiet }, owned, /./, "gone"), all);
  assert.deepEqual(next(intent([web]), { kernel, speaker: "absent" }, owned, /./, "gone"), all);
  assert.deepEqual(next(intent([web]), { kernel, speaker: undefined }, owned, /./, "gone"), []);
});

test("a VIP that stays loses a port its config dropped, announced as it is", () => {
  const { kernel, speaker, owned } = standing(intent([web]));
  const portless = intent([{ ...web, virtualServices: [] }]);
  const first = plan(wish(portless), { kernel, speaker }, owned, EAGER);
  assert.deepEqual(lines(first), ["set real server 10.88.0.200:8080 masquerade weight 0 of tcp 10.88.2.1:80"]);
  const quiet = after({ kernel, speaker }, first);
  assert.deepEqual(next(portless, quiet, owned), ["delete virtual service tcp 10.88.2.1:80"]);
});

test("a plan that withdraws tears nothing down: the hold begins anew", () => {
  const both = standing(intent([web, dns]));
  const speaker = {
    ...both.speaker,
    paths: new Map([...both.speaker.paths].filter(([prefix]) => prefix === "10.88.2.1/32")),
  };
  const down = derive(intent([web]), health({ web: "down" }), "serving", true);
  const ops = plan(down, { kernel: both.kernel, speaker }, both.owned, EAGER);
  assert.deepEqual(lines(ops), ["withdraw 10.88.2.1/32"]);
  const later = plan(down, { kernel: both.kernel, speaker: { ...speaker, paths: new Map() } }, both.owned, EAGER);
  assert.equal(lines(later, /delete link dns/).length, 1);
});

test("a broken VIP stays announced only while its own repair is at hand, all of it", () => {
  const wanted = intent([web, dns]);
  const { kernel, speaker, owned } = standing(wanted);
  const withdrawn = (broken: KernelState, blocked: (op: Op) => boolean) =>
    lines(plan(wish(wanted), { kernel: broken, speaker }, owned, { blocked, tearDown: true }), /withdraw/);
  const unserved = { ...kernel, virtualServices: new Map() };
  assert.deepEqual(
    withdrawn(unserved, () => false),
    [],
  );
  // Of a virtual service and its real server only the first has to wait: the second alone mends nothing.
  const first = (op: Op) => op.kind === "virtualService.add" && op.service.vip === "10.88.2.1";
  assert.deepEqual(withdrawn(unserved, first), ["withdraw 10.88.2.1/32"]);
  const second = (op: Op) => op.kind === "realServer.add" && op.service.vip === "10.88.2.1";
  assert.deepEqual(withdrawn(unserved, second), ["withdraw 10.88.2.1/32"]);
  // Somebody else's link in the place of ours is nothing we mend, whatever else is being built.
  const taken = { name: "web", kind: "veth", alias: "", up: true, addresses: [] };
  const links = new Map([["web", taken]]);
  assert.deepEqual(
    withdrawn({ ...kernel, links }, () => false),
    ["withdraw 10.88.2.1/32"],
  );
});

// fault: foreign-address-of-another-length
test("an IPv6 VIP that somebody else has bound to our link under another length is left alone and told, and the VIP waits", () => {
  const wanted = intent([service("web", ["10.88.2.1", "2001:db8:f::1"])]);
  const { kernel, speaker } = standing(wanted);
  const addresses = (kernel.links.get("web")?.addresses ?? []).map((one) => ({
    ...one,
    prefixLength: one.prefixLength === 128 ? 64 : 24,
  }));
  const link = { ...kernel.links.get("web"), addresses } as Link;
  const found = { kernel: { ...kernel, links: new Map([["web", link]]) }, speaker: { ...speaker, paths: new Map() } };
  const owned = claim(wish(wanted), found, OWNS_NOTHING);
  const ops = lines(plan(wish(wanted), found, owned, EAGER), /bind|announce/);
  assert.deepEqual(ops, ["bind 10.88.2.1/32 to web"]);
  assert.deepEqual(conflicts(wish(wanted), found, owned), [
    "2001:db8:f::1/64 on link web is not ours, and keeps 2001:db8:f::1/128 off it: it is left alone; remove it, or make prefixLength agree with it",
  ]);
});
