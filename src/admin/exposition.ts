import { setImmediate as otherWork } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Registry } from "prom-client";
import type { Clock } from "../core/ports.ts";

const zip = promisify(gzip);

interface Rendered {
  readonly at: number;
  /** Milliseconds that it took. */
  readonly cost: number;
  readonly text: Buffer;
  zipped?: Promise<Buffer>;
}

/** An answer serves for so many times as long as it took to make: however many ask, this process spends a tenth of its time on it at most. */
const SERVES = 10;
/** Milliseconds that an answer serves at the most: one that took long because the process stood still, or a tool hung, must not tell of then for minutes. */
const SERVES_MOST = 5_000;

/** The metrics as text, made anew when it is asked for, and once for all who ask at the same time. */
export class Exposition {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #refresh: () => Promise<void>;
  #last: Rendered | undefined;
  #next: Promise<Rendered> | undefined;

  /** `refresh` brings up to date what is only read when somebody asks; it must not throw. */
  constructor(registry: Registry, clock: Clock, refresh: () => Promise<void>) {
    this.#registry = registry;
    this.#clock = clock;
    this.#refresh = refresh;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(zipped: boolean): Promise<Buffer> {
    const last = this.#last;
    const fresh = last !== undefined && this.#clock.now() - last.at < Math.min(SERVES * last.cost, SERVES_MOST);
    const rendered = fresh ? last : await this.#render();
    if (!zipped) return rendered.text;
    rendered.zipped ??= zip(rendered.text, { level: constants.Z_BEST_SPEED });
    return rendered.zipped;
  }

  #render(): Promise<Rendered> {
    this.#next ??= this.#make().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }

  async #make(): Promise<Rendered> {
    const began = this.#clock.now();
    await this.#refresh();
    const parts: string[] = [];
    for (const { name } of this.#registry.getMetricsAsArray()) {
      parts.push(await this.#registry.getSingleMetricAsString(name));
      // With ten thousand services each of them takes a while, and a withdrawal must not wait for them all.
      await otherWork();
    }
    const text = Buffer.from(`${parts.join("\n\n")}\n`);
    const at = this.#clock.now();
    this.#last = { at, cost: at - began, text };
    return this.#last;
  }
}
