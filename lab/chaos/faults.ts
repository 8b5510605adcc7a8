import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../host.ts";
import { hostConfig } from "../host-config.ts";
import { SLOW } from "../patience.ts";
import type { Topology } from "../topology.ts";
import type { Foreign } from "./foreign.ts";
import type { KindName } from "./kinds.ts";
import { prefixOf } from "./laws.ts";

/** Where a fault befalls. */
export interface Scene {
  readonly lab: Topology;
  readonly host: Host;
  readonly foreign: Foreign;
  /** For what hits one VIP of several. */
  readonly vip: string;
}

/** Takes a fault back; where there is nothing to take back the controller has to mend it, or has no reason to. */
export type Undo = () => Promise<void>;
const NOTHING: Undo = async () => {};

/** The dummy link that the controller makes for the service. */
const LINK = "web";
/** A drain ends by itself when the connections have ended; this long it may take. */
const DRAIN_SECONDS = 10;

/** How each fault is made, by the means that it has in life: signals, ip(8), ipvsadm(8), gobgp(1), files. Resolves when it has struck. */
export const FAULTS: Readonly<Record<KindName, (scene: Scene) => Promise<Undo>>> = {
  async "backend killed"({ host }) {
    await host.service.stop("SIGKILL");
    return async () => host.service.start();
  },
  async "backend hangs"({ host }) {
    host.service.freeze();
    return async () => host.service.thaw();
  },
  async "backend answers 503"({ host }) {
    const [page, aside] = [join(host.root, "index.html"), join(host.root, "index.aside")];
    await mkdir(join(host.root, "cgi-bin"), { recursive: true });
    const script = join(host.root, "cgi-bin/index.cgi");
    // What busybox runs where there is no index.html.
    await writeFile(script, '#!/bin/busybox sh\nprintf "Status: 503 Service Unavailable\\r\\n\\r\\n"\n');
    await chmod(script, 0o755);
    await rename(page, aside);
    return async () => {
      await rename(aside, page);
      await rm(script);
    };
  },
  "controller killed, back": killController,
  "controller killed, away": killController,
  "controller stopped, short": stopController,
  "controller stopped, long": stopController,
  async "controller leaves"({ host }) {
    const { code, signal } = await host.controller.stop("SIGTERM");
    if (code !== 0) throw new Error(`the controller of ${host.name} left with exit code ${code ?? signal}`);
    return async () => host.controller.start();
  },
  async "guard killed"({ host }) {
    await host.guard?.kill("SIGKILL");
    return NOTHING;
  },
  async "controller and guard killed"({ host }) {
    await Promise.all([host.controller.stop("SIGKILL"), host.guard?.kill("SIGKILL")]);
    return async () => host.controller.start();
  },
  async "gobgpd killed"({ host, foreign }) {
    await host.gobgpd.kill("SIGKILL");
    return () => foreign.plantPath();
  },
  async "VIP deleted"({ host, vip }) {
    await host.namespace.ip([`addr del ${prefixOf(vip)} dev ${LINK}`]);
    return NOTHING;
  },
  async "link set down"({ host }) {
    await host.namespace.ip([`link set ${LINK} down`]);
    return NOTHING;
  },
  async "link deleted"({ host }) {
    await host.namespace.ip([`link del ${LINK}`]);
    return NOTHING;
  },
  async "virtual service deleted"({ host, lab, vip }) {
    await host.namespace.run(["ipvsadm", "-D", "-t", endpoint(vip, lab.site.servicePort)]);
    return NOTHING;
  },
  async "IPVS flushed"({ host, foreign }) {
    await host.namespace.run(["ipvsadm", "-C"]);
    await foreign.plantServices();
    return NOTHING;
  },
  async "weight set to 0"({ host, lab, vip }) {
    const start = `-a -t ${endpoint(vip, lab.site.servicePort)} `;
    const line = (await host.ipvs()).find((one) => one.startsWith(start));
    if (line === undefined) throw new Error(`${host.name} has no real server for ${vip}`);
    const words = line
      .replace(/^-a/, "-e")
      .replace(/-w \d+/, "-w 0")
      .split(" ")
      .filter(Boolean);
    await host.namespace.run(["ipvsadm", ...words]);
    return NOTHING;
  },
  async "path deleted"({ host, vip }) {
    const family = vip.includes(":") ? ["-a", "ipv6"] : [];
    await host.namespace.run(["gobgp", "global", "rib", ...family, "del", prefixOf(vip)]);
    return NOTHING;
  },
  "peer link down": cutLink,
  "peer link flaps": cutLink,
  async drained({ host }) {
    await host.command("drain", "web", "-timeout", `${DRAIN_SECONDS * SLOW}s`);
    return async () => void (await host.command("undrain", "web"));
  },
  async "reload, unchanged"({ host }) {
    reload(host);
    return NOTHING;
  },
  "reload, check changed": ({ host, lab }) =>
    withConfig(host, lab, (service) => ({
      ...service,
      healthchecks: service.healthchecks.map((check) => ({ ...check, interval: "2s" })),
    })),
  "reload, VIP removed": ({ host, lab, vip }) =>
    withConfig(host, lab, (service) => ({ ...service, vips: service.vips.filter((one) => one !== vip) })),
};

async function killController({ host }: Scene): Promise<Undo> {
  await host.controller.stop("SIGKILL");
  return async () => host.controller.start();
}

async function stopController({ host }: Scene): Promise<Undo> {
  host.controller.freeze();
  return async () => host.controller.thaw();
}

/** The host's link at the router's side: the host sees its carrier go. */
async function cutLink({ host, lab }: Scene): Promise<Undo> {
  await lab.router.namespace.ip([`link set ${host.name} down`]);
  return () => lab.router.namespace.ip([`link set ${host.name} up`]);
}

interface Service {
  readonly vips: readonly string[];
  readonly healthchecks: readonly Readonly<Record<string, unknown>>[];
}

async function withConfig(host: Host, lab: Topology, change: (service: Service) => unknown): Promise<Undo> {
  const text = await readFile(host.configFile, "utf8");
  const config = hostConfig(lab.site, host.station) as { readonly services: readonly Service[] };
  await writeFile(host.configFile, JSON.stringify({ ...config, services: config.services.map(change) }));
  reload(host);
  return async () => {
    await writeFile(host.configFile, text);
    reload(host);
  };
}

function reload(host: Host): void {
  const { pid } = host.controller;
  if (pid === undefined) throw new Error(`the controller of ${host.name} does not run`);
  process.kill(pid, "SIGHUP");
}

function endpoint(vip: string, port: number): string {
  return vip.includes(":") ? `[${vip}]:${port}` : `${vip}:${port}`;
}
