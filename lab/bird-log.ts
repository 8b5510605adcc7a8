/** What became of a route or a session in BIRD, in the order in which it happened. */
export type RouterEvent =
  | {
      /** announced: new or changed. repeated: said again without any change. withdrawn: by UPDATE. lost: with its session. refused: by the filter. */
      readonly kind: "announced" | "repeated" | "withdrawn" | "lost" | "refused";
      readonly at: number;
      readonly host: string;
      readonly prefix: string;
    }
  | { readonly kind: "session"; readonly at: number; readonly host: string; readonly up: boolean };

const LINE = /^(?<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) <\w+> (?<host>\w+)(?:\.ipv[46])?:? (?<what>.*)$/;
const ROUTE = /^> (?<verb>added|updated|removed|ignored|filtered|rejected|invalid)(?: \[\w+\])* (?<prefix>\S+\/\d+) /;
const KINDS: Readonly<Record<string, "announced" | "repeated" | "refused">> = {
  added: "announced",
  updated: "announced",
  ignored: "repeated",
};

/**
 * Reads BIRD's trace of `debug { states, routes }` line by line. Each route that a peer announces or withdraws has its line, an identical
 * repetition ("ignored") too; only the withdrawal of an unknown route has none.
 */
export class BirdLog {
  readonly #hosts: ReadonlySet<string>;
  readonly #sessionUp = new Set<string>();

  constructor(hosts: readonly string[]) {
    this.#hosts = new Set(hosts);
  }

  read(line: string): RouterEvent | undefined {
    const { at: stamp = "", host = "", what = "" } = LINE.exec(line)?.groups ?? {};
    if (!this.#hosts.has(host)) return undefined;
    const at = Date.parse(stamp.replace(" ", "T"));
    const state = /^State changed to (\w+)$/.exec(what)?.[1];
    if (state !== undefined) return this.#session(at, host, state === "up");
    const { verb = "", prefix = "" } = ROUTE.exec(what)?.groups ?? {};
    if (prefix === "") return undefined;
    if (verb === "removed") return { kind: this.#sessionUp.has(host) ? "withdrawn" : "lost", at, host, prefix };
    return { kind: KINDS[verb] ?? "refused", at, host, prefix };
  }

  #session(at: number, host: string, up: boolean): RouterEvent | undefined {
    if (up === this.#sessionUp.has(host)) return undefined;
    if (up) this.#sessionUp.add(host);
    else this.#sessionUp.delete(host);
    return { kind: "session", at, host, up };
  }
}
