import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Desired } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import type { Ownership } from "../../src/core/ownership.ts";
import type { VirtualService } from "../../src/core/service.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import type { LinkAddress, Observed } from "../../src/core/state.ts";
import { anyWorld } from "../support/world.ts";

/**
 * Tells whose a thing is, with nothing of claim.ts: ours is what the ledger names, what was not there at all, and what stood exactly
 * as it is wanted. It looks at the world before the first op only.
 */
class Before {
  readonly #desired: Desired;
  readonly #observed: Observed;
  readonly #owned: Ownership;

  constructor(desired: Desired, observed: Observed, owned: Ownership) {
    this.#desired = desired;
    this.#observed = observed;
    this.#owned = owned;
  }

  /** Why this op must not be, or undefined. */
  fault(op: Op): string | undefined {
    const may =
      op.target === "speaker"
        ? this.#speaker(op)
        : "service" in op
          ? this.#table(op)
          : "link" in op
            ? this.#link(op)
            : this.#sysctl(op);
    return may ? undefined : words(op);
  }

  /** What we once changed is ours while it is as it was or as we set it; what nobody ever changed is ours to set while it is wanted. */
  #sysctl({ kind, name, value }: Extract<Op, { readonly name: string }>): boolean {
    const found = this.#observed.kernel?.sysctls?.get(name);
    const before = [...this.#owned.sysctls].find((one) => one.startsWith(name))?.at(-1);
    if (kind === "sysctl.restore") return found === "1" && value === before;
    return this.#desired.sysctls.get(name) === value && (before === undefined || found === before);
  }

  #link(op: Extract<Op, { readonly link: string }>): boolean {
    const link = this.#observed.kernel?.links.get(op.link);
    if (op.kind === "link.add") return link === undefined && this.#desired.links.has(op.link);
    if (op.kind === "link.delete") {
      const foreign = link?.addresses.filter((one) => !isLinkLocal(one) && !this.#ledger(op.link, one));
      return link?.alias === "bgp-lb" && this.#owned.links.has(op.link) && foreign?.length === 0;
    }
    if (op.kind === "address.delete" && this.#ledger(op.link, op)) return true;
    return this.#mayTake(op.link) && (!("address" in op) || this.#wanted(op.link, op));
  }

  #mayTake(name: string): boolean {
    const link = this.#observed.kernel?.links.get(name);
    if (!this.#desired.links.has(name)) return false;
    if (link === undefined) return true;
    if (link.kind !== "dummy") return false;
    if (link.alias !== "") return link.alias === "bgp-lb";
    return this.#owned.links.has(name) || link.addresses.every((one) => isLinkLocal(one) || this.#wanted(name, one));
  }

  #table(op: Extract<Op, { readonly service: VirtualService }>): boolean {
    const key = virtualServiceKey(op.service);
    const wanted = this.#desired.virtualServices.get(key);
    const found = this.#observed.kernel?.virtualServices?.get(key);
    if (op.kind === "virtualService.add") return found === undefined && wanted !== undefined;
    const known = this.#owned.virtualServices.has(key);
    if (op.kind === "virtualService.delete") return known && wanted === undefined;
    // One that stood as it is wanted needs no change, so only the ledger and absence give a right to make one.
    const server = "server" in op ? `${op.server.address}:${op.server.port}` : "";
    const leaves = op.kind === "realServer.edit" && op.server.weight === 0;
    if (leaves) return known && this.#owned.realServers.has(`${key} ${server}`);
    if (wanted === undefined || !(known || found === undefined)) return false;
    if (op.kind === "virtualService.edit") return true;
    if (op.kind === "realServer.delete") return this.#owned.realServers.has(`${key} ${server}`);
    return wanted.realServers.some((one) => `${one.address}:${one.port}` === server);
  }

  #speaker(op: Extract<Op, { readonly target: "speaker" }>): boolean {
    const { speaker } = this.#observed;
    if (speaker === undefined || speaker === "absent") return false;
    if (op.kind === "path.withdraw")
      return this.#owned.prefixes.has(op.prefix) || this.#desired.announcements.has(op.prefix);
    const { mode, identity, peers, announcements, mayStart } = this.#desired;
    if (speaker.identity !== undefined && speaker.identity.as !== identity?.as) return false;
    if (op.kind === "path.announce")
      return (
        announcements.get(op.path.prefix)?.want === "announce" && (mode === "managed" || speaker.identity !== undefined)
      );
    if (mode === "shared") return false;
    if (op.kind === "bgp.start") return mayStart && speaker.identity === undefined;
    if (op.kind === "policy.set") return mayStart;
    const configured = (address: string) => peers.some((peer) => peer.address === address);
    if (op.kind === "peer.delete") return this.#owned.peers.has(op.address) && !configured(op.address);
    return configured(op.peer.address);
  }

  #ledger(link: string, { address, prefixLength }: Bound): boolean {
    return this.#owned.addresses.has(`${link} ${address}/${prefixLength}`);
  }

  #wanted(link: string, { address, prefixLength }: Bound): boolean {
    const vips = this.#desired.links.get(link) ?? [];
    return vips.some((vip) => vip.address === address && vip.prefixLength === prefixLength);
  }
}

type Bound = Pick<LinkAddress, "address" | "prefixLength">;

function isLinkLocal({ address }: Bound): boolean {
  return address.startsWith("fe80:");
}

// fault: foreign-in-the-plan
test("property: nothing foreign is ever changed, and BGP is started only to serve", () => {
  fc.assert(
    fc.property(anyWorld, (given) => {
      const desired = derive(given.intent, given.health, given.stage, true);
      const before = new Before(desired, given.observed, given.owned);
      const ops = forecast(desired, given.observed, given.owned);
      assert.deepEqual(
        ops.map((op) => before.fault(op)).filter((fault) => fault !== undefined),
        [],
      );
    }),
    { numRuns: 5000 },
  );
});
