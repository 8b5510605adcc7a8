/** What a kind of fault does to a host, as far as the laws need to know it. Seconds and bounds are those of an ordinary machine. */
export interface Kind {
  /** How long it lasts before it is taken back: seconds, or leases of the controller. Nothing: it is left to the controller, or over at once. */
  readonly seconds?: readonly [least: number, most: number];
  readonly leases?: readonly [least: number, most: number];
  /** The router must lose a route of this host by it: it is not taken back before. */
  readonly leaves?: true;
  /** Requests that are sent to the host may fail until it is withdrawn or repaired. Without it none may. */
  readonly costs?: true;
  /** Seconds until the router must have no route any more, if it lasts so long; `holdTime` comes first, which no machine makes longer. */
  readonly bound?: number;
  readonly holdTime?: number;
  /** What the lab itself takes away, which is no teardown by the controller. */
  readonly takes?: "dataplane";
}

/** BIRD's hold time, see bird-config.ts. */
const HOLD_TIME = 9;
/** The lease of the lab's hosts and a second, as docs/simulation.md has it. */
const LEASE = 6;

/** Bounds are those of docs/simulation.md: three probes of 1 s and the withdrawal for a backend (a probe that hangs has 3 s more), the lease and 1 s for a controller. */
export const KINDS = {
  "backend killed": { seconds: [1, 4], leaves: true, costs: true, bound: 4 },
  "backend hangs": { seconds: [1, 4], leaves: true, costs: true, bound: 7 },
  "backend answers 503": { seconds: [1, 4], leaves: true, costs: true, bound: 4 },
  "controller killed, back": { seconds: [0, 0.5], bound: LEASE },
  "controller killed, away": { leases: [1.2, 1.5], leaves: true, bound: LEASE },
  "controller stopped, short": { leases: [0.2, 0.5], bound: LEASE },
  "controller stopped, long": { leases: [1.2, 1.5], leaves: true, bound: LEASE },
  "controller leaves": { seconds: [1, 4], leaves: true },
  "guard killed": {},
  // The guard is started again after a second, and counts the lease from its own start.
  "controller and guard killed": { leases: [1.2, 1.5], leaves: true, bound: LEASE + 2 },
  "gobgpd killed": { leaves: true },
  "VIP deleted": { costs: true, takes: "dataplane" },
  "link set down": { costs: true, takes: "dataplane" },
  "link deleted": { costs: true, takes: "dataplane" },
  "virtual service deleted": { costs: true, takes: "dataplane" },
  "IPVS flushed": { costs: true, takes: "dataplane" },
  "weight set to 0": { costs: true, takes: "dataplane" },
  "path deleted": {},
  "peer link down": { seconds: [0, 2], leaves: true, costs: true, bound: 3, holdTime: HOLD_TIME },
  "peer link flaps": { seconds: [0.1, 0.4], costs: true },
  drained: { seconds: [0, 2], leaves: true },
  "reload, unchanged": {},
  "reload, check changed": { seconds: [1, 4] },
  "reload, VIP removed": { seconds: [1, 4], leaves: true },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];

/** A dataplane that is not whole must be repaired or withdrawn within so many seconds (docs/simulation.md). */
export const DATAPLANE_BOUND = 13;

/** 75 s after the last fault everything is as it should be (docs/simulation.md). */
export const CONVERGES = 75;

/** A request that meets the end of a fault may still fail so many seconds later: the router's kernel follows its BGP table, and packets are on the way. */
export const AFTERMATH = 1;

export function kindOf(name: KindName): Kind {
  return KINDS[name];
}
