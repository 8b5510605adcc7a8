import { z } from "zod";
import type { RealServerHealth, ServiceHealth } from "../core/desired.ts";
import type { Against, CheckStatus } from "../core/health.ts";
import type { Outlook } from "../core/outlook.ts";
import type { Drain, Force, Override } from "../core/override.ts";
import type { VirtualServiceStatus } from "../core/serving.ts";
import type { AnnouncementStatus, PeerSession, PeerStatus } from "../core/status.ts";
import type { EventSource } from "./events-route.ts";

/** A timer of Node holds 31 bits of milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Text that goes into a log and onto terminals: one line, nothing that moves a cursor or turns the direction of writing. */
const line = (most: number) =>
  z
    .string()
    .max(most, { error: `must have at most ${most} characters` })
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, { error: "must be one line of printable text" });

const by = line(64).min(1, { error: "must not be empty" });
const reason = line(200).default("");
const service = line(64);
const which = z.union([z.literal("all"), z.array(service).min(1).max(1_000)]);

/** Bodies of the requests, by route. */
export const REQUESTS = {
  drain: z.strictObject({ services: which, timeout: z.int().min(0).max(LONGEST), by, reason }),
  undrain: z.strictObject({ services: which, by }),
  force: z.strictObject({
    service,
    word: z.enum(["up", "down"]),
    for: z.int().min(1).max(LONGEST).optional(),
    by,
    reason,
  }),
  /** A config that is not in force, to say what it would do; `file` is for messages and relative paths. */
  plan: z.strictObject({ file: z.string().min(1).max(4_096), text: z.string() }),
  reload: z.strictObject({ by, allowSessionReset: z.boolean().default(false) }),
} as const;

export type Verb = keyof typeof REQUESTS;
export type Request<V extends Verb> = z.output<(typeof REQUESTS)[V]>;

/** What has been done, one line for each thing. */
export interface Answer {
  readonly lines: readonly string[];
}

/** How the last reading of the config went. */
export interface ReloadState {
  readonly at: string;
  /** Why it could not be used; undefined: it is the one in force. */
  readonly error?: string | undefined;
  /** It can be used, and was refused for what it would cost. */
  readonly refused?: boolean;
}

/** An operator's word as people are told of it; `words` is the whole in one line. */
type Told<Word extends Override> = Omit<Word, "deadline"> & { readonly words: string };
export type ToldDrain = Told<Drain>;

/** A thing as people are told of it: times of the monotonic clock become one of the wall clock, and an age that does not depend on it. */
export type Dated<Thing> = Omit<Thing, "since"> & {
  /** Since when it is so, RFC 3339. */
  readonly since?: string;
  readonly ageSeconds?: number;
};

/** `lastSeconds`: the age of the last result. */
export type ToldCheck = Dated<Omit<CheckStatus, "at">> & { readonly lastSeconds?: number };
export type ToldAnnouncement = Dated<Omit<AnnouncementStatus, "peers" | "against">> & {
  readonly against?: readonly Dated<Against>[];
  readonly peers: readonly Dated<PeerStatus>[];
};

/** `since`: when the first of the probes came that led to the verdict. */
export interface ServiceStatus extends Dated<Omit<ServiceHealth, "checks" | "realServers">> {
  readonly name: string;
  readonly checks: readonly ToldCheck[];
  /** Those that have checks of their own. */
  readonly realServers?: readonly Dated<RealServerHealth>[];
  readonly override?: Told<Force> | ToldDrain;
}

/** Who ends the announcements should this process die. off: nobody is to; unknown: no guard has answered yet. */
export interface ToldLease {
  readonly state: "guarded" | "unguarded" | "unknown" | "off";
  readonly termSeconds?: number;
  /** Why it is unguarded. */
  readonly reason?: string;
  readonly since?: string;
  readonly ageSeconds?: number;
}

/** What GET /status answers. */
export interface StatusDocument {
  readonly version: string;
  readonly pid: number;
  readonly config: string;
  readonly ready: boolean;
  readonly line: string;
  readonly services: readonly ServiceStatus[];
  readonly announcements: readonly ToldAnnouncement[];
  readonly peers: readonly Dated<PeerSession>[];
  readonly speakerUp: boolean;
  /** Where gobgpd's API is: `host:port` or `unix:///path`. */
  readonly speakerApi: string;
  readonly virtualServices: readonly VirtualServiceStatus[];
  readonly lease: ToldLease;
  readonly conflicts: readonly string[];
  /** Steps that failed and wait for their next try, each with its error. */
  readonly failing: Readonly<Record<string, string>>;
  readonly left: readonly string[];
  /** Parts of the controller that do not work, as its journal or a port of it, each with why. */
  readonly troubles: Readonly<Record<string, string>>;
  readonly reload: ReloadState;
}

/** What POST /plan answers, and what `bgp-lb plan -json` prints. */
export interface PlanDocument extends Outlook {
  readonly config: string;
  /** Who would take it over; undefined: nobody runs, so this is what a start would do. */
  readonly controller?: { readonly pid: number; readonly config: string };
  /** Why only a restart can take it over, one line each. */
  readonly restart: readonly string[];
  /** Sessions for which a reload needs -allow-session-reset, one line each. */
  readonly resets: readonly string[];
  readonly warnings: readonly string[];
  /** What could not be looked at, so that what depends on it is missing. */
  readonly blind: readonly string[];
}

/** What the server asks of the controller. */
export interface AdminActions {
  status(): StatusDocument;
  readonly events: EventSource;
  drain(request: Request<"drain">): Promise<Answer>;
  undrain(request: Request<"undrain">): Promise<Answer>;
  force(request: Request<"force">): Promise<Answer>;
  reload(request: Request<"reload">): Promise<Answer>;
  plan(request: Request<"plan">): Promise<PlanDocument>;
}
