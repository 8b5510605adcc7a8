/** A config as an import writes it. It may lack what the other program's files do not say; `$comment` tells it. */
export interface Draft {
  readonly $comment: readonly string[];
  readonly bgp: DraftBgp;
  readonly services: readonly DraftService[];
}

export interface DraftBgp {
  readonly peers: readonly DraftPeer[];
  readonly local: {
    readonly routerID?: string;
    readonly as?: number;
    readonly listenPort: number;
    readonly nextHop?: { readonly ipv4?: string; readonly ipv6?: string };
  };
}

export interface DraftPeer {
  readonly address: string;
  readonly as?: number;
  readonly port?: number;
  readonly passwordFile?: string;
  readonly holdTime?: number;
  readonly multihop?: number;
  readonly ttlSecurity?: number;
}

export interface DraftService {
  readonly $comment: readonly string[];
  readonly name: string;
  readonly vips: readonly string[];
  readonly announce?: DraftAnnounce;
  readonly healthchecks: readonly DraftCheck[];
}

export interface DraftAnnounce {
  readonly med?: number;
  readonly localPref?: number;
  readonly communities?: readonly string[];
  readonly largeCommunities?: readonly string[];
}

export interface DraftCheck {
  readonly kind: "exec";
  readonly name?: string;
  readonly command: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly rise: number;
  readonly fall: number;
}

/** A name that a service may have and none of `taken` has: what the kernel does not take for a link becomes `-`, and it is cut to 15. */
export function serviceName(wanted: string, taken: readonly string[]): string {
  const clean = wanted.replace(/[^\w.+-]/g, "-").replace(/^-+/, "");
  const base = /^(?:|\.{1,2}|lo|all|default)$/.test(clean) ? `vip-${clean}` : clean;
  for (let number = 1; ; number++) {
    const tail = number === 1 ? "" : `-${number}`;
    const name = `${base.slice(0, 15 - tail.length)}${tail}`;
    if (!taken.includes(name)) return name;
  }
}

/** Seconds as the config writes a duration. */
export function durationOf(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.max(1, Math.round(seconds * 1000))}ms`;
}

/** What a command could be instead of a program that is started each time; undefined where nothing is seen. */
export function lighterCheck(command: string): string | undefined {
  const [, program] = /^\s*(?:sudo\s+)?(?:\S*\/)?([\w-]+)/.exec(command) ?? [];
  const kind = { curl: "http", wget: "http", nc: "tcp", ncat: "tcp", ping: "ping", ping6: "ping", fping: "ping" }[
    program ?? ""
  ];
  return kind && `a check of kind ${kind} may do what ${program} does, and starts no program each time`;
}
