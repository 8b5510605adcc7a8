import type { Clock } from "../core/ports.ts";
import type { Follow } from "./follow.ts";
import { follow } from "./follow.ts";

export interface LinkMonitorOptions {
  readonly clock: Clock;
  /** Names of the links that are of interest. */
  readonly links: () => ReadonlySet<string>;
  /** Something about one of them changed, by whomever: look again. Must not throw. */
  readonly onChange: () => void;
  /** Why changes are not heard of (undefined: they are again). Must not throw. */
  readonly onTrouble: (error: string | undefined) => void;
  /** The real program unless given. */
  readonly follow?: Follow;
}

const MONITOR = ["ip", "-oneline", "monitor", "link", "address"] as const;
/** What one change of ours or of others says in many lines is one change to look at. */
const COALESCE_MS = 50;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** One that has run for this long works. */
const WORKS_MS = 10_000;
/** Characters of a line that is not complete yet; the name of the link comes first, so no more are needed. */
const MAX_REST = 4_096;

/** Hears of changes to links and addresses from the kernel, by `ip monitor`, which is started again when it ends. IPVS tells of no change. */
export class LinkMonitor {
  readonly #options: LinkMonitorOptions;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #due = false;

  constructor(options: LinkMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends it; the program is gone afterwards. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const run: Follow = this.#options.follow ?? follow;
    const { signal } = this.#stopped;
    let pause = FIRST_RETRY_MS;
    for (let tries = 0; !signal.aborted; tries++) {
      // Between two of them nobody listened.
      if (tries > 0) this.#changed();
      const ended = new AbortController();
      const works = clock.sleep(WORKS_MS, AbortSignal.any([ended.signal, signal])).then(() => {
        if (ended.signal.aborted || signal.aborted) return;
        pause = FIRST_RETRY_MS;
        onTrouble(undefined);
      });
      const why = await run(MONITOR, this.#reader(), signal);
      ended.abort();
      await works;
      if (signal.aborted) return;
      onTrouble(`${why}; what others change in links and addresses is noticed only when the timer looks`);
      await clock.sleep(pause, signal);
      pause = Math.min(MAX_RETRY_MS, pause * 2);
    }
  }

  #reader(): (text: string) => void {
    let rest = "";
    return (text) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(0, MAX_REST);
      const links = this.#options.links();
      if (lines.some((line) => links.has(nameOf(line)))) this.#changed();
    };
  }

  #changed(): void {
    if (this.#due) return;
    this.#due = true;
    void this.#options.clock.sleep(COALESCE_MS, this.#stopped.signal).then(() => {
      this.#due = false;
      if (!this.#stopped.signal.aborted) this.#options.onChange();
    });
  }
}

/** The link that a line of `ip -oneline monitor` is about (iproute2 6.1): `3: web@w2: <...`, `3: web    inet 10.88.2.1/32 ...`, `Deleted 3: web ...`. */
function nameOf(line: string): string {
  return /^(?:Deleted )?\d+: ([^\s@]+?)(?:@\S+)?:? /.exec(line)?.[1] ?? "";
}
