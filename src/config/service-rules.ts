import { bits, family, parseAddress } from "../core/address.ts";
import { SCHEDULER_FLAGS } from "../dataplane/ipvs-options.ts";
import type { Raw, ServiceFacts } from "./facts.ts";
import { isRecord } from "./facts.ts";
import type { Finding } from "./issues.ts";
import { pathText } from "./problem.ts";
import { realServerFindings, realServerWarnings } from "./real-server-rules.ts";

/** What is missing in a service or does not go together in it. */
export function serviceFindings(service: ServiceFacts): Finding[] {
  return [
    ...vipFindings(service),
    ...portFindings(service),
    ...ipvsFindings(service),
    ...realServerFindings(service),
    ...checkFindings(service),
  ];
}

function checkFindings({ raw, path }: ServiceFacts): Finding[] {
  const { httphealthcheck, pinghealthcheck } = raw;
  const some = [raw["healthchecks"], raw["realServerChecks"]].some(
    (checks) => checks !== undefined && !(Array.isArray(checks) && checks.length === 0),
  );
  return httphealthcheck !== undefined || pinghealthcheck !== undefined || some ? [] : [{ path, message: NO_CHECK }];
}

const NO_CHECK = `no health check, so nothing could tell when to withdraw the VIP; write one, such as
      "healthchecks": [{ "kind": "tcp", "port": 8080 }]
      "httphealthcheck": { "port": 8080, "path": "/healthz" }
    The original pinged 1.1.1.1 and 8.8.8.8 here, so that one outage of the Internet withdrew every host at once;
    who wants just that asks for it by name: "pinghealthcheck": { "addresses": ["1.1.1.1", "8.8.8.8"] }`;

function vipFindings({ raw, path, vips }: ServiceFacts): Finding[] {
  const found: Finding[] = [];
  if (raw["ip"] === undefined && raw["vips"] === undefined) {
    found.push({
      path: [...path, "ip"],
      message: 'missing; write a VIP, "ip": "10.88.2.1", or several, "vips": ["10.88.2.1", "2001:db8::1"]',
    });
  }
  if (raw["ip"] !== undefined && raw["vips"] !== undefined) {
    found.push({
      path: [...path, "ip"],
      message: "stands beside vips; write one of the two: the address can be one of vips",
    });
  }
  if (raw["prefixLength"] !== undefined && raw["ip"] === undefined && raw["vips"] !== undefined) {
    found.push({
      path: [...path, "prefixLength"],
      message: 'belongs to ip; in vips each VIP has its own length: "10.88.2.0/24"',
    });
  }
  const sites: [Raw, ServiceFacts["path"]][] = [[raw, path]];
  if (Array.isArray(raw["vips"])) {
    for (const [index, one] of raw["vips"].entries()) if (isRecord(one)) sites.push([one, [...path, "vips", index]]);
  }
  for (const [{ ip, prefixLength }, site] of sites) {
    const address = typeof ip === "string" ? parseAddress(ip) : undefined;
    if (address === undefined || typeof prefixLength !== "number" || prefixLength > 128) continue;
    const all = bits(family(address));
    if (prefixLength > all)
      found.push({
        path: [...site, "prefixLength"],
        message: `must be 1 to ${all} for ${address}; found ${prefixLength}`,
      });
  }
  for (const [index, vip] of vips.entries()) {
    const first = vips.slice(0, index).find((other) => other.value.address === vip.value.address);
    if (first !== undefined) {
      found.push({ path: vip.path, message: `${vip.value.address} is already in ${pathText(first.path)}; keep one` });
    }
  }
  return found;
}

function portFindings({ raw, ports }: ServiceFacts): Finding[] {
  return ports.flatMap(({ path }, index) => {
    const one = (raw["ports"] as unknown[])[index];
    if (!isRecord(one) || one["protocol"] !== undefined || raw["protocol"] !== undefined) return [];
    return [
      {
        path: [...path, "protocol"],
        message: 'missing; write "protocol": "tcp" (or "udp", "sctp") here, or once in the service',
      },
    ];
  });
}

function ipvsFindings({ raw, path, ports }: ServiceFacts): Finding[] {
  const ipvs = isRecord(raw["ipvs"]) ? raw["ipvs"] : {};
  const found: Finding[] = [];
  const scheduler = ipvs["scheduler"] ?? "rr";
  for (const [index, flag] of (Array.isArray(ipvs["flags"]) ? ipvs["flags"] : []).entries()) {
    const needed =
      typeof flag === "string" && Object.hasOwn(SCHEDULER_FLAGS, flag)
        ? SCHEDULER_FLAGS[flag as keyof typeof SCHEDULER_FLAGS]
        : undefined;
    if (needed !== undefined && needed !== scheduler) {
      found.push({
        path: [...path, "ipvs", "flags", index],
        message: `"${flag}" goes with the scheduler ${needed} alone; write "scheduler": "${needed}", or remove the flag`,
      });
    }
  }
  if (ipvs["forwarding"] !== "direct") return found;
  for (const { value, path: at } of ports) {
    if (value.servicePort === undefined || value.targetLocalPort === undefined) continue;
    if (value.servicePort === value.targetLocalPort) continue;
    found.push({
      path: at,
      message: `servicePort ${value.servicePort} and targetLocalPort ${value.targetLocalPort} must be equal with "forwarding": "direct", which rewrites no port; write "masquerade" for another one`,
    });
  }
  return found;
}

/** What is accepted in a service, and may not be what was meant. */
export function serviceWarnings(service: ServiceFacts, metricsPort: number | undefined): string[] {
  const { raw, path, ports } = service;
  const warnings: string[] = realServerWarnings(service);
  if (raw["httphealthcheck"] !== undefined && raw["pinghealthcheck"] !== undefined) {
    warnings.push(
      `${pathText([...path, "pinghealthcheck"])}: left unused, because httphealthcheck is there too and wins`,
    );
  }
  if (metricsPort === undefined || raw["realServers"] !== undefined) return warnings;
  for (const { value, path: at } of ports) {
    if (value.targetLocalPort !== metricsPort || (value.protocol ?? "tcp") !== "tcp") continue;
    warnings.push(
      `${pathText([...at, "targetLocalPort"])}: ${metricsPort} is also the port of -metrics-address on this host: ` +
        "one of the two cannot listen; change -metrics-address, or turn it off with -metrics-address off",
    );
  }
  return warnings;
}
