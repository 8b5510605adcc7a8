import type { PeerConfig } from "../core/state.ts";
import type { DropName, Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { warn } from "./finding.ts";
import { configOf } from "./wanted.ts";

/**
 * Sessions that do not stand while the kernel drops what may be their packets. It tells for no packet whose it was, and nothing where the router
 * is the side that drops.
 */
export function sessionFindings(facts: Facts): Finding[] {
  const { speaker, kernel } = facts;
  const config = configOf(facts);
  if (config?.mode !== "managed" || !speaker.reached || speaker.state === undefined) return [];
  const { peers } = speaker.state;
  return config.peers.flatMap((peer) => {
    if (peers.get(peer.address)?.session === "established") return [];
    const hint = hints(peer).find(({ drops }) => drops.some((name) => (kernel.drops[name] ?? 0) > 0));
    if (hint === undefined) return [];
    const counts = hint.drops.map((name) => `${name} ${kernel.drops[name] ?? 0}`).join(", ");
    return [
      warn(
        `session ${peer.address}`,
        `does not stand, and the kernel has dropped ${hint.what} (${counts})`,
        hint.remedy,
      ),
    ];
  });
}

interface Hint {
  readonly drops: readonly DropName[];
  readonly what: string;
  readonly remedy: string;
}

function hints({ password, ttlSecurity }: PeerConfig): readonly Hint[] {
  const signed: Hint =
    password === undefined
      ? {
          drops: ["TCPMD5Unexpected"],
          what: "signed packets of somebody who has no password here",
          remedy: "if the router has a password for this host: passwordFile of the peer; else take it away there",
        }
      : {
          drops: ["TCPMD5Failure", "TCPMD5NotFound"],
          what: "packets with another signature than that of the password here, or with none",
          remedy: `the same password on both sides: compare the router's with ${password.file ?? "that of gobgpd"}`,
        };
  const far: Hint = {
    drops: ["TCPMinTTLDrop"],
    what: "packets that came over too many hops, or that left without TTL 255",
    remedy: "TTL security on the router too, and ttlSecurity of the peer not smaller than the hops to it",
  };
  return ttlSecurity === undefined ? [signed] : [far, signed];
}
