import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { ENVIRONMENT, run } from "./command.ts";

/** Every namespace of a lab bears this prefix, so that a leftover lab can be told from anything else. */
const PREFIX = "bgp-lb-lab-";

/** A network namespace with a name, as ip-netns(8) makes it. */
export class Namespace {
  readonly name: string;

  constructor(role: string) {
    this.name = PREFIX + role;
  }

  static async list(): Promise<readonly Namespace[]> {
    const names = (await run(["ip", "netns", "list"])).split("\n").map((line) => line.split(" ")[0] ?? "");
    return names.filter((name) => name.startsWith(PREFIX)).map((name) => new Namespace(name.slice(PREFIX.length)));
  }

  async create(): Promise<void> {
    await run(["ip", "netns", "add", this.name]);
  }

  /** Changes links, addresses and routes inside with one ip(8): under emulation each process counts. */
  async ip(lines: readonly string[]): Promise<void> {
    await run(["ip", "-n", this.name, "-batch", "-"], `${lines.join("\n")}\n`);
  }

  /** The argv that runs `argv` inside. nsenter(1) replaces itself by the command, so that the pid is the command's own. */
  inside(argv: readonly string[]): readonly [string, ...string[]] {
    return ["nsenter", `--net=/run/netns/${this.name}`, ...argv];
  }

  run(argv: readonly string[], input?: string): Promise<string> {
    return run(this.inside(argv), input);
  }

  /** Starts a long-running command inside. It gets a session of its own: Ctrl-C in the terminal reaches the lab, which then stops it in order. */
  spawn(argv: readonly string[], options: SpawnOptions): ChildProcess {
    const [file, ...args] = this.inside(argv);
    return spawn(file, args, { env: ENVIRONMENT, detached: true, ...options });
  }

  async pids(): Promise<readonly number[]> {
    return (await run(["ip", "netns", "pids", this.name])).split("\n").filter(Boolean).map(Number);
  }

  /** Kills what still runs inside and removes the namespace, its links and its IPVS table with it. */
  async destroy(): Promise<void> {
    for (const pid of await this.pids().catch(() => [])) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself in between.
      }
    }
    await run(["ip", "netns", "del", this.name]);
  }
}
