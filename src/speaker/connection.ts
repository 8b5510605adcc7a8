import type { Address, Prefix } from "../core/address.ts";
import type { Peer } from "../core/state.ts";
import { wireFamily } from "./attributes.ts";
import type { Client, Limits } from "./client.ts";
import type { Dialect } from "./dialect.ts";
import { decodePeer } from "./peer.ts";
import { assignmentRequest, listAssignmentRequest } from "./policy.ts";
import type { WireGlobal, WirePath, WirePeer, WirePolicyAssignment } from "./wire.ts";

const CALL_MS = 3000;
/** A table of 40,000 paths takes 4 s to list. */
const LIST_MS = 15_000;

/** gobgpd as it was met at one connect: the calls that more than one file needs, in its generation's dialect. */
export class Connection {
  readonly client: Client;
  readonly dialect: Dialect;
  /** Aborted when gobgpd is seen to be gone or hung: calls in flight end then. */
  readonly signal: AbortSignal;
  /** The AS that BGP was last seen, or started, to run with here; 0: not started. */
  as: number | undefined;
  /** The non-zero identifiers under which a prefix was last seen to be injected. Each is a path of its own, and not of ours. */
  identifiers: ReadonlyMap<Prefix, readonly number[]> = new Map();

  constructor(client: Client, dialect: Dialect, signal: AbortSignal) {
    this.client = client;
    this.dialect = dialect;
    this.signal = signal;
  }

  call<Reply>(name: string, request: object, signal: AbortSignal): Promise<Reply> {
    return this.client.call<Reply>(this.dialect, name, request, this.#limits(CALL_MS, signal));
  }

  list<Reply>(name: string, request: object, signal: AbortSignal): Promise<readonly Reply[]> {
    return this.client.list<Reply>(this.dialect, name, request, this.#limits(LIST_MS, signal));
  }

  send(name: string, messages: readonly object[], signal: AbortSignal): Promise<void> {
    return this.client.send(this.dialect, name, messages, this.#limits(LIST_MS, signal));
  }

  async global(signal: AbortSignal, ms = CALL_MS): Promise<WireGlobal | null> {
    const limits = this.#limits(ms, signal);
    const { global } = await this.client.call<{ global: WireGlobal | null }>(this.dialect, "GetBgp", {}, limits);
    this.as = global?.asn ?? 0;
    return global;
  }

  /** All peers, or the one with this address; peers without an address are left out. */
  async peers(signal: AbortSignal, address: Address | "" = ""): Promise<readonly Peer[]> {
    return (await this.wirePeers(signal, address)).map(decodePeer).filter((peer) => peer !== undefined);
  }

  /** The same, as gobgpd says it. */
  async wirePeers(signal: AbortSignal, address: Address | "" = ""): Promise<readonly WirePeer[]> {
    const replies = await this.list<{ readonly peer: WirePeer | null }>("ListPeer", { address }, signal);
    return replies.map(({ peer }) => peer).filter((peer) => peer !== null);
  }

  /** The paths of the global table, or of what one peer is sent, in two calls. */
  async paths(table: "global" | { readonly sentTo: Address }, signal: AbortSignal): Promise<readonly WirePath[]> {
    const { global, adjOut } = this.dialect.table;
    const where = table === "global" ? { table_type: global } : { table_type: adjOut, name: table.sentTo };
    const lists = await Promise.all(
      (["ipv4", "ipv6"] as const).map((family) =>
        this.list<{ readonly destination: { readonly paths: readonly WirePath[] } | null }>(
          "ListPath",
          { ...where, family: wireFamily(family) },
          signal,
        ),
      ),
    );
    return lists.flat().flatMap(({ destination }) => destination?.paths ?? []);
  }

  /** The global policy assignment of one direction; null where none stands. */
  async policyAssignment(direction: number, signal: AbortSignal): Promise<WirePolicyAssignment | null> {
    type Reply = { readonly assignment: WirePolicyAssignment | null };
    const replies = await this.list<Reply>("ListPolicyAssignment", listAssignmentRequest(direction), signal);
    return replies.find(({ assignment }) => assignment?.direction === direction)?.assignment ?? null;
  }

  async assignPolicy(direction: number, signal: AbortSignal): Promise<void> {
    await this.call("SetPolicyAssignment", assignmentRequest(direction), signal);
  }

  #limits(ms: number, signal: AbortSignal): Limits {
    return { ms, signals: [this.signal, signal] };
  }
}
