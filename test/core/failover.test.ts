import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { ServiceHealth, SharedPrefix } from "../../src/core/desired.ts";
import type { Runs, Took } from "../../src/core/failover.ts";
import { follow } from "../../src/core/failover.ts";
import type { AnnouncementState } from "../../src/core/status.ts";
import { HOST, ip } from "../support/world.ts";

const PREFIX = "10.88.2.1/32" as Prefix;
type Told = Readonly<Record<string, readonly [ServiceHealth["verdict"], number] | undefined>>;

const PEERS = [{ address: ip("10.88.0.253"), state: "proven", reason: "" }] as const;
const HAVING: Partial<Record<AnnouncementState, typeof PEERS>> = { proven: PEERS, sent: PEERS, lingering: PEERS };

/** One prefix over time: each look at `now` finds it in `state` while its services are as told. */
function watch(shared: SharedPrefix = "all") {
  let runs: Runs = new Map();
  return (now: number, state: AnnouncementState, services: Told, leaving: readonly Prefix[] = []): readonly Took[] => {
    const found = follow(runs, {
      now,
      announcements: [
        {
          prefix: PREFIX,
          nextHop: HOST,
          services: Object.keys(services),
          state,
          peers: HAVING[state] ?? [],
          reason: "",
        },
      ],
      health: (name) => {
        const told = services[name];
        return told === undefined ? undefined : { verdict: told[0], since: told[1], reason: "" };
      },
      leaving: new Set(leaving),
      sharedPrefix: shared,
    });
    runs = found.runs;
    return found.took;
  };
}

test("from the first bad probe to withdrawn and acknowledged, once", () => {
  const look = watch();
  assert.deepEqual(look(0, "proven", { web: ["up", 0] }), [], "nobody saw how it came about");
  assert.deepEqual(look(900, "withdrawn", { web: ["down", 500] }, [PREFIX]), [], "a router still has it");
  assert.deepEqual(look(1_100, "withdrawn", { web: ["down", 500] }), [{ what: "withdraw", milliseconds: 600 }]);
  assert.deepEqual(look(9_000, "withdrawn", { web: ["down", 500] }), []);
});

test("from the first good probe to announced; what gobgpd alone holds is not announced", () => {
  const look = watch();
  assert.deepEqual(look(0, "withdrawn", { web: ["unknown", 0] }), []);
  assert.deepEqual(look(400, "pending", { web: ["up", 300] }), []);
  assert.deepEqual(look(500, "accepted", { web: ["up", 300] }), []);
  assert.deepEqual(look(600, "proven", { web: ["up", 300] }), [{ what: "announce", milliseconds: 300 }]);
  assert.deepEqual(look(700, "sent", { web: ["up", 300] }), []);
});

test("a verdict that is overtaken, and one that an operator overrules, count for nothing", () => {
  const look = watch();
  look(0, "proven", { web: ["up", 0] });
  assert.deepEqual(look(100, "lingering", { web: ["down", 50] }), []);
  assert.deepEqual(look(200, "proven", { web: ["up", 150] }), [], "it was never away");
  assert.deepEqual(look(300, "lingering", { web: ["down", 250] }), []);
  assert.deepEqual(look(400, "lingering", { web: undefined }), []);
  assert.deepEqual(look(500, "withdrawn", { web: undefined }), []);
  assert.deepEqual(look(600, "withdrawn", { web: ["up", 550] }), []);
  assert.deepEqual(look(700, "proven", { web: ["up", 550] }), [{ what: "announce", milliseconds: 150 }]);
});

test("of services that share a prefix the first that falls counts and the last that comes; with any the other way round", () => {
  const all = watch();
  all(0, "proven", { a: ["up", 0], b: ["up", 0] });
  assert.deepEqual(all(9, "withdrawn", { a: ["down", 4], b: ["down", 6] }), [{ what: "withdraw", milliseconds: 5 }]);
  assert.deepEqual(all(20, "proven", { a: ["up", 14], b: ["up", 16] }), [{ what: "announce", milliseconds: 4 }]);
  const any = watch("any");
  any(0, "proven", { a: ["up", 0], b: ["up", 0] });
  assert.deepEqual(any(9, "proven", { a: ["down", 4], b: ["up", 0] }), []);
  assert.deepEqual(any(20, "withdrawn", { a: ["down", 4], b: ["down", 16] }), [{ what: "withdraw", milliseconds: 4 }]);
  assert.deepEqual(any(30, "proven", { a: ["up", 24], b: ["down", 16] }), [{ what: "announce", milliseconds: 6 }]);
});
