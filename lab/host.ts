import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KernelWatch } from "./kernel-watch.ts";
import { Namespace } from "./namespace.ts";
import { Program } from "./program.ts";
import type { Site, Station } from "./site.ts";

export interface HostOptions {
  readonly config: unknown;
  /** Whether `-ipvs-setup` is given, which is not the default; here it is. */
  readonly ipvs?: boolean;
  /** Whether a guard runs beside the controller. */
  readonly guard?: boolean;
  /** Further flags of the controller, after those of the lab; the last one of a name counts. */
  readonly flags?: readonly string[];
}

/** One host of the load balancer: its own gobgpd, its controller, and the service that says the host's name. */
export class Host {
  readonly name: string;
  readonly station: Station;
  readonly namespace: Namespace;
  readonly configFile: string;
  readonly stateDirectory: string;
  /** Where the controller is asked for its metrics; over the LAN, so that the lab's client can read it from outside. */
  readonly metrics: { readonly host: string; readonly port: number };
  /** What the service serves. */
  readonly root: string;
  readonly service: Program;
  readonly gobgpd: Program;
  readonly controller: Program;
  /** undefined: without one. */
  readonly guard: Program | undefined;
  readonly #main: string;
  readonly #options: HostOptions;
  readonly #directory: string;

  /** `main`: the controller's main file. */
  constructor(site: Site, station: Station, directory: string, main: string, options: HostOptions) {
    const namespace = new Namespace(station.name);
    this.#main = main;
    this.name = station.name;
    this.station = station;
    this.namespace = namespace;
    this.#options = options;
    this.#directory = directory;
    this.configFile = join(directory, `${station.name}.json`);
    this.stateDirectory = join(directory, `${station.name}.state`);
    this.metrics = { host: station.ipv4, port: 9100 };
    this.root = join(directory, `${station.name}.www`);
    const program = (name: string, argv: readonly string[], supervised = false) =>
      new Program({ name: `${name} of ${station.name}`, namespace, argv, log: this.#log(name), supervised });
    // busybox: a web server without start-up time, which every Debian and Ubuntu has in one small package.
    this.service = program("service", ["busybox", "httpd", "-f", "-p", `[::]:${site.targetPort}`, "-h", this.root]);
    this.gobgpd = program("gobgpd", ["gobgpd", "--api-hosts=127.0.0.1:50051", "--pprof-disable"], true);
    this.controller = program("controller", this.controllerArgv());
    const guard = [process.execPath, main, "guard", "-guard-socket", this.#guardSocket];
    this.guard = options.guard === true ? program("guard", guard, true) : undefined;
  }

  /** The command line of the controller, or of one of its other subcommands. */
  controllerArgv(subcommand: readonly string[] = []): readonly string[] {
    const metrics = `${this.metrics.host}:${this.metrics.port}`;
    const flags = ["-config", this.configFile, "-state-dir", this.stateDirectory, "-metrics-address", metrics];
    const guard = ["-guard-socket", this.#options.guard === true ? this.#guardSocket : "off"];
    const own = [
      ...flags,
      ...guard,
      ...(this.#options.ipvs === false ? [] : ["-ipvs-setup"]),
      ...(this.#options.flags ?? []),
    ];
    return [process.execPath, this.#main, ...subcommand, ...own];
  }

  async prepare(): Promise<void> {
    await mkdir(this.root, { recursive: true });
    await mkdir(this.stateDirectory, { recursive: true });
    await writeFile(join(this.root, "index.html"), `${this.name}\n`);
    await writeFile(this.configFile, `${JSON.stringify(this.#options.config, undefined, 2)}\n`);
  }

  start(): void {
    this.service.start();
    this.gobgpd.start();
    this.guard?.start();
    this.controller.start();
  }

  /** Every address of every link but the loopback, as `link address/length`, sorted. */
  async addresses(): Promise<readonly string[]> {
    const links: unknown = JSON.parse(await this.namespace.run(["ip", "-json", "addr"]));
    const found = (links as readonly IpAddr[]).flatMap((link) =>
      link.addr_info
        .filter((info) => info.scope === "global")
        .map((info) => `${link.ifname} ${info.local}/${info.prefixlen}`),
    );
    return found.sort();
  }

  /** The names of the links, sorted. */
  async links(): Promise<readonly string[]> {
    const links: unknown = JSON.parse(await this.namespace.run(["ip", "-json", "link"]));
    return (links as readonly IpAddr[]).map((link) => link.ifname).sort();
  }

  /** The IPVS table as ipvsadm(8) saves it, one line for each virtual service and real server, in the kernel's order. */
  async ipvs(): Promise<readonly string[]> {
    return (await this.namespace.run(["ipvsadm", "-Sn"])).split("\n").filter(Boolean);
  }

  /** Runs a subcommand of bgp-lb with the controller's own flags, to its end. */
  command(...subcommand: readonly string[]): Promise<string> {
    return this.namespace.run(this.controllerArgv(subcommand));
  }

  /** The controller's metrics, whole. */
  metricsText(): Promise<string> {
    return this.namespace.run(["busybox", "wget", "-qO-", `http://${this.metrics.host}:${this.metrics.port}/metrics`]);
  }

  /** Records every change of the kernel's links and addresses from now on, until it is stopped. */
  async watchKernel(): Promise<KernelWatch> {
    const watch = new KernelWatch(this.namespace, this.#directory);
    await watch.start();
    return watch;
  }

  async stop(): Promise<void> {
    const programs = [this.controller, this.guard, this.service, this.gobgpd];
    await Promise.all(programs.map((program) => program?.dispose()));
  }

  get #guardSocket(): string {
    return join(this.stateDirectory, "guard.sock");
  }

  #log(name: string): string {
    return join(this.#directory, `${this.name}-${name}.log`);
  }
}

interface IpAddr {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}
