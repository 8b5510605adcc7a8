import { messageOf, Refused } from "../core/errors.ts";
import type { Force, Override, Overrides } from "../core/override.ts";
import { isDrained, isDraining, overrideWords, watchDrain } from "../core/override.ts";
import type { OperatorOptions } from "./operator-options.ts";
import type { Which } from "./service-names.ts";
import { servicesNamed } from "./service-names.ts";
import type { Counted } from "./traffic.ts";
import type { Speaking } from "./words.ts";
import { beginDrain, span, standingWords, stopWords } from "./words.ts";

/** Milliseconds between two looks at what drains. */
const LOOK_MS = 1_000;

/** Holds the operator's words: takes them, watches over drains, and ends what has an end. */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #words = new Map<string, Override>();
  /** How the last word on a service came to its end, where none stands. */
  readonly #ended = new Map<string, string>();
  #stopping = false;
  /** Drains of the stop, which are nobody's word and not kept. */
  #stop: Map<string, Override> | undefined;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Takes up what was said in an earlier life. */
  async load(): Promise<void> {
    const { store, log, metrics, services } = this.#options;
    const { overrides, warning } = await store.load();
    if (warning !== undefined) log.warn(warning);
    for (const [name, word] of overrides) {
      this.#words.set(name, word);
      log.info(`${name} is ${overrideWords(word)}; said ${word.since}, before this start`);
    }
    metrics.overrides(standingWords(this.#words));
    await this.keepOnly(new Set(services().keys()));
  }

  get overrides(): Overrides {
    return this.#stop ?? this.#words;
  }

  /** By service: how the last word on it ended, where none stands. */
  get ended(): ReadonlyMap<string, string> {
    return this.#ended;
  }

  /** When something is due by itself, on the clock; Infinity: nothing is. */
  get wakeAt(): number {
    const now = this.#options.clock.now();
    const due = [...this.overrides.values()].map((one) => {
      if (isDraining(one)) return Math.min(now + LOOK_MS, one.deadline);
      return isDrained(one) ? Number.POSITIVE_INFINITY : one.deadline;
    });
    return Math.min(Number.POSITIVE_INFINITY, ...due);
  }

  get draining(): boolean {
    return [...this.overrides.values()].some(isDraining);
  }

  /** The stop has something to wait for: its own drains, and not the words of others, whose deadlines may be hours away. */
  get drainsToStop(): boolean {
    return this.#stop !== undefined && this.draining;
  }

  /** Begins to drain; answers a line for each service. Throws Refused, and then nothing has changed. */
  async drain(which: Which, timeout: number, speaking: Speaking): Promise<readonly string[]> {
    const standing = (name: string) => this.#words.get(name);
    const names = this.#named(which).filter((name) => which !== "all" || standing(name)?.word !== "drain");
    if (names.length === 0) throw new Refused("every service is draining or drained already");
    for (const name of names) {
      const before = standing(name);
      if (before?.word === "drain")
        throw new Refused(`${name} is already ${overrideWords(before)}; \`bgp-lb undrain ${name}\` takes it back`);
    }
    const now = this.#options.clock.now();
    const entries = names.map((name) => [name, beginDrain(standing(name), now, timeout, speaking)] as const);
    return this.#say(entries);
  }

  /** Takes words back, drains and forces alike; answers a line for each service. Throws Refused, and then nothing has changed. */
  async undrain(which: Which, { by }: Speaking): Promise<readonly string[]> {
    this.#refuseStopping();
    const names = which === "all" ? [...this.#words.keys()] : this.#named(which);
    if (names.length === 0) throw new Refused("no service is drained or forced");
    for (const name of names)
      if (!this.#words.has(name))
        throw new Refused(`${name} is neither drained nor forced, so there is nothing to take back`);
    const lines = names.map((name) => {
      const before = this.#words.get(name) as Override;
      if (isDraining(before)) this.#options.metrics.drained("undrained");
      this.#end(name, `taken back by ${by}`);
      return `${name} is no longer ${overrideWords(before)}; taken back by ${by}`;
    });
    return this.#changed(lines);
  }

  /** Announces or withdraws a service whatever its checks say; `ms`: for so long, undefined: until it is taken back. */
  async force(
    name: string,
    word: Force["word"],
    ms: number | undefined,
    speaking: Speaking,
  ): Promise<readonly string[]> {
    const [known = name] = this.#named([name]);
    const before = this.#words.get(known);
    if (isDraining(before)) this.#options.metrics.drained("undrained");
    return this.#say([[known, { word, ...span(this.#options.clock.now(), ms), ...speaking }]]);
  }

  /** Looks at what drains, and ends what has come to its end. Never throws. */
  async look(): Promise<void> {
    const counted: Counted | undefined = this.draining ? await this.#options.traffic.count() : undefined;
    const now = this.#options.clock.now();
    const ended: string[] = [];
    const words = this.#stop ?? this.#words;
    for (const [name, word] of words) {
      if (isDraining(word)) {
        const serving = this.#serves(name, word.regardless);
        const next = watchDrain(word, {
          now,
          serving,
          connections: counted?.(this.#options.services().get(name) ?? []),
        });
        words.set(name, next);
        if (next.result === undefined) continue;
        this.#options.metrics.drained(next.result);
        ended.push(`${name} is ${overrideWords(next)}`);
      } else if (!isDrained(word) && word.deadline <= now) {
        this.#end(name, "its time is over");
        ended.push(`${name} is no longer ${overrideWords(word)}: its time is over`);
      }
    }
    if (ended.length > 0) await this.#changed(ended);
  }

  /** Drops the words on services that are not in the config any more. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#words.keys()].filter((name) => !names.has(name));
    for (const name of gone) this.#end(name, "its service is not in the config any more");
    if (gone.length > 0)
      await this.#changed(
        gone.map((name) => `${name} is not in the config any more: what was said of it is forgotten`),
      );
  }

  /** This process stops: from here on nobody's word is taken. With a timeout everything drains first; what is drained or forced down stays so. */
  stop(timeout: number): void {
    const { services, clock, metrics } = this.#options;
    this.#stopping = true;
    if (timeout === 0) return;
    this.#stop = stopWords(services().keys(), this.#words, clock.now(), timeout);
    metrics.overrides(standingWords(this.#stop));
  }

  #serves(name: string, regardless: boolean): boolean {
    const { health, announced } = this.#options;
    return announced(name) && (regardless || health().get(name)?.verdict !== "down");
  }

  #named(which: Which): readonly string[] {
    this.#refuseStopping();
    return servicesNamed(which, [...this.#options.services().keys()]);
  }

  #refuseStopping(): void {
    if (this.#stop !== undefined) throw new Refused("this controller is stopping, and drains everything for that");
    if (this.#stopping) throw new Refused("this controller is stopping; say it to the next one");
  }

  #end(name: string, how: string): void {
    (this.#stop ?? this.#words).delete(name);
    this.#ended.set(name, how);
  }

  #say(entries: readonly (readonly [string, Override])[]): Promise<readonly string[]> {
    for (const [name, word] of entries) {
      this.#words.set(name, word);
      this.#ended.delete(name);
    }
    return this.#changed(entries.map(([name, word]) => `${name} is ${overrideWords(word)}`));
  }

  /** A disk that refuses is told, and stops nothing: the word stands until the end of this process. */
  async #changed(lines: readonly string[]): Promise<readonly string[]> {
    const { store, reporter, metrics, log, onChange } = this.#options;
    for (const line of lines) log.info(line);
    metrics.overrides(standingWords(this.overrides));
    onChange();
    try {
      await store.save(this.#words);
      reporter.trouble("keeping what was said", undefined);
      return lines;
    } catch (error) {
      reporter.trouble("keeping what was said", messageOf(error));
      return [...lines, `it cannot be kept over a restart: ${messageOf(error)}`];
    }
  }
}
