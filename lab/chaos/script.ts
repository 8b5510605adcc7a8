import { Random } from "../random.ts";
import { KIND_NAMES, type KindName } from "./kinds.ts";

/** One fault as the seed has it. How long it lasts in the end is the machine's matter too. */
export interface PlannedFault {
  readonly number: number;
  readonly kind: KindName;
  /** Index of the host. */
  readonly host: number;
  /** Where in the kind's span its length lies, from 0 to 1. */
  readonly length: number;
  /** When it begins, as a part of the whole run, from 0 to 1; not before its host is well again and a place is free. */
  readonly at: number;
}

/**
 * The faults that belong to a seed. Every kind comes once before one comes again, in an order of its own each time, so that a hundred faults
 * have all of them; a host is never hit twice in a row, so that two can be out at once.
 */
export function scriptOf(seed: number, count: number, hosts: number): readonly PlannedFault[] {
  const random = new Random(seed);
  const faults: PlannedFault[] = [];
  let bag: KindName[] = [];
  for (let number = 1; number <= count; number += 1) {
    if (bag.length === 0) bag = [...KIND_NAMES];
    const kind = random.pick(bag);
    bag = bag.filter((other) => other !== kind);
    const last = faults.at(-1)?.host;
    const host = random.pick(Array.from({ length: hosts }, (_, at) => at).filter((at) => hosts === 1 || at !== last));
    faults.push({ number, kind, host, length: random.next(), at: (number - 1 + random.next() * 0.8) / count });
  }
  return faults;
}
