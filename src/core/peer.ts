import { samePassword } from "./password.ts";
import type { PeerConfig } from "./state.ts";

/** gobgpd's own, in seconds, where a peer has none; it also takes 0 for it, so that "never" (RFC 4271, 0) cannot be asked for. */
export const DEFAULT_HOLD_TIME = 90;

/** How each setting of a peer is told where it is another than before; undefined: it is the same. A setting that is not in here does not compile. */
const CHANGES: {
  readonly [Key in Exclude<keyof PeerConfig, "address">]-?: (a: PeerConfig, b: PeerConfig) => string | undefined;
} = {
  as: (a, b) => differ("AS", a.as, b.as),
  port: (a, b) => differ("port", a.port, b.port),
  password: ({ password: a }, { password: b }) => {
    if (samePassword(a, b)) return undefined;
    if (a === undefined) return "it has a password now";
    return b === undefined ? "it has no password any more" : "its password is another";
  },
  holdTime: (a, b) => differ("hold time", holdTimeOf(a), holdTimeOf(b), " s"),
  multihop: (a, b) => differ("multihop", a.multihop, b.multihop),
  ttlSecurity: (a, b) => differ("TTL security", a.ttlSecurity, b.ttlSecurity),
};

function differ(name: string, a: number | undefined, b: number | undefined, unit = ""): string | undefined {
  const told = (value: number | undefined) => (value === undefined ? "off" : `${value}${unit}`);
  return a === b ? undefined : `${name} ${told(a)} is now ${told(b)}`;
}

/** Seconds, gobgpd's own where the peer does not say. */
export function holdTimeOf({ holdTime = DEFAULT_HOLD_TIME }: PeerConfig): number {
  return holdTime;
}

/** Each setting of a peer that differs, in words, and never a password; none where they are the same. */
export function peerChanges(before: PeerConfig, after: PeerConfig | undefined): readonly string[] {
  if (after === undefined) return ["it is not in the config any more"];
  return Object.values(CHANGES).flatMap((change) => change(before, after) ?? []);
}

export function samePeer(a: PeerConfig, b: PeerConfig): boolean {
  return a.address === b.address && peerChanges(a, b).length === 0;
}

/** What a peer is, less its address: `AS 65512 port 179, hold time 9 s, with a password`. What is by default is left out. */
export function describePeer(peer: PeerConfig): string {
  return [
    `AS ${peer.as} port ${peer.port}`,
    ...(holdTimeOf(peer) === DEFAULT_HOLD_TIME ? [] : [`hold time ${holdTimeOf(peer)} s`]),
    ...(peer.multihop === undefined ? [] : [`multihop ${peer.multihop}`]),
    ...(peer.ttlSecurity === undefined ? [] : [`TTL security ${peer.ttlSecurity}`]),
    ...(peer.password === undefined ? [] : ["with a password"]),
  ].join(", ");
}
