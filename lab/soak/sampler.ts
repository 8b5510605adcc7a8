import { readdir, readFile } from "node:fs/promises";
import type { Topology } from "../topology.ts";
import type { Sample } from "./growth.ts";

/** Samples what the processes of every host hold: from /proc, and from the metrics that the lab's client reads anyway. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly #lab: Topology;
  readonly #start = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(lab: Topology, every: number) {
    this.#lab = lab;
    this.#timer = setInterval(() => void this.sample(), every);
  }

  async sample(): Promise<void> {
    const at = Date.now() - this.#start;
    for (const host of this.#lab.hosts)
      for (const [role, program] of Object.entries({
        controller: host.controller,
        guard: host.guard,
        gobgpd: host.gobgpd,
      })) {
        const { pid } = program ?? {};
        // One that a fault has ended or stopped has nothing to tell.
        if (program === undefined || pid === undefined || program.frozen) continue;
        const gauges = role === "controller" ? (this.#lab.client.gauges(host.name) ?? {}) : {};
        const heap = gauges["nodejs_heap_size_used_bytes"];
        const held = await heldBy(pid).catch(() => undefined);
        if (held === undefined) continue;
        const resources = gauges["nodejs_active_resources_total"];
        this.samples.push({ process: `${host.name} ${role}`, pid, at, ...held, heap: heap && heap / MIB, resources });
      }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const MIB = 1024 * 1024;

async function heldBy(
  pid: number,
): Promise<{ readonly rss: number; readonly files: number; readonly children: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const files = await readdir(`/proc/${pid}/fd`);
  // Any of its threads may have started one.
  const threads = await readdir(`/proc/${pid}/task`);
  const children = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")),
  );
  const rss = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
  return { rss, files: files.length, children: children.join(" ").split(" ").filter(Boolean).length };
}
