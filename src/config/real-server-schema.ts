import * as z from "zod";
import { CHECK_KINDS } from "../health/registry.ts";
import { port, unicastAddress } from "./forms.ts";

const WEIGHT = "must be a weight, 1 to 65535";
const FORWARDING = 'must be "masquerade", "direct" or "tunnel"';

const realServer = z.strictObject({
  address: unicastAddress.describe("IPv4 or IPv6 address of the real server. It serves the VIPs of its family."),
  port: port("a port").optional().meta({
    description: "Port that it listens on; only where the service has one port.",
    "x-default": "the port's `targetLocalPort`",
  }),
  weight: z
    .int({ error: WEIGHT })
    .min(1, { error: `${WEIGHT}; take out of the list what is to serve no more: its connections may end` })
    .max(65535, { error: WEIGHT })
    .optional()
    .meta({ description: "Weight of the real server.", "x-default": "`ipvs.weight`" }),
  forwarding: z
    .enum(["masquerade", "direct", "tunnel"], { error: FORWARDING })
    .optional()
    .meta({
      description:
        "How packets get to it, as in ipvsadm(8): `masquerade` (its answers have to come back through this host), `direct` (it is in the same " +
        "layer 2 network) or `tunnel` (IPIP). With the last two it has the VIP itself, without ARP for it, and listens at `servicePort`.",
      "x-default": "`ipvs.forwarding`",
    }),
});

/** `realServers` of a service. */
export const realServersSchema = z
  .array(realServer)
  .min(1, { error: "must hold at least one real server; without the key the service is on this host" });

/** `realServerChecks` of a service: of the kinds that connect to a host. */
export const realServerChecksSchema = z.array(
  z.discriminatedUnion("kind", [CHECK_KINDS.http.schema, CHECK_KINDS.tcp.schema]),
);

const QUORUM = "must be a number of real servers, 1 to 65535";

/** `quorum` of a service. */
export const quorumSchema = z.int({ error: QUORUM }).min(1, { error: QUORUM }).max(65535, { error: QUORUM }).default(1);
