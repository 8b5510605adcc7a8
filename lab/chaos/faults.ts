import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../host.ts";
import { SLOW, until } from "../patience.ts";
import type { Topology } from "../topology.ts";

/** What an administrator has on each host beside bgp-lb, some of it on its link and VIP. */
export const FOREIGN = {
  ip: ["addr add 198.18.0.1/32 dev web", "link add other type dummy", "addr add 198.18.0.2/32 dev other"],
  ipvs: [
    "-A -t 203.0.113.10:8443 -s wlc",
    "-a -t 203.0.113.10:8443 -r 192.0.2.11:9443 -m -w 7",
    "-A -u 198.18.0.2:53 -s rr",
  ],
};

/** Seconds between two looks of a controller at its host, which has to be told of changes in IPVS by nobody. */
export const INTERVAL = 2 * Math.min(SLOW, 5);

/** A fault that is done to one host for real, with what is promised of it; seconds are those of an ordinary machine. */
export interface Fault {
  readonly name: string;
  /** The route is gone within this, and stays gone until it is healed. */
  readonly goneWithin?: number;
  /** The dataplane is whole again, or the route is gone, within this. */
  readonly mendedWithin?: number;
  /** Seconds that it lasts at most before it is healed, where nothing is waited for. */
  readonly lasts?: number;
  /** Requests may fail while it lasts and this long after. Without it only those may that were under way when routes moved. */
  readonly cuts?: number;
  readonly strike: (host: Host, lab: Topology) => Promise<void> | void;
  readonly heal?: (host: Host, lab: Topology) => Promise<void> | void;
}

const kernel = (lines: readonly string[]) => (host: Host) => host.namespace.ip(lines);
const ipvsadm = (words: (host: Host, port: number, target: number) => string) => async (host: Host, lab: Topology) => {
  const { servicePort, targetPort } = lab.site;
  await host.namespace.run(["ipvsadm", ...words(host, servicePort, targetPort).split(" ")]);
};
const VIP = "203.0.113.10";
const MENDED = { mendedWithin: 3, cuts: 3 };
const BY_TIMER = { mendedWithin: INTERVAL / SLOW + 2, cuts: INTERVAL / SLOW + 2 };

/** Another word to the controller than those that it runs with. */
function say(host: Host, ...words: readonly string[]): Promise<string> {
  const [node = "", main = ""] = host.controllerArgv();
  return host.namespace.run([node, main, ...words, "-state-dir", host.stateDirectory]);
}

async function restart(host: Host, signal: NodeJS.Signals): Promise<void> {
  await host.controller.stop(signal);
  host.controller.start();
}

const configs = new Map<Host, string>();

export const FAULTS: readonly Fault[] = [
  {
    name: "service killed",
    goneWithin: 3,
    strike: async (host) => void (await host.service.stop("SIGKILL")),
    heal: (host) => host.service.start(),
  },
  {
    name: "service stands still",
    goneWithin: 6,
    strike: (host) => host.service.freeze(),
    heal: (host) => host.service.thaw(),
  },
  { name: "controller killed and started", strike: (host) => restart(host, "SIGKILL") },
  {
    name: "controller killed for long",
    goneWithin: 7,
    strike: async (host) => void (await host.controller.stop("SIGKILL")),
    heal: (host) => host.controller.start(),
  },
  {
    name: "controller stands still",
    goneWithin: 7,
    strike: (host) => host.controller.freeze(),
    heal: (host) => host.controller.thaw(),
  },
  { name: "controller restarted", strike: (host) => restart(host, "SIGTERM") },
  {
    name: "ledger damaged, controller killed and started",
    strike: async (host) => {
      await host.controller.stop("SIGKILL");
      await writeFile(join(host.stateDirectory, "ledger.json"), "nonsense");
      host.controller.start();
    },
  },
  { name: "gobgpd killed", strike: async (host) => void (await host.gobgpd.kill()) },
  {
    name: "gobgpd stands still",
    lasts: 3 / SLOW,
    strike: (host) => host.gobgpd.freeze(),
    heal: (host) => host.gobgpd.thaw(),
  },
  { name: "guard killed", strike: async (host) => void (await host.guard?.kill()) },
  {
    name: "session reset by the router",
    strike: async (host, lab) => void (await lab.router.ask(`restart ${host.name}`)),
  },
  {
    name: "cable pulled",
    lasts: 2 / SLOW,
    cuts: 3,
    strike: (host, lab) => lab.router.namespace.ip([`link set ${host.name} down`]),
    heal: (host, lab) => lab.router.namespace.ip([`link set ${host.name} up`]),
  },
  {
    name: "link deleted",
    ...MENDED,
    strike: kernel(["link del web"]),
    heal: async (host) => {
      await until("the link is back", async () => (await host.links()).includes("web"));
      await host.namespace.ip([FOREIGN.ip[0] ?? ""]);
    },
  },
  { name: "link set down", ...MENDED, strike: kernel(["link set web down"]) },
  { name: "address deleted", ...MENDED, strike: kernel([`addr del ${VIP}/32 dev web`]) },
  { name: "virtual service deleted", ...BY_TIMER, strike: ipvsadm((_, port) => `-D -t ${VIP}:${port}`) },
  {
    name: "real server deleted",
    ...BY_TIMER,
    strike: ipvsadm((host, port, target) => `-d -t ${VIP}:${port} -r ${host.station.ipv4}:${target}`),
  },
  {
    name: "weight set to 0",
    ...BY_TIMER,
    strike: ipvsadm((host, port, target) => `-e -t ${VIP}:${port} -r ${host.station.ipv4}:${target} -m -w 0`),
  },
  {
    name: "IPVS flushed",
    ...BY_TIMER,
    strike: ipvsadm(() => "-C"),
    heal: async (host) => void (await host.namespace.run(["ipvsadm", "-R"], `${FOREIGN.ipvs.join("\n")}\n`)),
  },
  {
    name: "reload of a bad config",
    lasts: 1,
    strike: async (host) => {
      configs.set(host, await readFile(host.configFile, "utf8"));
      await writeFile(host.configFile, '{ "bgp": ');
      host.controller.signal("SIGHUP");
    },
    heal: async (host) => {
      await writeFile(host.configFile, configs.get(host) ?? "");
      host.controller.signal("SIGHUP");
    },
  },
  {
    name: "drained, then not",
    goneWithin: 10,
    strike: async (host) => void (await say(host, "drain", "-all", "-timeout", "1s")),
    heal: async (host) => void (await say(host, "undrain", "-all")),
  },
];
