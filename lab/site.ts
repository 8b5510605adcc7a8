/** Who is who in one lab: addresses, AS numbers, VIPs. Documentation addresses (RFC 5737, RFC 3849), except where a test needs others. */
export interface Site {
  readonly lan: { readonly ipv4Length: number; readonly ipv6Length: number };
  readonly hosts: readonly Station[];
  /** One BGP speaker each, in one router; the first fills the kernel's table. */
  readonly routers: readonly Station[];
  readonly hostAs: number;
  readonly routerAs: number;
  /** What the client asks for. */
  readonly vips: readonly string[];
  readonly servicePort: number;
  /** Where the service listens on each host. */
  readonly targetPort: number;
}

export interface Station {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** The demo: hosts h1, h2, ... in AS 65010, one router in AS 65000, one service with a VIP of each family. */
export function demoSite(hosts: number): Site {
  return {
    lan: { ipv4Length: 24, ipv6Length: 64 },
    hosts: Array.from({ length: hosts }, (_, index) => ({
      name: `h${index + 1}`,
      ipv4: `192.0.2.${index + 11}`,
      ipv6: `2001:db8:1::${index + 11}`,
    })),
    routers: [{ name: "router", ipv4: "192.0.2.1", ipv6: "2001:db8:1::1" }],
    hostAs: 65010,
    routerAs: 65000,
    vips: ["203.0.113.10", "2001:db8:f::10"],
    servicePort: 80,
    targetPort: 8080,
  };
}

/** The site that the original's example config belongs to: one host, two iBGP peers. */
export function exampleSite(): Site {
  return {
    lan: { ipv4Length: 24, ipv6Length: 64 },
    hosts: [{ name: "h1", ipv4: "10.88.0.200", ipv6: "2001:db8:1::11" }],
    routers: [
      { name: "tor1", ipv4: "10.88.0.253", ipv6: "2001:db8:1::1" },
      { name: "tor2", ipv4: "10.88.0.254", ipv6: "2001:db8:1::2" },
    ],
    hostAs: 65512,
    routerAs: 65512,
    vips: ["10.88.2.1"],
    servicePort: 80,
    targetPort: 8080,
  };
}
