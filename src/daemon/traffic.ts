import { messageOf } from "../core/errors.ts";
import type { Connections, Kernel } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import type { Reporter } from "./reporter.ts";

/** What goes through these virtual services together; undefined where one of them is not counted, or there is none. */
export type Counted = (keys: readonly VirtualServiceKey[]) => Connections | undefined;

/** Counts connections, for drains. */
export class Traffic {
  readonly #kernel: Pick<Kernel, "connections"> | undefined;
  readonly #reporter: Reporter;

  /** Without a kernel nothing is ours to count. */
  constructor(kernel: Pick<Kernel, "connections"> | undefined, reporter: Reporter) {
    this.#kernel = kernel;
    this.#reporter = reporter;
  }

  /** One look at all of them. Never throws: what cannot be read is told, and not counted. */
  async count(): Promise<Counted> {
    const found = await this.#read();
    return (keys) => {
      let total: Connections | undefined;
      for (const key of keys) {
        const one = found.get(key);
        if (one === undefined) return undefined;
        total = { active: (total?.active ?? 0) + one.active, accepted: (total?.accepted ?? 0) + one.accepted };
      }
      return total;
    };
  }

  async #read(): Promise<ReadonlyMap<VirtualServiceKey, Connections>> {
    if (this.#kernel === undefined) return new Map();
    try {
      const found = await this.#kernel.connections(new AbortController().signal);
      this.#reporter.trouble("counting connections", undefined);
      return found;
    } catch (error) {
      this.#reporter.trouble("counting connections", messageOf(error));
      return new Map();
    }
  }
}
