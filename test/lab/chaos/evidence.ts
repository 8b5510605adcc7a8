import type { RouterEvent } from "../../../lab/bird-log.ts";
import type { KindName } from "../../../lab/chaos/kinds.ts";
import type { FaultRecord } from "../../../lab/chaos/record.ts";

export const VIP = "203.0.113.10";

export function route(at: number, host: string, kind: "announced" | "withdrawn" | "lost"): RouterEvent {
  return { kind, at, host, prefix: `${VIP}/32` };
}

/** A fault from `at` to `over`, whose host is well at `back`. */
export function fault(kind: KindName, host: string, at: number, over: number, back = over): FaultRecord {
  return { number: 1, kind, host, at, struck: at, undone: over, over, mended: back, back };
}
