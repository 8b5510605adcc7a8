import type { Change, EventKind } from "./event.ts";
import type { Override } from "./override.ts";
import { overrideWords, shortWord } from "./override.ts";
import type { Status } from "./status.ts";

/** A thing that is in a state now, and why. */
export type Standing = Omit<Change, "from" | "to" | "stood" | "took" | "more"> & { readonly state: string };

/** What was last known of a thing. */
export interface Known {
  readonly standing: Standing;
  /** When it came to be so, on the monotonic clock. */
  readonly since: number;
}

/** Names the thing that a standing is of; equal things have equal keys. */
export function keyOf({ kind, services, prefix, peer, what }: Omit<Standing, "state" | "reason">): string {
  return `${kind} ${prefix ?? peer ?? (kind === "step" ? "" : (services[0] ?? ""))} ${what ?? ""}`;
}

/** The change from what was known to what is now; undefined where there is none. What nobody knew of before has been as such a thing is at first. */
export function change(known: Known | undefined, standing: Standing, now: number): Change | undefined {
  const { state, ...about } = standing;
  const from = known?.standing.state ?? first(standing.kind);
  if (from === state) return undefined;
  return { ...about, from, to: state, ...(known !== undefined && { stood: Math.round(now - known.since) }) };
}

/** What a status and the operator's words say of everything that they list. */
export function standings(status: Status, overrides: ReadonlyMap<string, Override>): readonly Standing[] {
  const words = [...overrides].map(
    ([name, word]): Standing => ({
      kind: "word",
      services: [name],
      state: shortWord(word),
      reason: overrideWords(word),
    }),
  );
  const steps = [...status.failing].map(
    ([what, reason]): Standing => ({ kind: "step", services: [], what, state: "failing", reason }),
  );
  const vips = status.announcements.flatMap(({ prefix, services, state, reason, dataplane }): Standing[] => [
    ...(dataplane === undefined
      ? []
      : [{ kind: "dataplane" as const, services, prefix, state: dataplane.state, reason: dataplane.lacks.join("; ") }]),
    { kind: "announcement", services, prefix, state, reason },
  ]);
  return [...words, ...steps, ...vips];
}

/** The change that it is to be listed no more; undefined: a thing that is gone, which is no change of its own. `ended`: how a service's word came to its end. */
export function ending(
  { standing, since }: Known,
  now: number,
  ended: ReadonlyMap<string, string>,
): Change | undefined {
  const { state, ...about } = standing;
  const stood = Math.round(now - since);
  if (about.kind === "step")
    return { ...about, from: state, to: "done", reason: "done, or not wanted any more", stood };
  if (about.kind === "word") {
    const reason = ended.get(about.services[0] ?? "") ?? "taken back, or its time is over";
    return { ...about, from: state, to: "none", reason, stood };
  }
  return undefined;
}

/** True where `standings` lists all things of the kind, so that one which is missing has ended. */
export function isListed(kind: EventKind): boolean {
  return kind === "word" || kind === "step" || kind === "announcement" || kind === "dataplane";
}

function first(kind: EventKind): string {
  switch (kind) {
    case "dataplane":
      return "unread";
    case "step":
      return "waiting";
    case "word":
      return "none";
    case "repair":
      return "broken";
    case "lease":
      return "unguarded";
    case "reload":
      return "ok";
    case "life":
      return "absent";
    case "health":
    case "check":
    case "server":
    case "announcement":
    case "gobgpd":
    case "peer":
      return "unknown";
  }
}
