import type { Change, EventKind } from "./event.ts";
import type { Status } from "./status.ts";

/** What was last known of each thing that has a state. */
export interface Known {
  readonly state: string;
  /** When it came to be so, on the monotonic clock. */
  readonly since: number;
}

/** A thing that is in a state now, and why. */
export type Standing = Omit<Change, "from" | "to" | "stood" | "took" | "more"> & { readonly state: string };

/** Alike changes of one moment beyond so many are one entry with a number. */
const MOST_ALIKE = 100;

/** Names the thing that a standing is of; equal things have equal keys. */
export function keyOf({ kind, services, prefix, peer, what }: Omit<Standing, "state" | "reason">): string {
  return `${kind} ${prefix ?? peer ?? (kind === "step" ? "" : (services[0] ?? ""))} ${what ?? ""}`;
}

/** The change from what was known to what is now; undefined where there is none. A thing that was not known has been `from`. */
export function change(known: Known | undefined, standing: Standing, from: string, now: number): Change | undefined {
  const { state, ...about } = standing;
  const before = known?.state ?? from;
  if (before === state) return undefined;
  return { ...about, from: before, to: state, ...(known !== undefined && { stood: Math.round(now - known.since) }) };
}

/** What a status says of everything that has a state. */
export function standings(status: Status): readonly Standing[] {
  const steps = [...status.failing].map(
    ([what, reason]): Standing => ({ kind: "step", services: [], what, state: "failing", reason }),
  );
  const peers = status.peers.map(
    ({ address, session }): Standing => ({
      kind: "peer",
      services: [],
      peer: address,
      state: session === "established" ? "up" : "down",
      reason: session === "established" ? "session established" : `session ${session}`,
    }),
  );
  const vips = status.announcements.flatMap(({ prefix, services, state, reason, dataplane }): Standing[] => [
    ...(dataplane === undefined
      ? []
      : [{ kind: "dataplane" as const, services, prefix, state: dataplane.state, reason: dataplane.lacks.join("; ") }]),
    { kind: "announcement", services, prefix, state, reason },
  ]);
  return [...peers, ...steps, ...vips];
}

/** What nobody knew of before counts as having been so. */
export function first(kind: EventKind): string {
  switch (kind) {
    case "dataplane":
      return "unread";
    case "step":
      return "waiting";
    case "word":
      return "none";
    case "peer":
    case "gobgpd":
      return "down";
    case "lease":
      return "unguarded";
    case "reload":
      return "ok";
    case "life":
      return "absent";
    default:
      return "unknown";
  }
}

/** Changes of one moment: of those that are alike the first so many stand for themselves, and the rest are one entry with their number. */
export function gather(changes: readonly Change[]): readonly Change[] {
  const counts = new Map<string, number>();
  const alike = ({ kind, from, to }: Change) => `${kind} ${from} ${to}`;
  const told = changes.filter((one) => {
    const count = (counts.get(alike(one)) ?? 0) + 1;
    counts.set(alike(one), count);
    return count <= MOST_ALIKE;
  });
  const rest = [...counts].filter(([, count]) => count > MOST_ALIKE);
  const sums = rest.flatMap(([key, count]): Change[] => {
    const one = changes.find((found) => alike(found) === key);
    if (one === undefined) return [];
    return [{ kind: one.kind, services: [], from: one.from, to: one.to, reason: "", more: count - MOST_ALIKE }];
  });
  return [...told, ...sums];
}
