/** One packet of a client on its way to a host: tcpdump(8) on the router's LAN, `-tt -n -e`. */
export interface Packet {
  readonly at: number;
  /** The host's hardware address. */
  readonly to: string;
  /** The client's address and port, `198.51.100.2 20001`. */
  readonly flow: string;
}

const LINE = /^(?<at>\d+\.\d+) \S+ > (?<to>[0-9a-f:]{17}), .*?: (?<source>\S+)\.(?<port>\d+) > /;

export function packetOf(line: string): Packet | undefined {
  const { at, to, source, port } = LINE.exec(line)?.groups ?? {};
  if (at === undefined || to === undefined) return undefined;
  return { at: Math.round(Number(at) * 1000), to, flow: `${source} ${port}` };
}

/** Where the packets of each request really went. A port that comes again, a whole round of ports later, is another request. */
export class Flows {
  readonly #names: ReadonlyMap<string, string>;
  readonly #seen = new Map<string, { readonly at: number; readonly host: string }[]>();

  /** `names`: hardware address to host. */
  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  take({ at, to, flow }: Packet): void {
    const host = this.#names.get(to);
    if (host === undefined) return;
    const seen = this.#seen.get(flow) ?? [];
    // Half a minute: no request lasts so long, and what comes later is a new one.
    if (seen.some((one) => one.host === host && at - one.at < 30_000)) return;
    seen.push({ at, host });
    this.#seen.set(flow, seen);
  }

  /** The hosts that a request's packets were sent to, in order; none: the router could send them to nobody. */
  hostsOf(flow: string, start: number, end: number): readonly string[] {
    // Both clocks are this machine's, but a request tells the time a little after its packets.
    const own = (this.#seen.get(flow) ?? []).filter(({ at }) => at >= start - 1000 && at <= end + 1000);
    return own.map(({ host }) => host);
  }
}
