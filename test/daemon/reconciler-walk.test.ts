import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { missing } from "../../src/core/dataplane.ts";
import type { ServiceHealth } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import { Bench } from "../support/bench.ts";
import { EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";

type Fault =
  | { readonly kind: "health"; readonly name: string; readonly verdict: ServiceHealth["verdict"] }
  | { readonly kind: "speaker"; readonly reach: "up" | "silent" | "absent" }
  | { readonly kind: "kill" | "gobgpdEmpty" | "flush" | "blind" | "sight" | "mend" | "wait" | "pass" | "withdraw" }
  | { readonly kind: "refuse"; readonly what: Op["kind"] };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constant("health" as const),
    name: fc.constantFrom("web", "dns"),
    verdict: fc.constantFrom("up" as const, "down" as const),
  }),
  fc.record({
    kind: fc.constant("speaker" as const),
    reach: fc.constantFrom("up" as const, "silent" as const, "absent" as const),
  }),
  fc.record({
    kind: fc.constant("refuse" as const),
    what: fc.constantFrom(
      "link.add",
      "address.add",
      "virtualService.add",
      "path.announce",
      "path.withdraw",
      "peer.add",
    ) as fc.Arbitrary<Op["kind"]>,
  }),
  fc.record({
    kind: fc.constantFrom(
      "kill",
      "gobgpdEmpty",
      "flush",
      "blind",
      "sight",
      "mend",
      "wait",
      "pass",
      "pass",
      "withdraw",
    ) as fc.Arbitrary<"pass">,
  }),
);

test("property: in every walk through faults no router is lied to, and when they end it converges and is quiet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 30 }), async (faults) => {
      const bench = new Bench(intent([service("web", ["10.88.2.1"]), service("dns", ["10.88.2.2", "2001:db8:f::2"])]));
      const foreign = {
        name: "eth9",
        kind: "dummy",
        alias: "somebody",
        up: true,
        addresses: [{ address: ip("192.0.2.7"), prefixLength: 32, usable: true }],
      };
      bench.kernel.state = { ...EMPTY_KERNEL, links: new Map([["eth9", foreign]]) };
      bench.speaker.before = (op) => {
        if (op.kind !== "path.announce") return;
        const desired = derive(bench.intent, bench.health, bench.stage, true);
        const announcement = desired.announcements.get(op.path.prefix);
        assert.equal(announcement?.want, "announce", `${words(op)} while its service is not up`);
        assert.deepEqual(announcement && missing(announcement, desired, bench.kernel.state), [], words(op));
      };
      for (const one of faults) await play(bench, one);
      await play(bench, { kind: "mend" });
      bench.health = health({ web: "up", dns: "down" });
      for (let pass = 0; pass < 4; pass++) {
        await bench.clock.advance(60_000);
        await bench.reconciler.pass();
      }
      const quiet = bench.kernel.applied.length + bench.speaker.applied.length;
      await bench.reconciler.pass();
      assert.equal(bench.kernel.applied.length + bench.speaker.applied.length, quiet, "not quiet");
      assert.deepEqual([...bench.speaker.state.paths.keys()], ["10.88.2.1/32"]);
      assert.equal(bench.kernel.state.links.get("eth9"), foreign);
    }),
    { numRuns: 500 },
  );
});

async function play(bench: Bench, one: Fault): Promise<void> {
  switch (one.kind) {
    case "health":
      bench.health = new Map([...bench.health, ...health({ [one.name]: one.verdict })]);
      return;
    case "speaker":
      bench.speaker.reach = one.reach;
      if (one.reach === "absent") bench.speaker.restartEmpty();
      return;
    case "refuse":
      bench.kernel.refuse = (op) => (op.kind === one.what ? "refused" : undefined);
      bench.speaker.refuse = (op) => (op.kind === one.what ? "refused" : undefined);
      return;
    case "kill":
      bench.health = new Map();
      bench.restart();
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
    case "blind":
    case "sight":
      bench.kernel.blind = one.kind === "blind";
      return;
    case "mend":
      bench.kernel.blind = false;
      bench.kernel.refuse = bench.speaker.refuse = () => undefined;
      bench.speaker.reach = "up";
      return;
    case "wait":
      await bench.clock.advance(1_000);
      return;
    case "withdraw":
      await bench.reconciler.withdraw();
      return;
    case "pass":
      await bench.reconciler.pass();
  }
}
