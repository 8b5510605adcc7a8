import type { Address, Prefix } from "./address.ts";
import type { Sent, SentTo, TcpSocket } from "./ports.ts";

/**
 * How far a path is known to have come with one peer. unacknowledged: gobgpd sends it, and its arrival is not proven yet; stuck: the same for
 * too long; held: the same, for gobgpd holds it back; proven: it was written, and the peer's TCP has acknowledged all of it; sent: gobgpd sends
 * it, and there is no way from here to prove more.
 */
export interface PathProof {
  readonly state: "unacknowledged" | "stuck" | "held" | "proven" | "sent";
  /** Why it is not proven; empty when it is. */
  readonly reason: string;
}

/** What is known of the paths of one peer's session. */
interface SessionProof {
  /** undefined: none is established. */
  readonly session: string | undefined;
  readonly updates: number;
  /** See SentTo. */
  readonly heldBack?: true | undefined;
  readonly paths: ReadonlyMap<Prefix, Seen>;
  /** Paths that left the adj-out of this session, whose withdrawal is not known yet to have arrived. */
  readonly leaving: ReadonlyMap<Prefix, Mark>;
}

/** When a path came into the adj-out, or left it. */
interface Mark {
  /** When that was first seen, on the clock. */
  readonly since: number;
  /** UPDATEs that had been written when it was last known to be otherwise. */
  readonly before: number;
}

interface Seen extends PathProof, Mark {
  readonly text: string;
}

export type Proofs = ReadonlyMap<Address, SessionProof>;

/** What /proc shows of a session: undefined where no socket of it is in this network namespace. */
export type Unacknowledged = ReadonlyMap<Address, number | undefined>;

export const NO_PROOFS: Proofs = new Map();

/** A path is in the adj-out before gobgpd has written it: its socket counts as empty only when it was seen so this much later (milliseconds). */
const SETTLE_MS = 100;
/** A gobgpd that has written no UPDATE for this long since the path came has none to write: the peer had it already (milliseconds). */
const SILENT_MS = 5_000;
/** A path that is unacknowledged for this long is told (milliseconds). */
const STUCK_MS = 5_000;
const WRITING = "gobgpd has not been seen to write it yet";
const HELD =
  "gobgpd restarts gracefully and holds all UPDATEs to this peer back, until each of its peers has told its routes or the deferral time is over";

/** Takes in what gobgpd sends now. What was proven of a session stays proven while the session lives and the path stays as it is. */
export function see(proofs: Proofs, sent: Sent, now: number): Proofs {
  const silent = [...proofs].map(
    ([peer, proof]) => [peer, { ...proof, session: undefined, paths: new Map(), leaving: new Map() }] as const,
  );
  const spoken = [...sent].map(([peer, to]) => [peer, seeSession(proofs.get(peer), to, now)] as const);
  return new Map([...silent, ...spoken]);
}

function seeSession(known: SessionProof | undefined, sent: SentTo, now: number): SessionProof {
  const { session, updates, heldBack, paths } = sent;
  const same = known?.session === session ? known : undefined;
  // What was held back is written from now on.
  const released = same?.heldBack === true && heldBack !== true;
  // The count goes on from session to session, and starts anew with gobgpd or the peer.
  const before = known !== undefined && known.updates <= updates ? known.updates : 0;
  const seen = [...paths].map(([prefix, text]): [Prefix, Seen] => {
    const there = same?.paths.get(prefix);
    if (there?.text === text && !(released && there.state !== "proven")) return [prefix, there];
    return [prefix, { text, since: now, before, state: "unacknowledged", reason: WRITING }];
  });
  // A session that ended takes everything with it.
  const left = [...(same?.paths.keys() ?? [])].map((prefix): [Prefix, Mark] => [prefix, { since: now, before }]);
  const marked = [...(same?.leaving ?? [])].map(
    ([prefix, mark]) => [prefix, released ? { since: now, before } : mark] as const,
  );
  const leaving = [...left, ...marked].filter(([prefix]) => !paths.has(prefix));
  return { session, updates, heldBack, paths: new Map(seen), leaving: new Map(leaving) };
}

/** Prefixes that some peer may still route here: their withdrawal is on its way to it. */
export function leaving(proofs: Proofs): ReadonlySet<Prefix> {
  return new Set([...proofs.values()].flatMap((proof) => [...proof.leaving.keys()]));
}

/** True while looking at sockets would tell something. */
export function isOpen(proofs: Proofs): boolean {
  return [...proofs.values()].some(
    (proof) => proof.leaving.size > 0 || [...proof.paths.values()].some((one) => one.state !== "proven"),
  );
}

/** True when there is a path in `after` that was not in `before`, or one that left, or a session that is new. */
export function hasNews(before: Proofs, after: Proofs): boolean {
  return [...after].some(([peer, now]) => {
    const known = before.get(peer);
    return (
      [...now.paths].some(([prefix, seen]) => known?.paths.get(prefix) !== seen) ||
      [...now.leaving].some(([prefix, mark]) => known?.leaving.get(prefix) !== mark)
    );
  });
}

/** Judges what is not proven by sockets that were read after `see`; `sessions` are those that still stood after that. */
export function judge(
  proofs: Proofs,
  bytes: Unacknowledged,
  sessions: ReadonlyMap<Address, string>,
  now: number,
): Proofs {
  return new Map(
    [...proofs].map(([peer, proof]) => {
      if (proof.session === undefined || sessions.get(peer) !== proof.session) return [peer, proof];
      const paths = [...proof.paths].map(([prefix, seen]): [Prefix, Seen] => {
        if (seen.state === "proven") return [prefix, seen];
        return [prefix, { ...seen, ...verdict(seen, proof, bytes.get(peer), now) }];
      });
      // What cannot be proven from here is not waited for.
      const leaving = [...proof.leaving].filter(([, mark]) => isArriving(verdict(mark, proof, bytes.get(peer), now)));
      return [peer, { ...proof, paths: new Map(paths), leaving: new Map(leaving) }];
    }),
  );
}

/** True where a later look may tell that it has arrived. */
export function isArriving({ state }: Pick<PathProof, "state">): boolean {
  return state === "unacknowledged" || state === "stuck" || state === "held";
}

function verdict(
  { since, before }: Mark,
  { updates, heldBack }: SessionProof,
  bytes: number | undefined,
  now: number,
): PathProof {
  const age = now - since;
  if (heldBack === true) return { state: age < STUCK_MS ? "unacknowledged" : "held", reason: HELD };
  if (bytes === undefined)
    return {
      state: "sent",
      reason: "the session's TCP socket is not in this network namespace, so its arrival cannot be proven",
    };
  if (bytes > 0) {
    if (age < STUCK_MS)
      return { state: "unacknowledged", reason: "it waits for the acknowledgement of the peer's TCP" };
    return {
      state: "stuck",
      reason: "the peer's TCP does not acknowledge what was written: it hangs, or the way to it is cut",
    };
  }
  if (age >= SETTLE_MS && (updates > before || age >= SILENT_MS)) return { state: "proven", reason: "" };
  return { state: "unacknowledged", reason: WRITING };
}

/** Unacknowledged bytes by peer: of several sockets (two connects that crossed) the sum. A BGP session has the BGP port at one of its ends. */
export function unacknowledged(
  sockets: readonly TcpSocket[],
  peers: Iterable<{ readonly address: Address; readonly port: number }>,
  listenPort: number,
): Unacknowledged {
  return new Map(
    [...peers].map(({ address, port }) => {
      const own = sockets.filter(
        (one) => one.remote === address && (one.remotePort === port || one.localPort === listenPort),
      );
      return [address, own.length === 0 ? undefined : own.reduce((sum, one) => sum + one.unacknowledged, 0)];
    }),
  );
}

/** Forgets what was known of these paths, which are about to be sent anew or withdrawn: until the next look they count as leaving. */
export function forget(proofs: Proofs, prefixes: ReadonlySet<Prefix>, now: number): Proofs {
  if (prefixes.size === 0) return proofs;
  return new Map(
    [...proofs].map(([peer, proof]) => {
      const kept = [...proof.paths].filter(([prefix]) => !prefixes.has(prefix));
      const gone = [...proof.paths.keys()].filter((prefix) => prefixes.has(prefix));
      const marks = gone.map((prefix): [Prefix, Mark] => [prefix, { since: now, before: proof.updates }]);
      return [peer, { ...proof, paths: new Map(kept), leaving: new Map([...proof.leaving, ...marks]) }];
    }),
  );
}

/** How many paths were proven at a peer and are not any more, among those that are still wanted. */
export function lost(before: Proofs, after: Proofs, wanted: (prefix: Prefix) => boolean): number {
  let count = 0;
  for (const [peer, { session, paths }] of before) {
    const now = after.get(peer);
    for (const [prefix, { state, text }] of paths) {
      if (state !== "proven" || !wanted(prefix)) continue;
      if (now?.session !== session || now?.paths.get(prefix)?.text !== text) count++;
    }
  }
  return count;
}
