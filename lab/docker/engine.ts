import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENVIRONMENT, run } from "../command.ts";
import { SLOW, until } from "../patience.ts";
import { type Answer, askEngine } from "./api.ts";

/**
 * A Docker engine of our own, with its own containerd, store and socket: a user's Docker, if there is one, is neither asked nor changed.
 * Both die with this process. It makes no networks: what runs in it uses the network namespace of this process.
 */
export class Engine {
  readonly socket: string;
  readonly #directory: string;
  readonly #processes: ChildProcess[] = [];

  private constructor() {
    this.#directory = mkdtempSync(join(tmpdir(), "bgp-lb-engine-"));
    this.socket = join(this.#directory, "docker.sock");
  }

  /** Starts one over this store; waits for another process that uses the same. Throws an Error with the engine's last words. */
  static async start(store: string): Promise<Engine> {
    const engine = new Engine();
    try {
      mkdirSync(store, { recursive: true });
      await engine.#start(store);
      return engine;
    } catch (error) {
      const words = engine.#lastWords();
      await engine.stop();
      throw new Error(`the container engine did not start: ${(error as Error).message}\n${words}`);
    }
  }

  /** One request of the engine's HTTP API; throws an Error with the engine's message where it answers with one. */
  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return askEngine(this.socket, method, path, body);
  }

  /** For command line clients of this engine. */
  get environment(): NodeJS.ProcessEnv {
    return { ...ENVIRONMENT, DOCKER_HOST: `unix://${this.socket}` };
  }

  async stop(): Promise<void> {
    for (const child of this.#processes.toReversed()) await end(child);
    // dockerd leaves the network namespace mounted that its containers were in.
    for (const [, , , , place = ""] of readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .map((line) => line.split(" ")))
      if (place.startsWith(`${this.#directory}/`)) await run(["umount", "--lazy", place]);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #start(store: string): Promise<void> {
    const at = (name: string) => join(this.#directory, name);
    // Nothing of /etc/docker and /etc/containerd. The store of images is the classic one, whose layers can be lent to a second engine.
    writeFileSync(at("docker.json"), '{ "features": { "containerd-snapshotter": false } }\n');
    writeFileSync(at("containerd.toml"), 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
    // Docker would take the machine's containerd where one runs, and with it the namespaces that that one lives in.
    this.#spawn("containerd", [
      `--config=${at("containerd.toml")}`,
      `--root=${join(store, "containerd")}`,
      `--state=${at("containerd")}`,
      `--address=${at("containerd.sock")}`,
    ]);
    const options = [
      `--config-file=${at("docker.json")}`,
      `--containerd=${at("containerd.sock")}`,
      `--data-root=${store}`,
      `--exec-root=${at("exec")}`,
      `--pidfile=${at("docker.pid")}`,
      `--host=unix://${this.socket}`,
      "--storage-driver=overlay2",
      "--exec-opt=native.cgroupdriver=cgroupfs",
      "--bridge=none",
      "--iptables=false",
      "--ip6tables=false",
    ];
    const docker = this.#spawn("flock", ["--no-fork", "--wait=1800", `${store}.lock`, "dockerd", ...options]);
    await until(
      "the engine answers",
      () => {
        if (docker.exitCode !== null) throw new Error(`dockerd ended with exit code ${docker.exitCode}`);
        return this.ask("GET", "/_ping").catch(() => undefined);
      },
      { seconds: 1800 / SLOW },
    );
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(this.#directory, `${program}.log`), "a");
    const options = ["--pdeathsig=TERM", program, ...args];
    const child = spawn("setpriv", options, { stdio: ["ignore", log, log], env: ENVIRONMENT, detached: true });
    child.on("error", () => {}); // it has no exit code then, and nothing answers
    this.#processes.push(child);
    return child;
  }

  #lastWords(): string {
    try {
      return readFileSync(join(this.#directory, "flock.log"), "utf8").trim().split("\n").slice(-5).join("\n");
    } catch {
      return "";
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000 * SLOW);
  await ended;
  clearTimeout(timer);
}
