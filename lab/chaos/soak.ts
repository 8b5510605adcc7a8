import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { startChaosLab } from "./chaos.ts";
import { FAULTS } from "./faults.ts";
import { Lane } from "./lane.ts";
import { randomOf } from "./random.ts";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a process has at a time. */
interface Sample {
  /** Resident memory in MiB (VmRSS of proc_pid_status(5)). */
  readonly memory: number;
  /** Open file descriptors: sockets, pipes and files are Node's handles too. */
  readonly descriptors: number;
  readonly children: number;
  readonly threads: number;
}

const SAMPLE_MS = 10_000;
const FAULT_MS = 60_000;
/** Faults that leave controller and guard the same processes. */
const GENTLE = FAULTS.filter(({ name }) => !/controller|guard|ledger/.test(name));

/** Lets the lab run under the client's requests and one fault a minute; answers true when controllers and guards hold no more at the end than at the start. */
export async function soak({ minutes, seed, say, signal }: SoakOptions): Promise<boolean> {
  const lab = await startChaosLab(say, signal);
  try {
    const random = randomOf(seed);
    const lanes = lab.hosts.map((host) => new Lane(lab, host, random));
    for (const lane of lanes) await lane.remember();
    const programs = lab.hosts.flatMap(({ controller, guard }) =>
      guard === undefined ? [controller] : [controller, guard],
    );
    const samples = new Map(programs.map((program) => [program, [] as Sample[]]));
    const end = Date.now() + minutes * 60_000;
    let [nextFault, faults, violations] = [Date.now() + FAULT_MS, 0, 0];
    while (Date.now() < end) {
      signal.throwIfAborted();
      for (const program of programs) {
        const sample = await look(program.pid);
        if (sample !== undefined) samples.get(program)?.push(sample);
      }
      if (Date.now() >= nextFault) {
        nextFault = Date.now() + FAULT_MS;
        const fault = GENTLE[Math.floor(random() * GENTLE.length)];
        const blow = fault && (await lanes[faults++ % lanes.length]?.suffer(fault));
        for (const line of blow?.violations ?? []) say(`VIOLATED: ${line}`);
        violations += blow?.violations.length ?? 0;
      }
      await sleep(SAMPLE_MS, undefined, { signal });
    }
    say(
      `${minutes} minutes, ${faults} faults, ${lab.client.requests().length} requests; first and last quarter (median):`,
    );
    let grown = false;
    for (const [program, list] of samples) {
      const quarter = Math.max(1, Math.floor(list.length / 4));
      const [first, last] = [middle(list.slice(0, quarter)), middle(list.slice(-quarter))];
      const more =
        last.descriptors > first.descriptors + 2 ||
        last.children > first.children ||
        last.memory > first.memory * 1.25 + 10;
      grown ||= more || program.starts > 1;
      say(
        `  ${program.name.padEnd(16)} memory ${first.memory} -> ${last.memory} MiB, descriptors ${first.descriptors} -> ${last.descriptors}, children ${first.children} -> ${last.children}, threads ${first.threads} -> ${last.threads}${more ? "  GROWN" : ""}${program.starts > 1 ? "  RESTARTED" : ""}`,
      );
    }
    return !grown && violations === 0;
  } finally {
    await lab.stop();
  }
}

async function look(pid: number | undefined): Promise<Sample | undefined> {
  const folder = `/proc/${pid}`;
  try {
    const [status, descriptors, tasks] = await Promise.all([
      readFile(`${folder}/status`, "utf8"),
      readdir(`${folder}/fd`),
      readdir(`${folder}/task`),
    ]);
    const children = await Promise.all(
      tasks.map((task) => readFile(`${folder}/task/${task}/children`, "utf8").catch(() => "")),
    );
    const memory = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
    const count = children.join(" ").split(/\s+/).filter(Boolean).length;
    return { memory, descriptors: descriptors.length, children: count, threads: tasks.length };
  } catch {
    // It is between two lives.
    return undefined;
  }
}

function middle(list: readonly Sample[]): Sample {
  const of = (key: keyof Sample) => list.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  return { memory: of("memory"), descriptors: of("descriptors"), children: of("children"), threads: of("threads") };
}
