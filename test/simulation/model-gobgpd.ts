import type { Random } from "../../lab/random.ts";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { SpeakerOp } from "../../src/core/op.ts";
import type { Path } from "../../src/core/path.ts";
import { describePath, samePath } from "../../src/core/path.ts";
import { samePeer } from "../../src/core/peer.ts";
import type { Identity, PeerConfig, SpeakerState } from "../../src/core/state.ts";
import type { Outcome } from "./model-kernel.ts";
import type { ModelRouter } from "./model-router.ts";
import type { Time } from "./time.ts";

interface ModelPeer {
  config: PeerConfig;
  /** undefined: no session. */
  session: string | undefined;
  updates: number;
  /** Takes back the session that is about to come. */
  connecting: () => void;
}

/** What a client hears: gobgpd itself, a session, or the table changed. */
export type Heard = "process" | Address | "table";

/** Milliseconds until a session that may come is there. */
const CONNECT_MS = { least: 100, most: 1_500 };

/** gobgpd: a RIB, its peers, and their sessions with the routers. */
export class ModelGobgpd {
  state: "runs" | "hangs" | "absent" = "runs";
  /** Answers why gobgpd refuses an op. */
  refuse: ((op: SpeakerOp) => string | undefined) | undefined;
  readonly listeners = new Set<(what: Heard) => void>();
  readonly paths = new Map<Prefix, Path>();
  /** Prefixes and peers that somebody else put there. */
  readonly foreign = new Set<string>();
  readonly peers = new Map<Address, ModelPeer>();
  identity: Identity | undefined;
  /** A gobgpd with a config of its own comes up with it. */
  readonly own: { readonly identity: Identity; readonly peers: readonly PeerConfig[] } | undefined;
  /** When each prefix was last in it. */
  readonly lastHeld = new Map<Prefix, number>();
  #policy = false;
  #sessions = 0;
  readonly #time: Time;
  readonly #random: Random;
  readonly #routers: ReadonlyMap<Address, ModelRouter>;
  /** What came in while it hung. */
  #pending: (() => void)[] = [];

  constructor(
    time: Time,
    random: Random,
    routers: ReadonlyMap<Address, ModelRouter>,
    own: { readonly identity: Identity; readonly peers: readonly PeerConfig[] } | undefined,
  ) {
    this.#time = time;
    this.#random = random;
    this.#routers = routers;
    this.own = own;
    this.#boot();
    for (const [address, router] of routers)
      router.onReach = (reachable) => (reachable ? this.#connect(address) : this.#drop(address));
  }

  snapshot(): SpeakerState {
    const { identity } = this;
    if (identity === undefined) return { identity, originatorOnly: this.#policy, peers: new Map(), paths: new Map() };
    const peers = [...this.peers].map(
      ([address, { config, session }]) =>
        [
          address,
          { ...config, session: session === undefined ? ("active" as const) : ("established" as const) },
        ] as const,
    );
    return { identity, originatorOnly: this.#policy, peers: new Map(peers), paths: new Map(this.paths) };
  }

  /** Serves a call, now or when it no longer hangs; never, where it dies before. */
  serve(call: () => void): void {
    if (this.state === "hangs") this.#pending.push(call);
    else if (this.state === "runs") call();
  }

  kill(): void {
    this.state = "absent";
    this.#pending = [];
    for (const address of this.peers.keys()) this.#drop(address);
    for (const peer of this.peers.values()) peer.connecting();
    this.#note();
    this.peers.clear();
    this.paths.clear();
    this.foreign.clear();
    this.identity = undefined;
    this.#policy = false;
    this.#tell("process");
  }

  start(): void {
    if (this.state !== "absent") return;
    this.state = "runs";
    this.#boot();
    this.#tell("process");
  }

  hang(): void {
    if (this.state !== "runs") return;
    this.state = "hangs";
    this.#tell("process");
  }

  /** What lies in its sockets is done first, be whoever sent it still there or not. */
  resume(): void {
    if (this.state !== "hangs") return;
    this.state = "runs";
    for (const one of this.#pending.splice(0)) one();
    this.#tell("process");
  }

  #boot(): void {
    this.identity = this.own?.identity;
    for (const peer of this.own?.peers ?? []) this.#addPeer(peer);
  }

  /** Carries out an op, by whomever. */
  do(op: SpeakerOp): Outcome {
    const error =
      this.identity === undefined && op.kind !== "bgp.start" && op.kind !== "policy.set"
        ? "bgp server hasn't started yet"
        : this.refuse?.(op);
    if (error !== undefined) return { changed: false, error };
    switch (op.kind) {
      case "bgp.start": {
        const changed = this.identity === undefined;
        this.identity ??= op.identity;
        return { changed };
      }
      case "policy.set": {
        const changed = !this.#policy;
        this.#policy = true;
        return { changed };
      }
      case "path.announce": {
        const before = this.paths.get(op.path.prefix);
        this.paths.set(op.path.prefix, op.path);
        return this.#tableChanged(op.path.prefix, before === undefined || !samePath(before, op.path));
      }
      case "path.withdraw":
        this.#note();
        return this.#tableChanged(op.prefix, this.paths.delete(op.prefix));
      case "peer.add":
      case "peer.update": {
        const there = this.peers.get(op.peer.address);
        if (there !== undefined && samePeer(there.config, op.peer)) return { changed: false };
        if (there !== undefined) this.#drop(op.peer.address);
        this.#addPeer(op.peer);
        return { changed: true };
      }
      case "peer.delete":
        this.#drop(op.address);
        this.peers.get(op.address)?.connecting();
        return { changed: this.peers.delete(op.address) };
    }
  }

  #tableChanged(prefix: Prefix, changed: boolean): Outcome {
    if (!changed) return { changed };
    const path = this.paths.get(prefix);
    for (const [address, peer] of this.peers) {
      if (peer.session === undefined) continue;
      peer.updates++;
      this.#routers.get(address)?.update(peer.session, prefix, path && describePath(path));
    }
    this.#tell("table");
    return { changed };
  }

  #note(): void {
    for (const prefix of this.paths.keys()) this.lastHeld.set(prefix, this.#time.now);
  }

  #addPeer(config: PeerConfig): void {
    this.peers.get(config.address)?.connecting();
    this.peers.set(config.address, { config, session: undefined, updates: 0, connecting: () => undefined });
    this.#connect(config.address);
  }

  #connect(address: Address): void {
    const [peer, router] = [this.peers.get(address), this.#routers.get(address)];
    if (peer === undefined || router === undefined || peer.session !== undefined) return;
    peer.connecting();
    peer.connecting = this.#time.after(this.#random.between(CONNECT_MS.least, CONNECT_MS.most), () => {
      if (!router.reachable) return;
      // A gobgpd that hangs answers no OPEN.
      if (this.state === "hangs") return this.#connect(address);
      peer.session = `${++this.#sessions}`;
      router.open(peer.session);
      for (const [prefix, path] of this.paths) {
        peer.updates++;
        router.update(peer.session, prefix, describePath(path));
      }
      this.#tell(address);
    });
  }

  #drop(address: Address): void {
    const peer = this.peers.get(address);
    peer?.connecting();
    if (peer?.session === undefined) return;
    this.#routers.get(address)?.close(peer.session);
    peer.session = undefined;
    this.#tell(address);
    if (this.state !== "absent") this.#connect(address);
  }

  #tell(what: Heard): void {
    for (const listener of [...this.listeners]) listener(what);
  }
}
