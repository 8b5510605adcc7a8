import { SLOW } from "./patience.ts";
import type { Site, Station } from "./site.ts";

/** The config file of one host of the demo, as an operator would write it. */
export function hostConfig(site: Site, host: Station): unknown {
  return {
    bgp: {
      peers: site.routers.map((router) => ({ address: router.ipv4, as: site.routerAs })),
      local: { routerID: host.ipv4, as: site.hostAs, listenPort: 179, nextHop: { ipv6: host.ipv6 } },
    },
    // Five seconds, as by default; a slow machine needs longer to start a controller again.
    lease: `${5 * SLOW}s`,
    services: [
      {
        name: "web",
        vips: site.vips,
        ports: [{ servicePort: site.servicePort, targetLocalPort: site.targetPort }],
        protocol: "tcp",
        // The original's check: every second, one failure withdraws. Only what hangs would show the longer timeout of an emulated host.
        healthchecks: [
          { kind: "http", port: site.targetPort, interval: "1s", timeout: `${3 * SLOW}s`, rise: 1, fall: 1 },
        ],
      },
    ],
  };
}
