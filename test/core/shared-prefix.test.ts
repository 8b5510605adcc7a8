import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ServiceHealth, SharedPrefix } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import type { Service } from "../../src/core/service.ts";
import { health, intent, service } from "../support/world.ts";

/** Services with one VIP and a port each. */
function sharing(...names: readonly string[]): Service[] {
  return names.map((name, index) => {
    const one = service(name, ["10.88.2.1"], { link: "lb0" });
    return { ...one, virtualServices: one.virtualServices.map((own) => ({ ...own, port: 80 + index })) };
  });
}

function announcement(rule: SharedPrefix | undefined, verdicts: Readonly<Record<string, ServiceHealth["verdict"]>>) {
  const services = sharing(...Object.keys(verdicts));
  const asked = intent(services, rule === undefined ? {} : { sharedPrefix: rule });
  const desired = derive(asked, health(verdicts), "serving", true);
  const [one] = desired.announcements.values();
  return { want: one?.want, services: one?.services, needs: one?.virtualServices, built: desired.virtualServices.size };
}

const A = "tcp 10.88.2.1:80";
const B = "tcp 10.88.2.1:81";

test("all, the default: one that is down withdraws the prefix", () => {
  for (const rule of [undefined, "all"] as const) {
    assert.equal(announcement(rule, { a: "up", b: "up" }).want, "announce");
    assert.equal(announcement(rule, { a: "up", b: "down" }).want, "withdraw");
    assert.equal(announcement(rule, { a: "up", b: "unknown" }).want, "keep");
    assert.equal(announcement(rule, { a: "unknown", b: "down" }).want, "withdraw");
  }
});

test("any: one that is up announces it, and only what is up has to be seen whole; the virtual services of all stand", () => {
  assert.deepEqual(announcement("any", { a: "up", b: "down" }), {
    want: "announce",
    services: ["a", "b"],
    needs: [A],
    built: 2,
  });
  assert.deepEqual(announcement("any", { a: "down", b: "up" }).needs, [B]);
  assert.deepEqual(announcement("any", { a: "up", b: "up" }).needs, [A, B]);
  assert.equal(announcement("any", { a: "unknown", b: "down" }).want, "keep");
  assert.equal(announcement("any", { a: "down", b: "down" }).want, "withdraw");
});

test("property: any announces where at least one is up, all where none is not; in whatever order", () => {
  const verdict = fc.constantFrom("up" as const, "down" as const, "unknown" as const);
  fc.assert(
    fc.property(fc.array(verdict, { minLength: 1, maxLength: 4 }), (verdicts) => {
      const named = Object.fromEntries(verdicts.map((one, index) => [`s${index}`, one]));
      assert.equal(announcement("any", named).want === "announce", verdicts.includes("up"));
      assert.equal(
        announcement("all", named).want === "announce",
        verdicts.every((one) => one === "up"),
      );
      assert.equal(
        announcement("any", named).want === "withdraw",
        verdicts.every((one) => one === "down"),
      );
    }),
  );
});
