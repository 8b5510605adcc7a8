import type { Fault } from "./fault.ts";
import type { Breach } from "./laws.ts";
import type { Script } from "./walk.ts";

/** Tries that a shrinking makes at most. */
const MOST = 200;

/** A part of the script's faults, none of which can be left out, that breaks the same law. */
export async function shrink(
  script: Script,
  breach: Breach,
  walk: (script: Script) => Promise<Breach | undefined>,
): Promise<{ readonly script: Script; readonly breach: Breach }> {
  let found = { script, breach };
  let tries = 0;
  for (let size = Math.ceil(script.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < found.script.faults.length && tries < MOST; tries++) {
      const faults: readonly Fault[] = found.script.faults.toSpliced(from, size);
      const now = await walk({ ...found.script, faults });
      if (now?.law === breach.law) found = { script: { ...found.script, faults }, breach: now };
      else from += size;
    }
  }
  return found;
}
