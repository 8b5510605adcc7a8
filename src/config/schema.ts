import * as z from "zod";
import { durationSchema } from "../health/duration-schema.ts";
import { apiAddress, asNumber, filePath, hostAddress, pageAddress, pageHost, routerId } from "./forms.ts";
import { peerSchema } from "./peer-schema.ts";
import { comment, serviceSchema } from "./service-schema.ts";

const LISTEN = "must be a port, 1 to 65535, or -1 for none, or 0 for 179";

const nextHop = z.strictObject({
  ipv4: hostAddress("ipv4").optional().meta({ description: "For IPv4 VIPs.", "x-default": "`routerID`" }),
  ipv6: hostAddress("ipv6").optional().describe("For IPv6 VIPs; needed where there is one."),
});

const local = z.strictObject({
  routerID: routerId.optional().meta({
    description: "BGP router ID, and next hop and real server for IPv4.",
    "x-default": "needed in managed mode",
  }),
  as: asNumber.optional().meta({ description: "AS of this host.", "x-default": "needed in managed mode" }),
  listenPort: z
    .int({ error: LISTEN })
    .min(-1, { error: LISTEN })
    .max(65535, { error: LISTEN })
    .default(179)
    .describe("TCP port that gobgpd listens on; -1: do not listen; 0: 179. Of no effect in shared mode."),
  nextHop: nextHop
    .optional()
    .describe("This host's address per family: next hop of the paths and real server of IPVS."),
});

const tls = z
  .strictObject({
    ca: filePath.optional().meta({
      description: "PEM file of the authorities that gobgpd's certificate may be signed by.",
      "x-default": "the system's",
    }),
    cert: filePath.optional().describe("PEM file of the client certificate."),
    key: filePath.optional().describe("PEM file of its private key."),
  })
  .refine((files) => (files.cert === undefined) === (files.key === undefined), {
    error: "cert and key go together: one is there without the other",
  });

const gobgp = z.strictObject({
  address: apiAddress.optional().meta({
    description: "gobgpd's gRPC API: `host:port`, or `unix:///path`.",
    "x-default": "what the flag `-gobgp-address` says",
  }),
  tls: tls.optional().describe("Speak TLS to gobgpd. Paths are relative to the config file."),
});

const bgp = z.strictObject({
  mode: z
    .enum(["managed", "shared"])
    .default("managed")
    .describe(
      "`managed`: we start BGP in gobgpd and own its peers. `shared`: gobgpd's own config does, and we own only our paths.",
    ),
  gobgp: gobgp.optional().describe("How to reach gobgpd."),
  peers: z.array(peerSchema).default([]).describe("BGP neighbours. None in shared mode."),
  local: local.optional().meta({ description: "This host as a BGP speaker.", "x-default": "needed in managed mode" }),
});

const page = z.strictObject({
  address: pageAddress
    .default("socket")
    .describe(
      "Where it is served. `socket`: on the admin API's unix socket only. Beside that, `loopback`: on 127.0.0.1:8082; an address and a port: there, for everybody who reaches them. `off`: nowhere.",
    ),
  buttons: z
    .boolean()
    .default(false)
    .describe(
      "Offer drain, undrain and force as well. Over TCP they ask for the token that is in `page-token` in the state directory.",
    ),
  hosts: z
    .array(pageHost)
    .default([])
    .describe(
      "Names by which browsers may ask for the page, beside the host's own name, `localhost` and all addresses; requests under other names are refused.",
    ),
});

/** The config file: the one truth that types, JSON Schema and the reference page are made from. */
export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Where editors find the JSON Schema of this file; not read by bgp-lb."),
    $comment: comment,
    bgp: bgp
      .optional()
      .meta({ description: "How this host takes part in BGP.", "x-default": "needed in managed mode" }),
    service: serviceSchema.optional().describe("A service: VIPs, ports and checks. More of them go to `services`."),
    services: z.array(serviceSchema).optional().describe("Services, instead of `service` or beside it."),
    sharedPrefix: z
      .enum(["all", "any"])
      .default("all")
      .describe(
        "When a prefix that several services share is announced: while `all` of them are healthy, or while `any` of them is.",
      ),
    staleVerdict: z
      .enum(["down", "keep"])
      .default("down")
      .describe(
        "What a check counts for that has told nothing for three intervals and its timeout: as failing (`down`), or for what it told last (`keep`).",
      ),
    withdrawHold: z
      .union([z.literal("0s").transform(() => 0), durationSchema], {
        error: 'must be a duration, such as "2s", "500ms" or "0s"',
      })
      .prefault("2s")
      .describe(
        "Time between withdrawing the paths and tearing down the dataplane at the end, so that routers converge first.",
      ),
    onStop: z
      .enum(["withdraw", "handover"])
      .default("withdraw")
      .describe(
        "On SIGTERM. `withdraw`: leave in order. `handover`: end at once and leave everything as it is for the controller that comes next; the guard withdraws if none comes within `handoverLease`.",
      ),
    lease: z
      .union([z.literal("0s").transform(() => 0), durationSchema], {
        error: 'must be a duration, such as "5s", or "0s" for no lease',
      })
      .refine((ms) => ms === 0 || ms >= 1000, { error: 'must be at least "1s", or "0s" for no lease' })
      .prefault("5s")
      .describe(
        "Time that announcements outlive a controller that does not answer: after it the guard (`bgp-lb guard`) acts. `0s`: no lease, they outlive it for ever.",
      ),
    onLeaseLost: z
      .enum(["withdraw", "demote", "keep"])
      .default("withdraw")
      .describe(
        "What the guard does when the lease is lost: `withdraw` what is ours; `demote` it, that is announce it as a drain does (community GRACEFUL_SHUTDOWN of RFC 8326, worse MED), so that routers use it only where no other host has it; or `keep` it and say so.",
      ),
    handoverLease: durationSchema
      .prefault("60s")
      .describe("Time that announcements outlive a controller that stopped with `onStop: handover`."),
    stopDrain: z
      .union([z.literal("0s").transform(() => 0), durationSchema], {
        error: 'must be a duration, such as "30s" or "0s"',
      })
      .prefault("0s")
      .describe(
        "Longest time that a stop (SIGTERM) drains all services before it withdraws; `0s`: it withdraws at once. A supervisor has to wait longer.",
      ),
    ipvsSysctls: z
      .enum(["set", "keep"])
      .default("set")
      .describe(
        "The settings of IPVS that decide what becomes of a connection whose real server goes (net.ipv4.vs.*): `set` them while we have virtual services, and put them back; or `keep` them as they are.",
      ),
    realServerDrain: z
      .union([z.literal("0s").transform(() => 0), durationSchema], {
        error: 'must be a duration, such as "5m", "30s" or "0s"',
      })
      .prefault("5m")
      .describe(
        "Longest time that a real server which left the config or fails its checks stays at weight 0 for its last connections; `0s`: it is removed at once.",
      ),
    repairGrace: z
      .union([z.literal("0s").transform(() => 0), durationSchema], {
        error: 'must be a duration, such as "1s", "500ms" or "0s"',
      })
      .prefault("1s")
      .describe(
        "Time that a VIP stays announced while what others took from its dataplane is put back; then it is withdrawn until that is done.",
      ),
    reconcileInterval: durationSchema
      .prefault("10s")
      .describe("Time after which the host and gobgpd are looked at again even where nothing calls for it."),
    page: page.prefault({}).describe("The status page."),
  })
  .describe("bgp-lb's config file");

export type ConfigInput = z.output<typeof configSchema>;
