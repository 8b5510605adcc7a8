import fc from "fast-check";
import type { ServiceHealth } from "../../src/core/desired.ts";
import type { Op } from "../../src/core/op.ts";

const PLAIN = [
  "kill",
  "drop",
  "restore",
  "leaving",
  "gone",
  "gobgpdEmpty",
  "flush",
  "flushDns",
  "blind",
  "sight",
  "mend",
  "wait",
  "waitLong",
  "pass",
  "withdraw",
] as const;
type Plain = (typeof PLAIN)[number];

/** Health that changes from inside the next op of this kind. */
export interface Ambush {
  readonly kind: "ambush";
  readonly on: Op["kind"];
  readonly name: string;
  readonly verdict: ServiceHealth["verdict"];
}

/** What may happen between two passes, or inside one. */
export type Fault =
  | { readonly kind: "health"; readonly name: string; readonly verdict: ServiceHealth["verdict"] }
  | { readonly kind: "speaker"; readonly reach: "up" | "silent" | "absent" }
  | Ambush
  | { readonly kind: "word"; readonly name: string; readonly word: "drain" | "drained" | "up" | "down" | "none" }
  | { readonly kind: Plain }
  | { readonly kind: "refuse"; readonly what: Op["kind"] };

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
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
    kind: fc.constant("word" as const),
    name: fc.constantFrom("web", "dns"),
    word: fc.constantFrom(
      "drain" as const,
      "drain" as const,
      "drained" as const,
      "up" as const,
      "down" as const,
      "none" as const,
    ),
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
    kind: fc.constant("ambush" as const),
    on: fc.constantFrom<Op["kind"][]>(
      "link.up",
      "address.add",
      "realServer.add",
      "virtualService.delete",
      "path.announce",
      "path.withdraw",
      "peer.add",
    ),
    name: fc.constantFrom("web", "dns"),
    verdict: fc.constantFrom("up" as const, "down" as const),
  }),
  fc.record({ kind: fc.constantFrom<Plain[]>(...PLAIN) }),
  // Faults show only in passes.
  fc.constant({ kind: "pass" }),
  fc.constant({ kind: "pass" }),
);

/** Long ones: fast-check's own taste is for arrays of a few, in which nothing stands yet that could break. */
export const anyWalk: fc.Arbitrary<Fault[]> = fc.array(anyFault, { maxLength: 30, size: "max" });
