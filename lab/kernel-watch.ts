import { join } from "node:path";
import type { Namespace } from "./namespace.ts";
import { until } from "./patience.ts";
import { Program } from "./program.ts";

/** A change that the kernel reported: one line of ip-monitor(8), without its time stamp. */
export interface KernelChange {
  readonly at: number;
  readonly text: string;
}

/** Records every change of addresses and links in a namespace while it runs, as the kernel tells it (rtnetlink): nothing is polled, nothing missed. */
export class KernelWatch {
  readonly #namespace: Namespace;
  readonly #program: Program;
  readonly #changes: KernelChange[] = [];
  #lines = 0;

  constructor(namespace: Namespace, directory: string) {
    this.#namespace = namespace;
    this.#program = new Program({
      name: `the kernel watch of ${namespace.name}`,
      namespace,
      argv: ["ip", "-ts", "-o", "monitor", "address", "link"],
      log: join(directory, `${namespace.name}-kernel.log`),
      onLine: (line) => {
        this.#lines += 1;
        const [, stamp = "", text = ""] = /^\[([^\]]+)\] (.*)$/.exec(line) ?? [];
        if (!text.includes(PROBE)) this.#changes.push({ at: Date.parse(stamp), text });
      },
    });
  }

  /** The process that watches, which lives as long as this does. */
  get pid(): number | undefined {
    return this.#program.pid;
  }

  /** Watches from here on; certain of it, because a change made on purpose was seen. */
  async start(): Promise<void> {
    this.#program.start();
    await until("the kernel reports changes", async () => {
      await this.#namespace.ip([`link add ${PROBE} type veth peer name ${PROBE}-b`, `link del ${PROBE}`]);
      return this.#lines > 0;
    });
  }

  /** Everything that changed, in order. Waits until the kernel's report is complete up to now. */
  async changes(): Promise<readonly KernelChange[]> {
    const before = this.#lines;
    await this.#namespace.ip([`link add ${PROBE} type veth peer name ${PROBE}-b`, `link del ${PROBE}`]);
    await until("the kernel reports changes", () => this.#lines >= before + 2);
    return [...this.#changes];
  }

  async stop(): Promise<void> {
    await this.#program.dispose();
  }
}

const PROBE = "lab-probe";
