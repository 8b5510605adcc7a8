import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import type { PlanDocument } from "../../src/admin/api.ts";
import { renderPlan } from "../../src/cli/plan-text.ts";
import { fitted } from "../../src/cli/terminal.ts";
import type { Prefix } from "../../src/core/address.ts";
import { derive } from "../../src/core/desired.ts";
import { outlook } from "../../src/core/outlook.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import type { VirtualServiceKey } from "../../src/core/service.ts";
import { BARE, health, intent, ip, service } from "../support/world.ts";
import { A } from "./documents.ts";

const NOTHING: PlanDocument = {
  config: "new.json",
  restart: [],
  resets: [],
  warnings: [],
  steps: [],
  held: [],
  awaiting: [],
  conflicts: [],
  sessions: [],
  vips: [],
  ipvs: [],
  blind: [],
};

test("a plan is what it touches, numbered steps, then what is not announced and why", () => {
  const desired = derive(intent([service("web", ["10.88.2.1"])]), health({ web: "down" }), "serving", true);
  const found = { ...outlook(desired, BARE, OWNS_NOTHING), blind: ["ipvsadm: not installed"] };
  assert.equal(
    renderPlan({ ...NOTHING, ...found }),
    `new.json in a start: no controller runs here

sessions:
  10.88.0.253  begin

IPVS, 0 connections:
  tcp 10.88.2.1:80    add  rr
    10.88.0.200:8080  add  masquerade weight 1

would do, in this order:
   1  start BGP as AS 65512, router ID 10.88.0.200, not listening
   2  set the local-only policy
   3  add dummy link web
   4  mark link web as ours
   5  set link web up
   6  bind 10.88.2.1/32 to web
   7  add virtual service tcp 10.88.2.1:80 rr
   8  add real server 10.88.0.200:8080 masquerade weight 1 to tcp 10.88.2.1:80
   9  add peer 10.88.0.253 AS 65512 port 179
not announced:
      10.88.2.1/32  web is down: a test says so
could not be looked at, so what depends on it is missing above:
      ipvsadm: not installed
`,
  );
});

// After a change that is meant: UPDATE_GOLDEN=1 node --test test/cli/plan.test.ts, and read the difference.
test("a plan of everything at once, in a pipe, on a narrow terminal and as JSON", async () => {
  const key = "tcp 10.88.2.2:53" as VirtualServiceKey;
  const rich: PlanDocument = {
    ...NOTHING,
    config: "/etc/bgp-lb/new.json",
    controller: { pid: 812, config: "/etc/bgp-lb/config.json" },
    restart: ["bgp.local: takes a restart"],
    resets: ["peer 10.88.0.253: AS 65512 is now 65513, so its session is lost"],
    sessions: [{ peer: A, effect: "reset", session: "established", change: "AS 65512 is now 65513" }],
    vips: [{ prefix: "10.88.2.2/32" as Prefix, effect: "withdraw", why: "it is not in the config any more" }],
    ipvs: [{ virtualService: key, effect: "remove", change: "rr", connections: 42 }],
    steps: ["withdraw 10.88.2.2/32", `add real server [2001:db8:88::200]:8080 masquerade weight 1 to ${key}`],
    held: [{ prefix: "10.88.2.3/32" as Prefix, reason: "shop is unknown: no verdict yet" }],
    awaiting: ["10.88.0.200:8080 of tcp 10.88.2.1:80"],
    conflicts: ["link eth1 is not ours: it has no alias bgp-lb"],
    blind: ["ipvsadm: is not installed"],
  };
  const text = renderPlan(rich);
  const narrow = fitted(text.split("\n"), { columns: 80, colour: false }).join("\n");
  const all = [text, narrow, `${JSON.stringify(rich, undefined, 2)}\n`].join("----\n");
  const file = new URL("../golden/plan.txt", import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(file, all);
  assert.equal(all, await readFile(file, "utf8"));
});

test("nothing to do says so; what a reload would refuse comes first", () => {
  assert.equal(
    renderPlan({
      ...NOTHING,
      controller: { pid: 7, config: "old.json" },
      restart: ["bgp.mode: restart bgp-lb"],
      resets: ["peer 10.88.0.253: lost"],
    }),
    `new.json in a reload: process 7 runs old.json
cannot be reloaded:
      bgp.mode: restart bgp-lb
a reload is refused without -allow-session-reset:
      peer 10.88.0.253: lost

nothing to do
`,
  );
});

test("real servers that no verdict is known of yet are named: no step puts them in before their checks have passed", () => {
  const address = ip("10.88.0.200");
  const unknown = { address, verdict: "unknown", reason: "no verdict yet" } as const;
  const web = { verdict: "unknown", reason: "", realServers: new Map([[address, unknown]]) } as const;
  const desired = derive(intent([service("web", ["10.88.2.1"])]), new Map([["web", web]]), "serving", true);
  const { steps, awaiting } = outlook(desired, BARE, OWNS_NOTHING);
  assert.ok(!steps.some((step) => step.startsWith("add real server")));
  assert.match(
    renderPlan({ ...NOTHING, awaiting }),
    /^real servers that are used when their checks have passed:\n {6}10\.88\.0\.200:8080 of tcp 10\.88\.2\.1:80$/m,
  );
});
