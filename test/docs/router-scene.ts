import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "../../lab/command.ts";
import { Namespace } from "../../lab/namespace.ts";
import { Program } from "../../lab/program.ts";
import { MAIN } from "../support/controller.ts";
import { until } from "../support/until.ts";
import { PASSWORD, startRouter } from "./start-router.ts";

const DOCS = new URL("../../docs/routers/", import.meta.url).pathname;
const VIP4 = "203.0.113.10";
const VIP6 = "2001:db8:f::10";

/** Why routers cannot be tried here, or undefined: they want namespaces of the network, and links between them. */
export async function routersMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const trial = "ip link add try0 type veth peer name try1 && ip link add try2 type bridge";
  return run(["unshare", "--net", "sh", "-c", trial]).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** A network namespace without a name, which ends with the process that holds it: this machine's list of names is left alone. */
class Unnamed extends Namespace {
  readonly #holder;

  constructor(role: string) {
    super(role);
    this.#holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
  }

  get file(): string {
    return `/proc/${this.#holder.pid}/ns/net`;
  }

  get pid(): number | undefined {
    return this.#holder.pid;
  }

  override async create(): Promise<void> {
    const own = readlinkSync("/proc/self/ns/net");
    await until("a network namespace", () => existsSync(this.file) && readlinkSync(this.file) !== own);
    await this.run(["ip", "link", "set", "lo", "up"]);
  }

  override inside(argv: readonly string[]): readonly [string, ...string[]] {
    return ["nsenter", `--net=${this.file}`, ...argv];
  }

  override async ip(lines: readonly string[]): Promise<void> {
    await this.run(["ip", "-batch", "-"], `${lines.join("\n")}\n`);
  }

  override async destroy(): Promise<void> {
    const end = once(this.#holder, "exit");
    if (this.#holder.kill("SIGKILL")) await end;
  }
}

interface HostOfTheScene {
  readonly service: Program;
  readonly controller: Program;
  /** Runs a subcommand of bgp-lb beside the controller. */
  readonly bgpLb: (...argv: readonly string[]) => Promise<string>;
  /** Sets the switch's end of its link, as by pulling the cable. */
  readonly link: (state: "down" | "up") => Promise<void>;
}

/**
 * A router with the configuration that docs/routers.md shows, two of its three hosts, each a gobgpd, a controller and a web service, and a
 * LAN between them. `signed`: with a password and TTL security on both sides. The kernels' links and IPVS of the hosts are left out: the subject is the router. All ends with the test.
 */
export async function routerScene(t: TestContext, kind: "bird" | "frr", gobgpd: string, signed = false) {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  const router = new Unnamed("router");
  const namespaces = [11, 12].map((number) => ({ number, namespace: new Unnamed(`h${number - 10}`) }));
  const programs: Program[] = [];
  t.after(async () => {
    await Promise.all(programs.map((program) => program.dispose()));
    await Promise.all([router, ...namespaces.map(({ namespace }) => namespace)].map((one) => one.destroy()));
    await rm(folder, { recursive: true, force: true });
  });
  const start = (name: string, namespace: Namespace, argv: readonly string[]) => {
    const program = new Program({ name, namespace, argv, log: join(folder, `${name.replaceAll(" ", "-")}.log`) });
    programs.push(program);
    program.start();
    return program;
  };

  await Promise.all([router, ...namespaces.map(({ namespace }) => namespace)].map((one) => one.create()));
  await router.ip([
    "link add lan type bridge stp_state 0 forward_delay 0",
    "addr add 192.0.2.1/24 dev lan",
    "addr add 2001:db8:1::1/64 dev lan nodad",
    "link set lan up",
    ...namespaces.flatMap(({ number, namespace }) => [
      `link add h${number} type veth peer name eth0 netns ${namespace.pid}`,
      `link set h${number} master lan up`,
    ]),
  ]);
  for (const line of (await readFile(join(DOCS, "sysctl.conf"), "utf8")).split("\n")) {
    const [, name = "", value = ""] = /^([\w.]+) = (\d+)$/.exec(line) ?? [];
    if (name !== "") await router.run(["tee", `/proc/sys/${name.replaceAll(".", "/")}`], value);
  }
  await startRouter(kind, { folder, router, start, signed });

  const hosts: HostOfTheScene[] = [];
  for (const { number, namespace } of namespaces) {
    const own = join(folder, `h${number}`);
    await mkdir(join(own, "www"), { recursive: true });
    await writeFile(join(own, "www/index.html"), `h${number}\n`);
    await writeFile(join(own, "config.json"), JSON.stringify(hostConfig(number, `unix://${own}/api.sock`, signed)));
    await writeFile(join(own, "router1.password"), `${PASSWORD}\n`, { mode: 0o640 });
    await namespace.ip([
      `addr add 192.0.2.${number}/24 dev eth0`,
      `addr add 2001:db8:1::${number}/64 dev eth0 nodad`,
      "link set eth0 up",
    ]);
    start(`gobgpd ${number}`, namespace, [gobgpd, `--api-hosts=unix://${own}/api.sock`, "--pprof-disable"]);
    const service = start(`service ${number}`, namespace, ["busybox", "httpd", "-f", "-p", "8080", "-h", `${own}/www`]);
    const flags = ["-config", `${own}/config.json`, "-state-dir", `${own}/state`];
    const more = ["-network-setup=false", "-metrics-address=off", "-guard-socket=off"];
    const controller = start(`controller ${number}`, namespace, [process.execPath, MAIN, "run", ...flags, ...more]);
    const bgpLb = (...argv: readonly string[]) =>
      namespace.run([process.execPath, MAIN, ...argv, "-state-dir", `${own}/state`]);
    const link = (state: "down" | "up") => router.ip([`link set h${number} ${state}`]);
    hosts.push({ service, controller, bgpLb, link });
  }

  /** The last number of each next hop, IPv4 and IPv6, over which the router's kernel spreads the VIPs. */
  const spread = async () =>
    (await Promise.all([VIP4, VIP6].map((vip) => nextHops(router, vip)))).map(String).join(" ");
  const [first, second] = hosts;
  if (first === undefined || second === undefined) throw new Error("no hosts");
  return {
    first,
    second,
    /** Resolves when the router's kernel spreads both VIPs over exactly these. */
    spreadsOver: (...numbers: readonly number[]) =>
      until(`the VIPs over ${numbers.join(" and ")}`, async () => (await spread()) === `${numbers} ${numbers}`, {
        found: () => programs.map((program) => `${program.name}: ${program.lastWords(4)}`),
      }),
    /** The whole table of the router's kernel. */
    kernelRoutes: async () => (await router.run(["ip", "route"])) + (await router.run(["ip", "-6", "route"])),
    /** How many paths to the IPv4 VIP the router has, best or not. */
    paths: async () => {
      const shown =
        kind === "frr"
          ? await router.run(["vtysh", "--vty_socket", folder, "-c", `show ip bgp ${VIP4}/32`])
          : await router.run(["birdc", "-s", `${folder}/bird.ctl`, "show", "route", "table", "master4"]);
      return new Set(shown.match(/192\.0\.2\.1[123]\b/g)).size;
    },
  };
}

async function nextHops(router: Namespace, vip: string): Promise<readonly number[]> {
  const said = await router.run(["ip", vip.includes(":") ? "-6" : "-4", "-json", "route", "show", vip]);
  const routes: readonly Route[] = JSON.parse(said || "[]");
  const gateways = routes.flatMap((route) => (route.nexthops ?? [route]).map(({ gateway }) => gateway ?? ""));
  return gateways.map((gateway) => Number(/\d+$/.exec(gateway)?.[0])).toSorted();
}

interface Route {
  readonly gateway?: string;
  readonly nexthops?: readonly { readonly gateway?: string }[];
}

/** The second service is for an address that the router does not take. */
function hostConfig(number: number, address: string, signed: boolean): unknown {
  const terms = signed ? { passwordFile: "router1.password", ttlSecurity: 1 } : {};
  const healthchecks = [{ kind: "http", port: 8080, interval: "1s", timeout: "3s", rise: 1, fall: 1 }];
  const ports = [{ servicePort: 80, targetLocalPort: 8080 }];
  return {
    bgp: {
      gobgp: { address },
      peers: [{ address: "192.0.2.1", as: 65000, ...terms }],
      local: {
        routerID: `192.0.2.${number}`,
        as: 65010,
        listenPort: 179,
        nextHop: { ipv6: `2001:db8:1::${number}` },
      },
    },
    withdrawHold: "10ms",
    services: [
      { name: "web", vips: [VIP4, VIP6], ports, protocol: "tcp", healthchecks },
      { name: "astray", vips: ["198.51.100.7"], ports, protocol: "tcp", healthchecks },
    ],
  };
}
