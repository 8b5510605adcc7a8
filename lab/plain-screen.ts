import type { Picture } from "./picture.ts";
import { clock, count, families, type Screen } from "./screen.ts";

/** For a file, a pipe, a log: one line for each change, nothing twice. */
export class PlainScreen implements Screen {
  readonly #start = performance.now();
  readonly #vips: readonly string[];
  readonly #write: (text: string) => void;
  readonly #shown = new Map<string, string>();

  constructor(vips: readonly string[], write: (text: string) => void) {
    this.#vips = vips;
    this.#write = write;
  }

  say(text: string): void {
    this.#line(`  ${text}`);
  }

  act(number: number, title: string): void {
    this.#line(`ACT ${number}: ${title}`);
  }

  failure(text: string): void {
    this.#line(`  FAILED: ${text}`);
  }

  show(picture: Picture): void {
    for (const { prefix, nextHops } of picture.table)
      this.#change(`router: ${prefix} via`, nextHops.join(" ") || "nothing");
    for (const host of picture.hosts)
      this.#change(`${host.name} announces`, `${families(host.announces, this.#vips)} (by its metrics)`);
    const answered = picture.hosts.map((host) => `${host.name} ${host.requests}`).join(", ");
    const errors = count(picture.errors, "error");
    // Each request changes these; a line for each error, and for each full hundred.
    if (
      this.#shown.get("errors") !== errors ||
      Math.floor(picture.requests / 100) > Number(this.#shown.get("hundred") ?? 0)
    )
      this.#line(`    client: ${picture.requests} requests, ${errors}; answered by ${answered}`);
    this.#shown.set("errors", errors).set("hundred", String(Math.floor(picture.requests / 100)));
  }

  end(lines: readonly string[]): void {
    for (const line of lines) this.#write(`${line}\n`);
  }

  #change(key: string, value: string): void {
    if (this.#shown.get(key) === value) return;
    this.#shown.set(key, value);
    this.#line(`    ${key} ${value}`);
  }

  #line(text: string): void {
    this.#write(`${clock(this.#start)} ${text}\n`);
  }
}
