import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { borrowStore, giveBack } from "./borrow.ts";
import { composeProgram } from "./compose-program.ts";
import { Engine } from "./engine.ts";

const COMPOSE_FILE = fileURLToPath(new URL("../../docker-compose.yml", import.meta.url));
const PROJECT = "pair";

export type Service = "controller" | "guard" | "gobgpd";

/** What the engine says about a container; only what is looked at. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string; readonly Log: readonly { readonly Output: string }[] | null };
  };
  readonly Config: Readonly<Record<string, unknown>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/** The three containers of docker-compose.yml in the network namespace of this process, by an engine of their own. */
export class Pair {
  readonly engine: Engine;
  readonly #store: string;
  /** The directory that is mounted at /etc/bgp-lb. */
  readonly #config: string;

  private constructor(engine: Engine, store: string, config: string) {
    this.engine = engine;
    this.#store = store;
    this.#config = config;
  }

  /** Starts the engine, which has the images; no container yet. */
  static async start(config: string): Promise<Pair> {
    const store = await borrowStore();
    return new Pair(await Engine.start(store), store, config);
  }

  /** docker compose with these words, by default with the file as it is shipped; answers what it said. Throws where it fails. */
  compose(words: readonly string[], { file = COMPOSE_FILE, suite = "bookworm", program = composeProgram() } = {}) {
    if (program === undefined) throw new Error("there is no docker compose; run `node lab/images.ts`");
    const argv = ["--project-name", PROJECT, "--project-directory", join(COMPOSE_FILE, ".."), "-f", file, ...words];
    const env = { ...this.engine.environment, BGP_LB_CONFIG: this.#config, GOBGPD_SUITE: suite };
    return said(program, argv, env);
  }

  inspect(service: Service): Promise<Container> {
    return this.inspectId(`${PROJECT}-${service}-1`);
  }

  async inspectId(id: string): Promise<Container> {
    return (await this.engine.ask("GET", `/containers/${id}/json`)).json<Container>();
  }

  /** The lines that a container has written, over all its starts. */
  async logs(id: string): Promise<readonly string[]> {
    const { bytes } = await this.engine.ask("GET", `/containers/${id}/logs?stdout=1&stderr=1`);
    return unframed(bytes).split("\n").filter(Boolean);
  }

  /** The process under the container's init: node, or gobgpd. */
  async process(service: Service): Promise<number> {
    const { Pid: init } = (await this.inspect(service)).State;
    const children = await readFile(`/proc/${init}/task/${init}/children`, "utf8").catch(() => "");
    return Number(children.trim().split(" ")[0] ?? 0);
  }

  /** Ends everything, also what the tests have left. */
  async stop(): Promise<void> {
    const containers = await this.engine.ask("GET", "/containers/json?all=1").catch(() => undefined);
    for (const { Id } of containers?.json<readonly { readonly Id: string }[]>() ?? [])
      await this.engine.ask("DELETE", `/containers/${Id}?force=1`).catch(() => {});
    await this.engine.stop();
    await giveBack(this.#store);
  }
}

/** Both streams in the order of writing: compose tells its progress on stderr. */
function said(program: string, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`compose ${argv.slice(6).join(" ")}: exit code ${code}\n${text}`));
    });
  });
}

/** The engine puts eight bytes before each piece of output: stream, three of nothing, length. */
function unframed(bytes: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at + 4);
    pieces.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString();
}
