import type { Address, Prefix } from "../../src/core/address.ts";

/** A router with one session to the host's gobgpd: what it was told is where it sends traffic. */
export class ModelRouter {
  readonly address: Address;
  /** Its table, each path in words. */
  readonly table = new Map<Prefix, string>();
  /** UPDATEs that it was sent, in all its sessions. */
  updates = 0;
  /** Sessions that it has seen end. */
  resets = 0;
  /** The way to it was opened or cut. */
  onReach: (reachable: boolean) => void = () => undefined;
  #session: string | undefined;
  #reachable = true;

  constructor(address: Address) {
    this.address = address;
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  get established(): boolean {
    return this.#session !== undefined;
  }

  /** The router goes, or the way to it, and both ends notice at once. */
  reach(reachable: boolean): void {
    if (this.#reachable === reachable) return;
    this.#reachable = reachable;
    this.onReach(reachable);
  }

  open(session: string): void {
    this.#session = session;
  }

  /** An UPDATE; undefined: the route is withdrawn. */
  update(session: string, prefix: Prefix, path: string | undefined): void {
    if (session !== this.#session) return;
    this.updates++;
    if (path === undefined) this.table.delete(prefix);
    else this.table.set(prefix, path);
  }

  /** A session that ends takes its routes along (RFC 4271, 6.7); nobody here speaks graceful restart. */
  close(session: string): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.resets++;
    this.table.clear();
  }
}
