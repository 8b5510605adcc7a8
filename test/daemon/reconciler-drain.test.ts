import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { missing } from "../../src/core/dataplane.ts";
import { derive } from "../../src/core/desired.ts";
import { describe as words } from "../../src/core/op.ts";
import { watchDrain } from "../../src/core/override.ts";
import { Bench, HOLD } from "../support/bench.ts";
import { draining, forced } from "../support/override.ts";
import { health, intent, service } from "../support/world.ts";

const VIP = "10.88.2.1/32";
const WEB = intent([service("web", ["10.88.2.1"]), service("dns", ["10.88.2.2"])]);

test("a drain is one UPDATE that makes the path worse, a withdrawal when it is over, and after the hold the teardown", async () => {
  const bench = new Bench(WEB);
  bench.health = health({ web: "up", dns: "up" });
  await bench.pass();
  bench.say("web", draining());
  assert.deepEqual(await bench.pass(), [`announce ${VIP} next hop 10.88.0.200, MED 1000000, communities 65535:0`]);
  assert.deepEqual(await bench.pass(), [], "once");
  bench.say("web", draining({ result: "quiet" }));
  assert.deepEqual(await bench.pass(), [`withdraw ${VIP}`]);
  await bench.clock.advance(HOLD);
  assert.deepEqual(await bench.pass(), [
    "delete virtual service tcp 10.88.2.1:80",
    "unbind 10.88.2.1/32 from web",
    "delete link web",
  ]);
  bench.say("web", undefined);
  assert.deepEqual((await bench.pass()).at(-1), `announce ${VIP} next hop 10.88.0.200`, "built first, then announced");
});

test("words that change while a pass is at work are neither a repair nor a gobgpd that does not do what it says", async () => {
  const bench = new Bench(WEB);
  bench.health = health({ web: "up", dns: "up" });
  await bench.pass();
  const note = bench.speaker.before;
  const words = [undefined, draining()];
  bench.speaker.before = (op) => {
    note(op);
    if (op.kind === "path.announce" && words.length > 0) bench.say("web", words.shift());
  };
  bench.say("web", draining());
  const worse = `announce ${VIP} next hop 10.88.0.200, MED 1000000, communities 65535:0`;
  assert.deepEqual(await bench.pass(), [worse, `announce ${VIP} next hop 10.88.0.200`, worse]);
  assert.deepEqual(bench.repairs, []);
  assert.deepEqual(
    bench.log.lines.filter((line) => !line.startsWith("info")),
    [],
  );
});

test("a drain that is taken back is one UPDATE; what is forced up is still not announced without its dataplane", async () => {
  const bench = new Bench(WEB);
  bench.health = health({ web: "up", dns: "up" });
  await bench.pass();
  bench.say("web", draining());
  await bench.pass();
  bench.say("web", undefined);
  assert.deepEqual(await bench.pass(), [`announce ${VIP} next hop 10.88.0.200`]);
  bench.say("web", forced("up"));
  bench.health = health({ web: "down", dns: "up" });
  bench.kernel.refuse = (op) => (op.kind === "address.add" ? "refused" : undefined);
  bench.kernel.state = { ...bench.kernel.state, links: new Map() };
  await bench.pass();
  assert.equal(bench.speaker.state.paths.has(VIP as never), false);
  bench.kernel.refuse = () => undefined;
  await bench.clock.advance(60_000);
  assert.ok((await bench.pass()).includes(`announce ${VIP} next hop 10.88.0.200`));
  bench.say("web", forced("down"));
  assert.deepEqual(await bench.pass(), [`withdraw ${VIP}`]);
});

const anyStep = fc.oneof(
  fc.constant("drain" as const),
  fc.constantFrom("undrain" as const, "up" as const, "down" as const, "flush" as const, "kill" as const),
  fc.constantFrom("look" as const, "look" as const, "busy" as const, "wait" as const),
  fc.constant("pass" as const),
);

test("property: whatever comes while it drains, plain turns worse by one UPDATE, and nothing is withdrawn that may stay", async () => {
  let drains = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40, size: "max" }), async (steps) => {
      const bench = new Bench(WEB);
      bench.health = health({ web: "up", dns: "up" });
      let accepted = 0;
      const held = () => bench.speaker.state.paths.get(VIP as never);
      bench.speaker.before = (op) => {
        const { announcements } = wanted(bench);
        if (op.kind === "path.announce") {
          const before = bench.speaker.state.paths.get(op.path.prefix);
          assert.notDeepEqual(before, op.path, `${words(op)}: told twice`);
          if (op.path.prefix === VIP && before?.med === undefined && op.path.med !== undefined && before) drains++;
        }
        if (op.kind !== "path.withdraw") return;
        const announcement = announcements.get(op.prefix);
        const whole = announcement && missing(announcement, wanted(bench), bench.kernel.state).length === 0;
        assert.ok(announcement?.want === "withdraw" || !whole, `${words(op)}: it may stay`);
      };
      bench.kernel.before = (op) => {
        if (!op.kind.endsWith(".delete")) return;
        assert.ok(held() === undefined, `${words(op)} while it is announced`);
      };
      for (const step of [...steps, "pass" as const]) {
        if (step === "drain" && !bench.overrides.has("web"))
          bench.say("web", draining({ deadline: bench.clock.now() + 30_000, busyAt: bench.clock.now() }));
        else if (step === "undrain") bench.say("web", undefined);
        else if (step === "up" || step === "down") bench.health = health({ web: step, dns: "up" });
        else if (step === "flush") bench.kernel.state = { links: new Map(), virtualServices: new Map() };
        else if (step === "kill") bench.restart();
        else if (step === "wait") await bench.clock.advance(1_000);
        else if (step === "pass") await bench.pass();
        else if (step === "look" || step === "busy") {
          accepted += step === "busy" ? 1 : 0;
          const drain = bench.overrides.get("web");
          const look = { now: bench.clock.now(), connections: { active: 0, accepted } };
          const serving = bench.health.get("web")?.verdict !== "down";
          if (drain?.word === "drain") bench.say("web", watchDrain(drain, { ...look, serving }));
          await bench.clock.advance(2_500);
        }
      }
      const announcement = wanted(bench).announcements.get(VIP as never);
      assert.deepEqual(held(), announcement?.want === "announce" ? announcement.path : undefined);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(drains > 200, `the walk saw ${drains} drains only`);
});

function wanted(bench: Bench) {
  return derive(bench.intent, bench.health, bench.stage, true, bench.overrides);
}
