import type { Config } from "../config/config.ts";
import type { MetricsAddress } from "../config/metrics-address.ts";
import type { Address } from "../core/address.ts";
import type { Link, SpeakerState } from "../core/state.ts";
import type { Holder } from "../daemon/lock.ts";

/** What was seen of this host, and what is wanted of it. Plain data: the checks read nothing else. */
export interface Facts {
  readonly wanted: Wanted;
  /** Version line by name; undefined: not installed. */
  readonly programs: Readonly<Partial<Record<ProgramName, string>>>;
  /** Of the running Node, as `v24.1.0`. */
  readonly node: string;
  readonly kernel: KernelFacts;
  readonly rights: Rights;
  /** By name as sysctl(8) prints it; what the kernel does not have is left out. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** undefined: they could not be read. */
  readonly links: readonly Link[] | undefined;
  readonly speaker: SpeakerFacts;
  readonly listeners: readonly Listener[];
  readonly networkd: NetworkdFacts;
  /** Whether something keeps the clock right; undefined: nobody says. */
  readonly clockSynchronised: boolean | undefined;
  readonly stateDirectory: DirectoryFacts;
  /** undefined: -guard-socket off. */
  readonly guard: GuardFacts | undefined;
  readonly controller: Holder | "free" | "silent";
}

export type ProgramName = "ip" | "ipvsadm" | "ping" | "systemd-notify" | "gobgpd";

/** The flags, and the config where there is one. */
export interface Wanted {
  readonly file: string;
  readonly config: ConfigFacts;
  readonly network: boolean;
  readonly ipvs: boolean;
  /** undefined: no metrics. */
  readonly metrics: MetricsAddress | undefined;
  /** gobgpd's API: `host:port` or `unix:///path`. */
  readonly api: string;
}

export type ConfigFacts =
  | { readonly state: "absent" }
  | { readonly state: "broken"; readonly problems: readonly string[] }
  | { readonly state: "read"; readonly config: Config; readonly warnings: readonly string[] };

export interface KernelFacts {
  readonly release: string;
  readonly modules: Readonly<Record<string, ModuleState>>;
  /** TCP-MD5 (RFC 2385); undefined: the kernel does not tell. */
  readonly md5: boolean | undefined;
  /** How many TCP segments it has dropped, by the name of the reason in /proc/net/netstat. */
  readonly drops: Readonly<Partial<Record<DropName, number>>>;
}

/** Of TCP-MD5: a wrong signature, none where one is wanted, one where none is; and what came over too many hops (RFC 5082). */
export type DropName = "TCPMD5Failure" | "TCPMD5NotFound" | "TCPMD5Unexpected" | "TCPMinTTLDrop";

/** loadable: not there yet, and the kernel finds it when it is asked for; unknown: neither it nor a list of modules is there. */
export type ModuleState = "loaded" | "built in" | "loadable" | "missing" | "unknown";

/** What a process may: that of the running controller where one was found, else this one. */
export interface Rights {
  readonly whose: string;
  /** CapEff of /proc/PID/status. */
  readonly capabilities: bigint;
  readonly groups: readonly number[];
  /** In a user namespace of its own, where IPVS refuses even root. */
  readonly userNamespace: boolean;
  /** systemd started this host, so that units are how it is run. */
  readonly systemd: boolean;
}

export type SpeakerFacts =
  | {
      readonly reached: true;
      readonly generation: string;
      readonly state: SpeakerState | undefined;
      readonly mode?: string;
    }
  | {
      readonly reached: false;
      readonly reason: string;
      /** The name of the unit that is to run it here. */
      readonly unit: string;
    };

/** A socket that takes connections (TCP) or datagrams (UDP). */
export interface Listener {
  readonly protocol: "tcp" | "udp";
  /** `0.0.0.0` and `::` are all addresses. */
  readonly address: Address;
  readonly port: number;
  /** Who holds it; undefined: this user may not see it. */
  readonly owner?: { readonly pid: number; readonly name: string } | undefined;
}

export interface NetworkdFacts {
  readonly running: boolean;
  /** Its .network files in the order in which it reads them. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface DirectoryFacts {
  readonly path: string;
  /** undefined: there is none. `mode` as in stat(2), the lower 9 bits. */
  readonly found: { readonly mode: number; readonly directory: boolean } | undefined;
  /** Whether this user may write to it, or make it. */
  readonly writable: boolean;
}

export interface GuardFacts {
  readonly socket: string;
  readonly listening: boolean;
  /** Where the unit's file is; undefined: there is none. */
  readonly unit: string | undefined;
}
