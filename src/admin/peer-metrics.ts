import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";
import type { Address } from "../core/address.ts";
import { SESSION_STATES } from "../core/state.ts";
import type { PeerSession, Status } from "../core/status.ts";

const LABELS = ["peer", "as"] as const;
type Labels = Readonly<Record<(typeof LABELS)[number], string | number>>;

/** What Prometheus is told of the sessions with the routers. */
export class PeerMetrics {
  readonly #up: Gauge;
  readonly #state: Gauge;
  readonly #established: Gauge;
  readonly #sent: Gauge;
  readonly #losses: Counter;
  /** Since when the session stands that was last seen of a peer; undefined: none did. */
  #known = new Map<Address, { readonly labels: Labels; readonly since: number | undefined }>();

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = [...LABELS];
    this.#up = new Gauge({
      name: "bgp_lb_peer_session_up",
      help: "1 while the session with the peer is established.",
      labelNames,
      registers,
    });
    this.#state = new Gauge({
      name: "bgp_lb_peer_session_state",
      help: "1 for the state that the session is in, 0 for the others; unknown: gobgpd cannot be read.",
      labelNames: [...LABELS, "state"],
      registers,
    });
    this.#established = new Gauge({
      name: "bgp_lb_peer_session_established_timestamp_seconds",
      help: "When the session that stands was established, in seconds since 1970; its uptime is time() less this.",
      labelNames,
      registers,
    });
    this.#sent = new Gauge({
      name: "bgp_lb_peer_prefixes_sent",
      help: "Prefixes of ours that gobgpd sends to the peer over an established session.",
      labelNames,
      registers,
    });
    this.#losses = new Counter({
      name: "bgp_lb_peer_session_losses_total",
      help: "Sessions with the peer that were established and are not any more.",
      labelNames,
      registers,
    });
  }

  status({ peers, announcements }: Pick<Status, "peers" | "announcements">): void {
    const sent = new Map<Address, number>();
    for (const one of announcements)
      for (const { address, state } of one.peers)
        if (state !== "no session" && state !== "filtered" && state !== "held")
          sent.set(address, (sent.get(address) ?? 0) + 1);
    for (const gauge of [this.#up, this.#state, this.#established, this.#sent]) gauge.reset();
    const before = this.#known;
    this.#known = new Map();
    for (const peer of peers) this.#peer(peer, before.get(peer.address)?.since, sent.get(peer.address) ?? 0);
    for (const [address, { labels }] of before) if (!this.#known.has(address)) this.#losses.remove(labels);
  }

  #peer({ address, as, session, establishedAt }: PeerSession, before: number | undefined, sent: number): void {
    const labels = { peer: address, as };
    const up = session === "established";
    this.#up.set(labels, up ? 1 : 0);
    this.#sent.set(labels, up ? sent : 0);
    for (const state of SESSION_STATES) this.#state.set({ ...labels, state }, session === state ? 1 : 0);
    if (up && establishedAt !== undefined) this.#established.set(labels, establishedAt);
    // While gobgpd cannot be read nobody knows; the time of the session that is found after that tells.
    const since = up ? (establishedAt ?? 0) : session === "unknown" ? before : undefined;
    this.#losses.inc(labels, before !== undefined && since !== before ? 1 : 0);
    this.#known.set(address, { labels, since });
  }
}
