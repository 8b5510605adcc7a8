import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GRACE } from "../support/bench.ts";
import { said } from "../support/override.ts";
import { health } from "../support/world.ts";
import { ALONE, BOTH, FOREIGN, Walk } from "./walk.ts";
import type { Fault } from "./walk-faults.ts";
import { anyWalk } from "./walk-faults.ts";

test("property: in every walk through faults no router is lied to, and when they end it converges and is quiet", async () => {
  await fc.assert(
    fc.asyncProperty(anyWalk, async (faults) => {
      const walk = new Walk();
      const { bench } = walk;
      bench.health = health({ web: "up", dns: "up" });
      await walk.pass();
      for (const one of faults) await play(walk, one);
      walk.mend();
      bench.health = health({ web: "up", dns: "down" });
      for (let pass = 0; pass < 4; pass++) {
        await bench.clock.advance(60_000);
        await walk.pass();
      }
      const quiet = bench.kernel.applied.length + bench.speaker.applied.length;
      await walk.pass();
      assert.equal(bench.kernel.applied.length + bench.speaker.applied.length, quiet, "not quiet");
      assert.deepEqual([...bench.speaker.state.paths.keys()], ["10.88.2.1/32"]);
      assert.equal(bench.kernel.state.links.get("eth9"), FOREIGN);
    }),
    { numRuns: 1_500 },
  );
});

async function play(walk: Walk, one: Fault): Promise<void> {
  const { bench } = walk;
  switch (one.kind) {
    case "health":
      bench.health = new Map([...bench.health, ...health({ [one.name]: one.verdict })]);
      return;
    case "word":
      bench.say(one.name, said(one.word));
      return;
    case "speaker":
      bench.speaker.reach = one.reach;
      if (one.reach === "absent") bench.speaker.restartEmpty();
      return;
    case "refuse":
      bench.kernel.refuse = (op) => (op.kind === one.what ? "refused" : undefined);
      bench.speaker.refuse = (op) => (op.kind === one.what ? "refused" : undefined);
      return;
    case "ambush":
      walk.lay(one);
      return;
    case "kill":
      walk.restart();
      return;
    case "drop":
    case "restore":
      // Config is read at the start only: dns leaves it with one life and is back in it with another.
      bench.intent = one.kind === "drop" ? ALONE : BOTH;
      walk.restart();
      return;
    case "leaving":
    case "gone":
      bench.stage = one.kind;
      return;
    case "gobgpdEmpty":
      bench.speaker.restartEmpty();
      return;
    case "flush":
      bench.kernel.state = {
        links: new Map([...bench.kernel.state.links].filter(([name]) => name === "eth9")),
        virtualServices: new Map(),
      };
      return;
    case "flushDns":
      // One of two, so that a plan builds it and announces the other.
      bench.kernel.state = {
        ...bench.kernel.state,
        links: new Map([...bench.kernel.state.links].filter(([name]) => name !== "dns")),
      };
      return;
    case "blind":
    case "sight":
      bench.kernel.blind = one.kind === "blind";
      return;
    case "mend":
      walk.mend();
      return;
    case "wait":
      await bench.clock.advance(1_000);
      return;
    case "waitLong":
      await bench.clock.advance(GRACE.sight);
      return;
    case "withdraw":
      await bench.reconciler.withdraw();
      return;
    case "pass":
      await walk.pass();
  }
}
