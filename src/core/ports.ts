import type { Address, Prefix } from "./address.ts";
import type { KernelOp, OpResult, SpeakerOp } from "./op.ts";
import type { RealServer, VirtualService, VirtualServiceKey } from "./service.ts";
import type { KernelState, SpeakerState } from "./state.ts";

/** What goes through one virtual service. */
export interface Connections {
  /** Connections that are open now (TCP: established). */
  readonly active: number;
  /** Connections that were ever begun, since the kernel began to count. */
  readonly accepted: number;
}

/** What IPVS has counted of a virtual service or real server since it was added. */
export interface TrafficCounters {
  readonly connections: number;
  readonly incomingPackets: number;
  readonly outgoingPackets: number;
  readonly incomingBytes: number;
  readonly outgoingBytes: number;
}

/** A real server, with what goes through it. */
export interface ServerTraffic extends TrafficCounters {
  readonly server: RealServer;
  /** Connections that are open now (TCP: established), and others that IPVS still knows of. */
  readonly active: number;
  readonly inactive: number;
}

/** A virtual service, with what goes through it. */
export interface ServiceTraffic extends TrafficCounters {
  readonly service: VirtualService;
  readonly servers: readonly ServerTraffic[];
}

/** The traffic of one network namespace. */
export interface TrafficMeter {
  /** Reads all counters of IPVS, whoever's the services are, in a number of reads that does not grow with them. Throws as `Kernel.observe` does. */
  traffic(signal: AbortSignal): Promise<ReadonlyMap<VirtualServiceKey, ServiceTraffic>>;
}

/** What goes through one real server of one virtual service, for people. */
export interface ServerLoad {
  readonly virtualService: VirtualServiceKey;
  /** `10.88.0.200:8080` */
  readonly server: string;
  readonly weight: number;
  readonly forwarding: string;
  /** Open connections; and those that half open, close, or are flows of UDP. */
  readonly active: number;
  readonly inactive: number;
  /** Since it was added. */
  readonly ever: { readonly connections: number; readonly bytesIn: number; readonly bytesOut: number } | undefined;
}

/** Links, addresses and IPVS of one network namespace. */
export interface Kernel {
  /** Reads the whole state, in a number of subprocesses that does not grow with it. Throws an Error whose message names the command, what it answered and the remedy. */
  observe(signal: AbortSignal): Promise<KernelState>;
  /** Applies the ops in order and answers one result for each, in the same order; a failure does not stop the others. Never throws for a failing op. */
  apply(ops: readonly KernelOp[], signal: AbortSignal): Promise<readonly OpResult<KernelOp>[]>;
  /** What goes through each virtual service, in a number of reads that does not grow with them; empty where IPVS is not ours to manage. Throws as `observe` does. */
  connections(signal: AbortSignal): Promise<ReadonlyMap<VirtualServiceKey, Connections>>;
}

/** What gobgpd sends to one peer with an established session. */
export interface SentTo {
  /** Names the session; another session with the same peer has another name. */
  readonly session: string;
  /** UPDATE messages that gobgpd has written to this peer, in this session and those before it. */
  readonly updates: number;
  /** gobgpd restarts gracefully (RFC 4724), and writes no UPDATE to this peer for now, whatever its adj-out says. */
  readonly heldBack?: true;
  /** Its adj-out as far as it is local, each path as text that differs where the path does. */
  readonly paths: ReadonlyMap<Prefix, string>;
}

/** What the peers of established sessions are sent, by peer (adj-out). */
export type Sent = ReadonlyMap<Address, SentTo>;

/** An established TCP connection of this network namespace. */
export interface TcpSocket {
  readonly localPort: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** Bytes that were written and that the other side's kernel has not acknowledged. */
  readonly unacknowledged: number;
}

/** The TCP connections of one network namespace. */
export interface Sockets {
  /** Those that lead to one of these addresses, in a number of reads that does not grow with them. Throws where they cannot be read. */
  toward(remotes: ReadonlySet<Address>): Promise<readonly TcpSocket[]>;
}

/** One gobgpd. */
export interface Speaker {
  /** Reads the whole state; throws SpeakerUnreachable while gobgpd does not answer. */
  observe(signal: AbortSignal): Promise<SpeakerState>;
  /** Applies the ops in order, one writer at a time, and answers one result for each in the same order. Never throws for a failing op. */
  apply(ops: readonly SpeakerOp[], signal: AbortSignal): Promise<readonly OpResult<SpeakerOp>[]>;
  /** What each established peer is sent of our paths, as gobgpd computes it; two calls a peer, whatever the number of paths. */
  sent(signal: AbortSignal): Promise<Sent>;
  /** The names of the established sessions by peer, as `sent` gives them; one call. */
  sessions(signal: AbortSignal): Promise<ReadonlyMap<Address, string>>;
}

/** What the speaker tells by itself, without being asked. */
export type SpeakerEvent =
  | { readonly kind: "up"; readonly version: "GoBGP 3" | "GoBGP 4"; readonly api: string }
  /** Said once for each change, not for each try. `reason` names what was found and what to do. */
  | { readonly kind: "down"; readonly reason: string }
  | { readonly kind: "session"; readonly peer: Address; readonly state: string }
  /** Something changed in the RIB, by us or by others: look again. */
  | { readonly kind: "table" };

export type ProbeResult =
  | { readonly ok: true }
  | { readonly ok: false /** One line, bounded, never a whole response body. */; readonly reason: string };

/** A configured check, ready to run. */
export interface HealthCheck {
  /** One run. A failing service is a result, not an exception; never outlives `signal`. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

/** Time as it is passed in; monotonic milliseconds, so that a clock step changes nothing. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once (without throwing) when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
