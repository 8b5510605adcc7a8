import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureGobgpd, GOBGPD_VERSIONS, type GobgpdVersion } from "../../lab/fetch-gobgpd.ts";
import { until } from "./until.ts";

/** The gobgpds to test against: the names in GOBGPD_VERSIONS, or all. */
export function gobgpdVersions(): readonly GobgpdVersion[] {
  const asked = process.env["GOBGPD_VERSIONS"]?.split(",").filter((name) => name !== "");
  return asked === undefined ? GOBGPD_VERSIONS : GOBGPD_VERSIONS.filter((version) => asked.includes(version));
}

/** The binary's path, or the reason why tests with it are to be skipped. */
export async function findGobgpd(version: GobgpdVersion): Promise<{ binary: string } | { missing: string }> {
  return ensureGobgpd(version).then(
    (binary) => ({ binary }),
    (error: Error) => ({ missing: `no gobgpd ${version}: ${error.message}` }),
  );
}

/** A real gobgpd with its API on a unix socket of its own, and no BGP started; it can be hurt in every way that a host knows. */
export class Gobgpd {
  readonly api: string;
  /** What it logged since the test began, for the message of a failing test. */
  log = "";
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string, api: string) {
    this.#folder = folder;
    this.api = api;
  }

  /** The place for a gobgpd, on a socket of its own or at a host and port; nothing runs there until `start`. */
  static async place(at?: string): Promise<Gobgpd> {
    const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
    return new Gobgpd(folder, at ?? `unix://${folder}/api.sock`);
  }

  /** Starts the binary, empty, and resolves when its API takes connections. */
  async start(binary: string, ...flags: readonly string[]): Promise<void> {
    // After kill -9 the socket stays: GoBGP 3 would then exit, and GoBGP 4 run on without an API.
    await rm(`${this.#folder}/api.sock`, { force: true });
    const started = spawn(binary, ["--api-hosts", this.api, "--pprof-disable", "-p", "-l", "debug", ...flags]);
    this.#process = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on("data", (text: Buffer) => {
        this.log += text.toString();
      });
    await until(`gobgpd's API at ${this.api}`, () => connects(this.api));
  }

  get running(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Stops the process as a hang does; resolves when none of its threads runs any more. */
  async pause(): Promise<void> {
    this.#process?.kill("SIGSTOP");
    const tasks = `/proc/${this.#process?.pid}/task`;
    await until("gobgpd to stand still", async () => {
      const states = (await readdir(tasks)).map((task) => readFile(`${tasks}/${task}/stat`, "utf8"));
      return (await Promise.all(states)).every((stat) => stat.slice(stat.lastIndexOf(")")).startsWith(") T"));
    });
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined || !this.running) return;
    const exit = once(process, "exit");
    process.kill("SIGKILL");
    await exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function connects(api: string): Promise<boolean> {
  const [host = "", port = ""] = api.split(/:(?=\d+$)/);
  const options = api.startsWith("unix://") ? { path: api.slice("unix://".length) } : { host, port: Number(port) };
  return new Promise((resolve) => {
    const socket = createConnection(options, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
