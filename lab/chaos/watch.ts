import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../host.ts";
import type { KernelChange, KernelWatch } from "../kernel-watch.ts";
import { DIRECTORY } from "../leftover.ts";
import { SLOW, until } from "../patience.ts";
import { Program } from "../program.ts";
import type { Topology } from "../topology.ts";
import { viewOf } from "./dataplane.ts";
import { Flows, packetOf } from "./flows.ts";
import { isWhole, Sights } from "./sights.ts";

/** Milliseconds between two looks at the hosts' kernels. A look is three files for each host. */
const LOOK_EVERY = 500 * Math.min(SLOW, 4);

/** A capture that ends before it listens is started again, so often in all. */
const CAPTURE_STARTS = 3;

/** Looks at the lab from outside all the while: where packets go, what the hosts' kernels have, and what they say of changes. */
export class Watch {
  readonly sights = new Sights();
  readonly flows: Flows;
  readonly #lab: Topology;
  readonly #kernels: ReadonlyMap<string, KernelWatch>;
  readonly #capture: Program;
  #listens = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(lab: Topology, kernels: ReadonlyMap<string, KernelWatch>, names: ReadonlyMap<string, string>) {
    this.#lab = lab;
    this.#kernels = kernels;
    this.flows = new Flows(names);
    this.#capture = new Program({
      name: "the capture",
      namespace: lab.router.namespace,
      argv: ["tcpdump", "-l", "-n", "-e", "-tt", "-i", "lan", "-Q", "out", `tcp dst port ${lab.site.servicePort}`],
      log: join(DIRECTORY, "capture.log"),
      onLine: (line) => {
        this.#listens ||= line.includes("listening on");
        const packet = packetOf(line);
        if (packet !== undefined) this.flows.take(packet);
      },
    });
  }

  static async start(lab: Topology): Promise<Watch> {
    const kernels = new Map<string, KernelWatch>();
    const names = new Map<string, string>();
    for (const host of lab.hosts) {
      kernels.set(host.name, await host.watchKernel());
      const [link] = JSON.parse(await host.namespace.run(["ip", "-json", "link", "show", "eth0"])) as [
        { address: string },
      ];
      names.set(link.address, host.name);
    }
    const watch = new Watch(lab, kernels, names);
    await watch.#startCapture();
    watch.#timer = setInterval(() => void watch.#lookAtAll(), LOOK_EVERY);
    return watch;
  }

  /** Looks at a host now. Answers whether it has everything that the VIPs need. */
  async look(host: Host): Promise<boolean> {
    const folder = `/proc/${this.#kernels.get(host.name)?.pid}/net`;
    const read = (name: string) => readFile(join(folder, name), "latin1").catch(() => "");
    const at = Date.now();
    const [fibTrie, ifInet6, ipVs] = [await read("fib_trie"), await read("if_inet6"), await read("ip_vs")];
    const { vips, servicePort } = this.#lab.site;
    const views = vips.map((vip) => ({ vip, view: viewOf({ fibTrie, ifInet6, ipVs }, vip, servicePort) }));
    for (const { vip, view } of views) this.sights.take(host.name, vip, at, view);
    return views.every(({ view }) => isWhole(view));
  }

  /** What the kernels have said of links and addresses so far, by host. */
  async kernel(): Promise<ReadonlyMap<string, readonly KernelChange[]>> {
    const said = [...this.#kernels].map(async ([host, kernel]) => [host, await kernel.changes()] as const);
    return new Map(await Promise.all(said));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#capture.dispose(), ...[...this.#kernels.values()].map((kernel) => kernel.stop())]);
  }

  async #startCapture(): Promise<void> {
    const capture = this.#capture;
    for (let left = CAPTURE_STARTS; !this.#listens; left--) {
      if (left === 0) throw new Error(capture.fault);
      capture.start();
      const seen = () => capture.lastWords(5);
      await until("the capture listens", () => this.#listens || capture.fault !== undefined, { seen });
    }
  }

  #looking = false;

  async #lookAtAll(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    for (const host of this.#lab.hosts) await this.look(host);
    this.#looking = false;
  }
}
