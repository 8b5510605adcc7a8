import type { Address } from "../core/address.ts";
import { endpoint, parseAddress } from "../core/address.ts";
import type { Service } from "../core/service.ts";
import type { Facts, Listener } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { fail, ok, warn } from "./finding.ts";
import { configOf, servicesOf } from "./wanted.ts";

/** Ports that bgp-lb or gobgpd is to listen on, that the services listen on, and that IPVS takes from others. */
export function portFindings(facts: Facts): Finding[] {
  return [
    ...metricsPort(facts),
    ...pagePort(facts),
    ...bgpPort(facts),
    ...(facts.wanted.ipvs ? servicePorts(facts) : []),
  ];
}

function metricsPort(facts: Facts): Finding[] {
  const { metrics } = facts.wanted;
  if (metrics === undefined || metrics.port === 0) return [];
  const host = metrics.host === undefined ? undefined : parseAddress(metrics.host);
  const remedy = "choose another with -metrics-address :PORT, or -metrics-address off";
  return [controllersPort(facts, "port of metrics", { host, port: metrics.port }, remedy)];
}

function pagePort(facts: Facts): Finding[] {
  const page = configOf(facts)?.page.address;
  if (typeof page !== "object") return [];
  return [controllersPort(facts, "port of the page", page, "choose another in page.address")];
}

/** A port that the controller is to listen on: nobody else may. */
function controllersPort(
  { listeners, controller }: Facts,
  about: string,
  { host, port }: { readonly host: Address | undefined; readonly port: number },
  remedy: string,
): Finding {
  const taken = listeners.find(
    (one) => one.protocol === "tcp" && one.port === port && (host === undefined || hears(one, host)),
  );
  if (taken === undefined) return ok(about, `tcp ${port} is free`);
  const holder = typeof controller === "string" ? undefined : controller.pid;
  if (taken.owner === undefined ? holder !== undefined : taken.owner.pid === holder)
    return ok(about, `tcp ${port} is the running controller's`);
  return fail(about, `tcp ${at(taken)} is taken by ${who(taken)}`, remedy);
}

function bgpPort(facts: Facts): Finding[] {
  const config = configOf(facts);
  const port = config?.identity?.listenPort;
  if (config?.mode !== "managed" || port === undefined) return [];
  const about = "port of BGP";
  if (port === -1) return [ok(about, "gobgpd is not to listen (listenPort -1)")];
  const taken = facts.listeners.find((one) => one.protocol === "tcp" && one.port === port);
  if (taken === undefined) return [ok(about, `tcp ${port} is free`)];
  if (taken.owner?.name === "gobgpd") return [ok(about, `tcp ${at(taken)} is gobgpd's`)];
  const remedy = 'stop it, or let gobgpd call its peers only: "listenPort": -1';
  if (taken.owner === undefined) return [warn(about, `tcp ${at(taken)} is taken by ${who(taken)}`, remedy)];
  return [fail(about, `tcp ${at(taken)} is taken by ${who(taken)}: gobgpd cannot listen there`, remedy)];
}

function servicePorts(facts: Facts): Finding[] {
  return servicesOf(facts).flatMap(({ service }) => [...targets(facts, service), ...shadowed(facts, service)]);
}

/** Whether the service listens where IPVS sends its packets; a check on 127.0.0.1 does not see that. */
function targets({ listeners }: Facts, service: Service): Finding[] {
  const seen = new Set<string>();
  return service.virtualServices.flatMap(({ protocol, vip, realServers: [server] }) => {
    if (server === undefined || protocol === "sctp") return [];
    const address = server.forwarding === "direct" ? vip : server.address;
    const place = `${protocol} ${endpoint(address, server.port)}`;
    if (seen.has(place)) return [];
    seen.add(place);
    const about = `target of ${service.name}`;
    const there = listeners.filter((one) => one.protocol === protocol && one.port === server.port);
    const hearing = there.find((one) => hears(one, address));
    if (hearing !== undefined) return [ok(about, `${place} is listened on by ${who(hearing)}`)];
    const [other] = there;
    if (other === undefined)
      return [
        warn(
          about,
          `nobody listens on ${place}, where IPVS is to send its packets`,
          `start ${service.name}, or correct targetLocalPort`,
        ),
      ];
    return [
      fail(
        about,
        `${who(other)} listens on ${at(other)} only, and IPVS sends to ${place}: clients are refused, whatever a check on ${other.address} says`,
        `have it listen on ${endpoint(address, server.port)}, or on every address`,
      ),
    ];
  });
}

/** Others who listen on a VIP's port: IPVS takes the packets before them. */
function shadowed({ listeners }: Facts, service: Service): Finding[] {
  const targetPorts = new Set(
    service.virtualServices.flatMap(({ realServers }) => realServers.map(({ port }) => port)),
  );
  return service.virtualServices.flatMap(({ protocol, vip, port }) => {
    if (targetPorts.has(port)) return [];
    const other = listeners.find((one) => one.protocol === protocol && one.port === port && hears(one, vip));
    if (other === undefined) return [];
    return [
      warn(
        `port of ${service.name}`,
        `${protocol} ${at(other)} is listened on by ${who(other)}, which hears nothing of what comes to ${vip}: IPVS takes it before`,
        `have it listen on its own address only, if it is not to serve ${vip}`,
      ),
    ];
  });
}

/** Whether what is sent to the address gets to this socket. */
function hears({ address }: Listener, to: Address): boolean {
  if (address === to || address === "::") return true;
  return address === "0.0.0.0" && !to.includes(":");
}

function at({ address, port }: Listener): string {
  return endpoint(address, port);
}

function who({ owner }: Listener): string {
  return owner === undefined ? "a process that this user may not see" : `${owner.name} (process ${owner.pid})`;
}
