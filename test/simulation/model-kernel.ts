import type { KernelOp } from "../../src/core/op.ts";
import { addressKey, LINK_ALIAS, ownedServerKey } from "../../src/core/ownership.ts";
import type { RealServer, VirtualService, VirtualServiceKey } from "../../src/core/service.ts";
import { realServerKey, virtualServiceKey } from "../../src/core/service.ts";
import type { KernelState, Link, LinkAddress } from "../../src/core/state.ts";

interface ModelLink extends Omit<Link, "addresses"> {
  kind: string;
  alias: string;
  up: boolean;
  readonly addresses: Map<string, LinkAddress>;
}

interface ModelService {
  service: Omit<VirtualService, "realServers">;
  readonly servers: Map<string, RealServer>;
}

/** Why an op cannot be done; undefined: it was. `changed`: something is other than before. */
export interface Outcome {
  readonly error?: string;
  readonly changed: boolean;
}

/** As Linux has them where nobody has set them. */
export const SYSCTLS: ReadonlyMap<string, string> = new Map([
  ["net.ipv4.vs.conn_reuse_mode", "1"],
  ["net.ipv4.vs.expire_nodest_conn", "0"],
  ["net.ipv4.vs.expire_quiescent_template", "0"],
]);
const SAME: Outcome = { changed: false };
const CHANGED: Outcome = { changed: true };

/** A network namespace by the rules of Linux, with what is ours in it and what is not. */
export class ModelKernel {
  readonly #links = new Map<string, ModelLink>();
  readonly #table = new Map<VirtualServiceKey, ModelService>();
  /** Foreign things by what they are called: nobody but their makers may change them. */
  readonly foreign = new Set<string>();
  /** `ip monitor`s that run: each is told the name of a link that changed. */
  readonly monitors = new Set<(link: string) => void>();
  /** Virtual services with open connections. */
  readonly busy = new Set<VirtualServiceKey>();
  /** Settings of IPVS as Linux has them at first. */
  readonly sysctls = new Map(SYSCTLS);
  /** Connections that were ever begun. */
  accepted = 0;
  #linksSeen: KernelState["links"] | undefined;
  #tableSeen: KernelState["virtualServices"] | undefined;

  get links(): KernelState["links"] {
    this.#linksSeen ??= new Map(
      [...this.#links].map(([name, link]) => [name, { ...link, addresses: [...link.addresses.values()] }]),
    );
    return this.#linksSeen;
  }

  get table(): ReadonlyMap<VirtualServiceKey, VirtualService> {
    this.#tableSeen ??= new Map(
      [...this.#table].map(([key, { service, servers }]) => [key, { ...service, realServers: [...servers.values()] }]),
    );
    return this.#tableSeen;
  }

  /** Connections by real server: one each where there are any. */
  get connections(): ReadonlyMap<string, number> {
    const busy = [...this.table].filter(([key]) => this.busy.has(key)).map(([, service]) => service);
    return new Map(busy.flatMap((one) => one.realServers.map((server) => [ownedServerKey(one, server), 1] as const)));
  }

  /** Does what the op says, as `ip` and `ipvsadm` would: what is so already is no error. */
  do(op: KernelOp): Outcome {
    if (op.kind === "sysctl.set" || op.kind === "sysctl.restore") {
      const changed = this.sysctls.get(op.name) !== op.value;
      this.sysctls.set(op.name, op.value);
      return { changed };
    }
    const outcome = "service" in op ? this.#doTable(op) : this.#doLink(op);
    if (outcome.changed) this.#changed("link" in op ? op.link : undefined);
    return outcome;
  }

  /** Link down: the kernel keeps its IPv4 addresses and takes the IPv6 ones away. */
  setDown(name: string): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    link.up = false;
    for (const [key, { address }] of link.addresses) if (address.includes(":")) link.addresses.delete(key);
    this.#changed(name);
  }

  /** A link of somebody else. */
  addForeignLink(name: string, kind: string, alias: string): void {
    if (this.#links.has(name)) return;
    this.#links.set(name, { name, kind, alias, up: true, addresses: new Map() });
    this.foreign.add(`link ${name}`);
    this.#changed(name);
  }

  /** An address of somebody else, on whosever link. */
  addForeignAddress(name: string, address: Omit<LinkAddress, "usable">): void {
    this.do({ target: "kernel", kind: "address.add", link: name, ...address });
    this.foreign.add(`address ${addressKey(name, address)}`);
  }

  isForeign(name: string, address: LinkAddress): boolean {
    return this.foreign.has(`address ${addressKey(name, address)}`);
  }

  /** An address that failed duplicate address detection. */
  spoil(name: string, address: LinkAddress): void {
    const key = keyOf(address);
    if (this.#links.get(name)?.addresses.has(key) !== true) return;
    this.#links.get(name)?.addresses.set(key, { ...address, usable: false });
    this.#changed(name);
  }

  /** `ipvsadm -C`, by whomever; what is somebody else's comes back with them. */
  flush(): void {
    for (const key of [...this.#table.keys()]) if (!this.foreign.has(`service ${key}`)) this.#table.delete(key);
    this.#changed(undefined);
  }

  /** A link goes, by whomever, with whatever is on it. */
  deleteLink(name: string): void {
    if (!this.#links.delete(name)) return;
    for (const one of [...this.foreign]) if (one.startsWith(`address ${name} `)) this.foreign.delete(one);
    this.#changed(name);
  }

  /** All that is ours in the way of links goes: `systemctl restart systemd-networkd`. */
  sweep(): void {
    for (const name of [...this.#links.keys()]) if (!this.foreign.has(`link ${name}`)) this.deleteLink(name);
  }

  #changed(link: string | undefined): void {
    this.#tableSeen = undefined;
    if (link === undefined) return;
    this.#linksSeen = undefined;
    for (const tell of this.monitors) tell(link);
  }

  #doLink(op: Extract<KernelOp, { readonly link: string }>): Outcome {
    const link = this.#links.get(op.link);
    if (op.kind === "link.add") {
      if (link !== undefined) return SAME;
      this.#links.set(op.link, { name: op.link, kind: "dummy", alias: "", up: false, addresses: new Map() });
      return CHANGED;
    }
    if (link === undefined)
      return op.kind === "link.delete" || op.kind === "address.delete"
        ? SAME
        : { ...SAME, error: "Cannot find device" };
    switch (op.kind) {
      case "link.delete":
        this.#links.delete(op.link);
        return CHANGED;
      case "link.mark":
        if (link.alias === LINK_ALIAS) return SAME;
        link.alias = LINK_ALIAS;
        return CHANGED;
      case "link.up":
        if (link.up) return SAME;
        link.up = true;
        return CHANGED;
      case "address.delete":
        return link.addresses.delete(keyOf(op)) ? CHANGED : SAME;
      case "address.add": {
        if (link.addresses.has(keyOf(op))) return SAME;
        const { address, prefixLength } = op;
        link.addresses.set(keyOf(op), { address, prefixLength, usable: true });
        return CHANGED;
      }
    }
  }

  #doTable(op: Extract<KernelOp, { readonly service: VirtualService }>): Outcome {
    const key = virtualServiceKey(op.service);
    const there = this.#table.get(key);
    const { realServers: _, ...scheduling } = op.service;
    if (op.kind === "virtualService.delete") return this.#table.delete(key) ? CHANGED : SAME;
    if (op.kind === "virtualService.add" && there === undefined) {
      this.#table.set(key, { service: scheduling, servers: new Map() });
      return CHANGED;
    }
    if (there === undefined) return op.kind === "realServer.delete" ? SAME : { ...SAME, error: "No such service" };
    if (op.kind === "virtualService.add" || op.kind === "virtualService.edit") {
      const same = JSON.stringify(there.service) === JSON.stringify(scheduling);
      there.service = scheduling;
      return { changed: !same };
    }
    const server = realServerKey(op.server);
    if (op.kind === "realServer.delete") return there.servers.delete(server) ? CHANGED : SAME;
    if (op.kind === "realServer.edit" && !there.servers.has(server)) return { ...SAME, error: "No such destination" };
    const same = JSON.stringify(there.servers.get(server)) === JSON.stringify(op.server);
    there.servers.set(server, op.server);
    return { changed: !same };
  }
}

function keyOf({ address, prefixLength }: Pick<LinkAddress, "address" | "prefixLength">): string {
  return `${address}/${prefixLength}`;
}

/** What the thing that an op changes is called. */
export function thingOf(op: KernelOp): string {
  if (op.kind === "address.add" || op.kind === "address.delete") return `address ${addressKey(op.link, op)}`;
  if ("link" in op) return `link ${op.link}`;
  if ("name" in op) return `sysctl ${op.name}`;
  if ("server" in op) return `server ${virtualServiceKey(op.service)} ${realServerKey(op.server)}`;
  return `service ${virtualServiceKey(op.service)}`;
}
