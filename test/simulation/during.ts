import type { Fault } from "./fault.ts";
import type { World } from "./world.ts";

/** Whose states a fault sets: the last to set one is the one who ends it. */
const holders = new WeakMap<World, Map<string, object>>();

/** Sets a state now, and ends it when the time of the fault is over. */
export function during(world: World, fault: Fault, what: string, begin: () => void, end: () => void): void {
  const held = holders.get(world) ?? new Map<string, object>();
  holders.set(world, held);
  held.set(what, fault);
  begin();
  world.time.after(fault.for, () => {
    if (held.get(what) === fault && holders.get(world) === held) end();
  });
}

/** From here on no fault that has begun ends anything. */
export function endAll(world: World): void {
  holders.delete(world);
}
