import type { Forwarding, RealServer, Scheduler, SchedulerFlag, VirtualService } from "../core/service.ts";

/** The options of one line of `ipvsadm -Sn`: `-s` to `rr`; an option without a value has an empty one. */
export type Options = ReadonlyMap<string, string>;

interface Row<T> {
  /** The value as words of ipvsadm(8). */
  readonly write: (value: T) => readonly string[];
  /** The value that a line of `ipvsadm -Sn` shows, or undefined where it shows none. */
  readonly read: (options: Options) => T | undefined;
}

type Rows<T> = { readonly [K in keyof T]-?: Row<T[K]> };

/** What ipvsadm(8) takes after `-s`; each is a kernel module ip_vs_<name>. */
export const SCHEDULERS = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "lblcr",
  "dh",
  "sh",
  "sed",
  "nq",
  "fo",
  "ovf",
  "mh",
  "twos",
] as const satisfies readonly Scheduler[];

/** What ipvsadm(8) takes after `-b`, in the order in which it prints them, and the one scheduler that each goes with. */
export const SCHEDULER_FLAGS: Readonly<Record<SchedulerFlag, Scheduler>> = {
  "sh-fallback": "sh",
  "sh-port": "sh",
  "mh-fallback": "mh",
  "mh-port": "mh",
};

/** How packets get to a real server, and the option of ipvsadm(8). */
export const FORWARDING: Readonly<Record<Forwarding, string>> = { masquerade: "-m", direct: "-g", tunnel: "-i" };

/** Every field of a virtual service that is an option of `-A` and `-E`: a new option is a field of core and a row here. */
export const VIRTUAL_SERVICE_OPTIONS: Rows<Omit<VirtualService, "vip" | "port" | "protocol" | "realServers">> = {
  scheduler: {
    write: (scheduler) => ["-s", scheduler],
    // Another program's service may have one that we do not know; it is carried as it is seen.
    read: (options) => options.get("-s") as Scheduler | undefined,
  },
  flags: {
    write: (flags) => (flags.length === 0 ? [] : ["-b", sortFlags(flags).join(",")]),
    read: (options) => sortFlags((options.get("-b") ?? "").split(",").filter((flag) => flag !== "") as SchedulerFlag[]),
  },
};

/** Every field of a real server that is an option of `-a` and `-e`. */
export const REAL_SERVER_OPTIONS: Rows<Omit<RealServer, "address" | "port">> = {
  forwarding: {
    write: (forwarding) => [FORWARDING[forwarding]],
    read: (options) => (Object.keys(FORWARDING) as Forwarding[]).find((name) => options.has(FORWARDING[name])),
  },
  weight: {
    write: (weight) => ["-w", String(weight)],
    read: (options) => (/^\d+$/.test(options.get("-w") ?? "") ? Number(options.get("-w")) : undefined),
  },
};

/** Flags in the one order in which this program holds them, so that equal sets are equal lists. */
export function sortFlags(flags: readonly SchedulerFlag[]): readonly SchedulerFlag[] {
  const order = Object.keys(SCHEDULER_FLAGS);
  return [...new Set(flags)].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** Whether the scheduler has flags at all, and so whether /proc/net/ip_vs tells less than everything about it. */
export function takesFlags(scheduler: Scheduler): boolean {
  return Object.values(SCHEDULER_FLAGS).includes(scheduler);
}
