import * as z from "zod";
import { DEFAULT_HOLD_TIME } from "../core/peer.ts";
import { asNumber, passwordFile, peerAddress, port } from "./forms.ts";

/** A whole number between these; `what` says it in words, and what else there is to know. */
function whole(least: number, most: number, what: string) {
  const error = `must be ${what}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A BGP neighbour as the file has it. */
export const peerSchema = z.strictObject({
  address: peerAddress.describe("IPv4 or IPv6 address of the peer."),
  as: asNumber.describe("AS of the peer; the same as the local one means iBGP."),
  port: port("a TCP port").default(179).describe("TCP port that the peer listens on."),
  passwordFile: passwordFile
    .optional()
    .describe(
      "File with the password that signs the session (TCP-MD5, RFC 2385): one line of at most 80 bytes, its end not counted. Relative to the config file; mode 0640, owner root, group bgp-lb. Read at start and at each reload.",
    ),
  holdTime: whole(3, 65535, "whole seconds, 3 to 65535 (gobgpd cannot be told 0, never: it takes that for its own, 90)")
    .default(DEFAULT_HOLD_TIME)
    .describe(
      "Seconds without a word after which the session is lost (RFC 4271); the peer's own counts where it is smaller. Keepalives go every third of it.",
    ),
  multihop: whole(2, 255, "a TTL, 2 to 255")
    .optional()
    .describe(
      "TTL of the packets to an external peer (eBGP multihop), for one that is not on the same network; without it they go one hop. Not together with `ttlSecurity`.",
    ),
  ttlSecurity: whole(1, 254, "a number of hops, 1 to 254")
    .optional()
    .describe(
      "Hops that the peer is away at most, 1 for one on the same network: packets that came farther are dropped (GTSM, RFC 5082). The peer has to do the same, as its packets have to leave with TTL 255.",
    ),
});
