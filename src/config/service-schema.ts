import * as z from "zod";
import type { SchedulerFlag } from "../core/service.ts";
import { SCHEDULER_FLAGS, SCHEDULERS } from "../dataplane/ipvs-options.ts";
import { CHECK_KINDS, checkSchema } from "../health/registry.ts";
import { announceSchema } from "./announce-schema.ts";
import { interfaceName, port, vipAddress, vipText } from "./forms.ts";
import { quorumSchema, realServerChecksSchema, realServersSchema } from "./real-server-schema.ts";

const PROTOCOL = 'must be "tcp", "udp" or "sctp"';
const LENGTH = "must be a prefix length, 1 to 32 (IPv4) or 128 (IPv6)";
const VIPS = 'must be a VIP: "10.88.2.1", "10.88.2.1/32", "2001:db8::1" or { "ip": "10.88.2.1", "prefixLength": 32 }';

const protocol = z
  .string({ error: PROTOCOL })
  // Written out, and not as a flag: JSON Schema's patterns have no flags.
  .regex(/^(?:[Tt][Cc][Pp]|[Uu][Dd][Pp]|[Ss][Cc][Tt][Pp])$/, { error: PROTOCOL });

const prefixLength = z
  .int({ error: LENGTH })
  .min(1, { error: `${LENGTH}; 0 would announce the default route` })
  .max(128, { error: LENGTH });

const servicePort = z.strictObject({
  servicePort: port("a port").describe("Port of the VIP that clients connect to."),
  targetLocalPort: port("a port").describe(
    "Port that the service listens on, on this host or on each of `realServers`.",
  ),
  protocol: protocol
    .optional()
    .meta({ description: '"tcp", "udp" or "sctp", in any case.', "x-default": "the service's `protocol`" }),
});

const vip = z.union(
  [
    vipText,
    z.strictObject({
      ip: vipAddress.describe("The address, IPv4 or IPv6."),
      prefixLength: prefixLength
        .optional()
        .meta({ description: "Bits of it that are bound and announced.", "x-default": "32 (IPv4), 128 (IPv6)" }),
    }),
  ],
  { error: VIPS },
);

const flagNames = Object.keys(SCHEDULER_FLAGS) as [SchedulerFlag, ...SchedulerFlag[]];

const ipvs = z.strictObject({
  scheduler: z.enum(SCHEDULERS).default("rr").describe("IPVS scheduler, as in ipvsadm(8) `-s`."),
  flags: z.array(z.enum(flagNames)).default([]).describe("Flags of the schedulers sh and mh, as in ipvsadm(8) `-b`."),
  forwarding: z
    .enum(["masquerade", "direct"], {
      error: ({ input }) =>
        input === "tunnel"
          ? 'must be "masquerade" or "direct": without realServers a tunnel leads to this host itself, which is the same as "direct"; write it in realServers'
          : 'must be "masquerade" or "direct"',
    })
    .default("masquerade")
    .describe(
      "How packets get to the service: `masquerade` rewrites the VIP's address and port to the target's; `direct` leaves them as they are, " +
        "so that the service has to listen on the VIP (or on every address) at `servicePort`, which then has to equal `targetLocalPort`.",
    ),
  weight: z
    .int({ error: "must be a weight, 1 to 65535" })
    .min(1, { error: "must be a weight, 1 to 65535; with 0 this host would announce the VIP and refuse its clients" })
    .max(65535, { error: "must be a weight, 1 to 65535" })
    .default(1)
    .describe("Weight of the real server."),
});

// Fields of the checks that they become, so that what is accepted here is accepted there.
const { path, scheme, insecureSkipVerify } = CHECK_KINDS.http.schema.shape;
const { addresses } = CHECK_KINDS.ping.schema.shape;

const httpCheck = z.strictObject({
  port: port("a port").describe("Port on 127.0.0.1."),
  path,
  scheme,
  insecureSkipVerify,
});

const ADDRESSES =
  'must name the addresses to ping, such as ["10.88.0.253"]; 1.1.1.1 and 8.8.8.8, which none used to mean, have to be written down';

const pingCheck = z.strictObject({
  addresses: z
    .array(addresses.element, { error: ADDRESSES })
    .min(1, { error: ADDRESSES })
    .describe("Addresses to ping; healthy if any one answers."),
});

const COMMENT = "must be a text or a list of texts";

/** JSON has no comments; this key is where one may stand. */
export const comment = z
  .union([z.string(), z.array(z.string({ error: COMMENT }))], { error: COMMENT })
  .optional()
  .describe("A note for people; not read by bgp-lb.");

/** What an operator writes under `service`, and as one of `services`. */
export const serviceSchema = z
  .strictObject({
    $comment: comment,
    name: interfaceName.describe(
      "Name of the service, in logs, metrics and status, and of its dummy interface: 1 to 15 of `A-Z a-z 0-9 _ . + -`.",
    ),
    interface: interfaceName
      .optional()
      .meta({ description: "Name of the dummy interface; services may share one.", "x-default": "`name`" }),
    ip: vipAddress.optional().describe("The VIP, IPv4 or IPv6, of a service that has one; else write `vips`."),
    prefixLength: prefixLength.optional().meta({
      description: "Bits of `ip` that are bound and announced.",
      "x-default": "32 (IPv4), 128 (IPv6)",
    }),
    vips: z
      .array(vip)
      .min(1, { error: "must hold at least one VIP" })
      .optional()
      .describe('The VIPs, in place of `ip`: `"10.88.2.1"`, `"10.88.2.1/32"`, `"2001:db8::1"` or an object.'),
    ports: z
      .array(servicePort)
      .default([])
      .describe("Ports that IPVS carries from each VIP to the service; used with `-ipvs-setup`."),
    protocol: protocol.optional().describe('"tcp", "udp" or "sctp", in any case: for the ports that name none.'),
    ipvs: ipvs.optional().describe("How IPVS carries the ports."),
    realServers: realServersSchema
      .optional()
      .describe("Where IPVS carries the ports, in place of this host itself. Needs `-ipvs-setup`."),
    realServerChecks: realServerChecksSchema.optional().meta({
      description:
        "Checks of each real server by itself, at its own address: `host` is not written. One that fails takes the real server out of IPVS, " +
        "and not the VIP.",
      "x-default": "none: they all serve while the service is healthy",
    }),
    quorum: quorumSchema.describe(
      "How many of `realServers` have to pass their checks (of each family that has VIPs), or the service is down.",
    ),
    announce: announceSchema.optional().describe("What routers are told of the VIPs beyond the next hop."),
    httphealthcheck: httpCheck
      .optional()
      .describe(
        "GET on 127.0.0.1 every second, redirects followed, healthy on 2xx; timeout 3 s, rise 1, fall 1. For more, write a check of kind `http`.",
      ),
    pinghealthcheck: pingCheck
      .optional()
      .describe(
        "Ping every second, rise 1, fall 1; left unused beside `httphealthcheck`. For more, write a check of kind `ping`.",
      ),
    healthchecks: z.array(checkSchema).optional().describe("The checks; the service is healthy while all of them are."),
  })
  .describe("One service: VIPs, ports and checks.");

export type ServiceInput = z.output<typeof serviceSchema>;
