import type { Site, Station } from "./site.ts";

/**
 * The configuration of one BIRD 2: equal next hops are merged into one ECMP route in the kernel (`merge paths`). The log tells what becomes
 * of each route (`debug`), the dump holds every message that peers send (`mrtdump`). BIRD dials, quickly: a passive one waits for the hosts.
 */
export function birdConfig(
  site: Site,
  router: Station,
  options: { readonly fillsKernel: boolean; readonly dump: string },
): string {
  const internal = site.hostAs === site.routerAs;
  const kernel = ["ipv4", "ipv6"].map(
    (family) =>
      `protocol kernel kernel_${family} { merge paths on limit 64; ${family} { import none; export where source = RTS_BGP; }; }`,
  );
  const peers = site.hosts.map(
    (host) => `protocol bgp ${host.name} {
  local ${router.ipv4} as ${site.routerAs}; neighbor ${host.ipv4} as ${site.hostAs};
  strict bind on; ${internal ? "direct; " : ""}hold time 9; keepalive time 3;
  connect delay time 1; connect retry time 1; error wait time 1,2;
  ipv4 { import where net.len = 32; export none; };
  ipv6 { import where net.len = 128; export none; };
}`,
  );
  return `${[
    "log stderr all;",
    "timeformat log iso long ms;",
    "debug protocols { states, routes };",
    `mrtdump "${options.dump}";`,
    "mrtdump protocols { messages };",
    `router id ${router.ipv4};`,
    "protocol device { scan time 5; }",
    "protocol direct { ipv4; ipv6; }",
    ...(options.fillsKernel ? kernel : []),
    ...peers,
  ].join("\n")}\n`;
}
