import type { Address } from "./address.ts";
import type { Verdict } from "./health.ts";
import type { RealServer, VirtualService, VirtualServiceKey } from "./service.ts";
import { realServerKey } from "./service.ts";

/** Real servers by what is known of them. */
export interface Sorted {
  /** Those that serve: up, or without checks of their own. Where all are down it is all of them, for nothing is gained by taking them out. */
  readonly realServers: readonly RealServer[];
  /** Those without a verdict: what a controller before this one has put there may serve, and a new one may be dead. */
  readonly unknown: readonly RealServer[];
}

/** Sorts the real servers of a virtual service; `verdict` is undefined for one without checks of its own. */
export function sorted(
  { realServers: all }: VirtualService,
  verdict: (address: Address) => Verdict | undefined,
): Sorted {
  const { up = [], unknown = [] } = Object.groupBy(all, ({ address }) => verdict(address) ?? "up");
  return { realServers: up.length + unknown.length === 0 ? all : up, unknown };
}

interface Pools {
  readonly virtualServices: ReadonlyMap<VirtualServiceKey, VirtualService>;
  readonly awaiting: ReadonlyMap<VirtualServiceKey, readonly RealServer[]>;
}

/** Real servers that have their place in this virtual service, known or not, as realServerKey names them. */
export function staying({ virtualServices, awaiting }: Pools, key: VirtualServiceKey): ReadonlySet<string> {
  return new Set([...(virtualServices.get(key)?.realServers ?? []), ...(awaiting.get(key) ?? [])].map(realServerKey));
}
