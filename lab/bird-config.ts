import type { Site, Station } from "./site.ts";

/**
 * The configuration of one BIRD 2: equal next hops are merged into one ECMP route in the kernel (`merge paths`), and everything that peers
 * send is written to the log (`debug`), which is the lab's record of UPDATEs. BIRD dials, quickly: a passive BIRD would wait for the hosts.
 */
export function birdConfig(site: Site, router: Station, fillsKernel: boolean): string {
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
    "debug protocols { states, routes, packets };",
    `router id ${router.ipv4};`,
    "protocol device { scan time 5; }",
    "protocol direct { ipv4; ipv6; }",
    ...(fillsKernel ? kernel : []),
    ...peers,
  ].join("\n")}\n`;
}
