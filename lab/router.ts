import { readFile, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { birdConfig } from "./bird-config.ts";
import { BirdLog, type RouterEvent } from "./bird-log.ts";
import { type Update, updatesIn } from "./mrt.ts";
import type { Namespace } from "./namespace.ts";
import { until } from "./patience.ts";
import { Program } from "./program.ts";
import type { Site, Station } from "./site.ts";

/** One BIRD: what it was sent, and what it makes of it. */
export class Router {
  readonly name: string;
  readonly namespace: Namespace;
  readonly socket: string;
  readonly #dump: string;
  readonly #station: Station;
  readonly #site: Site;
  readonly #config: string;
  readonly #bird: Program;
  readonly #events: RouterEvent[] = [];

  constructor(site: Site, station: Station, namespace: Namespace, directory: string) {
    this.name = station.name;
    this.namespace = namespace;
    this.socket = join(directory, `${station.name}.ctl`);
    this.#dump = join(directory, `${station.name}.mrt`);
    this.#site = site;
    this.#station = station;
    this.#config = join(directory, `${station.name}.conf`);
    const trace = new BirdLog(site.hosts.map((host) => host.name));
    this.#bird = new Program({
      name: station.name,
      namespace,
      argv: ["bird", "-f", "-c", this.#config, "-s", this.socket],
      log: join(directory, `${station.name}.log`),
      onLine: (line) => {
        const event = trace.read(line);
        if (event !== undefined) this.#events.push(event);
      },
    });
  }

  async start(): Promise<void> {
    const fillsKernel = this.#station === this.#site.routers[0];
    await writeFile(this.#config, birdConfig(this.#site, this.#station, { fillsKernel, dump: this.#dump }));
    this.#bird.start();
    await until(`${this.name} answers on its control socket`, () =>
      this.ask("show status").then(
        () => true,
        () => false,
      ),
    );
  }

  /** A place in the record: what comes after it is `events(mark)` and `updates(mark)`. */
  async mark(): Promise<RouterMark> {
    return { events: this.#events.length, bytes: (await readFile(this.#dump)).length };
  }

  /** What became of every route since the mark, and the sessions, in order. */
  events(since: RouterMark = START): readonly RouterEvent[] {
    return this.#events.slice(since.events);
  }

  /** Every UPDATE that came in since the mark, a repetition of what was known too. Empty: not one was sent to this router. */
  async updates(since: RouterMark = START): Promise<readonly Update[]> {
    return updatesIn((await readFile(this.#dump)).subarray(since.bytes));
  }

  /** Whether the session with a host is up now. */
  established(host: string): boolean {
    const last = this.#events.findLast((event) => event.kind === "session" && event.host === host);
    return last?.kind === "session" && last.up;
  }

  /** The next hops of a VIP in BIRD's table, sorted. */
  async nextHops(vip: string): Promise<readonly string[]> {
    const table = await this.ask(`show route ${vip}/${vip.includes(":") ? 128 : 32}`);
    return [...table.matchAll(/\bvia (\S+) on /g)].map((match) => match[1] ?? "").sort();
  }

  /** The next hops of a VIP in the router's kernel, by which packets really go, sorted. */
  async kernelNextHops(vip: string): Promise<readonly string[]> {
    const text = await this.namespace.run(["ip", vip.includes(":") ? "-6" : "-4", "route", "show", vip]);
    return [...text.matchAll(/\bvia (\S+)/g)].map((match) => match[1] ?? "").sort();
  }

  /** One question over BIRD's control socket, as birdc(8) puts it: without a process for each. */
  ask(question: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const connection = createConnection(this.socket);
      let text = "";
      connection.setEncoding("utf8").on("error", reject);
      connection.on("close", () => reject(new Error(`${this.name} closed its control socket at "${question}"`)));
      connection.on("data", (chunk: string) => {
        text += chunk;
        // A reply ends with a line of a code and a blank: 0xxx done, 8xxx refused, 9xxx not understood. The first one is BIRD's greeting.
        const ends = [...text.matchAll(/^([089]\d{3}) .*\n/gm)];
        if (ends.length < 2) return;
        resolve(text);
        connection.removeAllListeners("close").end();
      });
      connection.write(`${question}\n`);
    });
  }

  async stop(): Promise<void> {
    await this.#bird.dispose();
  }
}

export interface RouterMark {
  readonly events: number;
  readonly bytes: number;
}

const START: RouterMark = { events: 0, bytes: 0 };
