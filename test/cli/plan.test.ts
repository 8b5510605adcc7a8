import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../src/cli/plan.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { BARE, health, intent, service } from "../support/world.ts";

test("a plan is numbered steps, then what is not announced and why", () => {
  const desired = derive(intent([service("web", ["10.88.2.1"])]), health({ web: "down" }), "serving", true);
  const found = {
    ops: forecast(desired, BARE, OWNS_NOTHING),
    held: new Map([["10.88.2.1/32", "web is down: refused"]]),
    conflicts: [],
    blind: ["ipvsadm: not installed"],
  };
  assert.equal(
    render(found),
    `would do, in this order:
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
      10.88.2.1/32  web is down: refused
could not be looked at, so what depends on it is missing above:
      ipvsadm: not installed
`,
  );
});

test("nothing to do says so", () => {
  assert.equal(render({ ops: [], held: new Map(), conflicts: [], blind: [] }), "nothing to do\n");
});
