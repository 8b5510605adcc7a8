import type { Desired } from "./desired.ts";
import { ownedServerKey } from "./ownership.ts";
import type { RealServer, VirtualServiceKey } from "./service.ts";
import { realServerKey } from "./service.ts";
import type { Observed } from "./state.ts";

/** A real server as it was seen, or as it is wanted and was not seen. */
export interface RealServerStatus extends RealServer {
  /** False: it is wanted, and the kernel has not got it. */
  readonly present: boolean;
  /** Connections, open, half open or closing; undefined: they were not counted. */
  readonly connections?: number | undefined;
}

/** A virtual service that is wanted, as it was seen. */
export interface VirtualServiceStatus {
  readonly key: VirtualServiceKey;
  /** Those whose VIP it is at. */
  readonly services: readonly string[];
  /** False: the kernel has not got it. */
  readonly present: boolean;
  readonly realServers: readonly RealServerStatus[];
}

/** What IPVS holds of what is wanted, real servers of others on it included; none while the kernel cannot be read, or where IPVS is not ours. */
export function serving(
  { virtualServices, announcements }: Desired,
  { kernel }: Observed,
): readonly VirtualServiceStatus[] {
  const there = kernel?.virtualServices;
  if (there === undefined) return [];
  const at = new Map(
    [...announcements.values()].flatMap((one) => one.virtualServices.map((key) => [key, one.services])),
  );
  return [...virtualServices].map(([key, wanted]) => {
    const seen = there.get(key);
    const known = new Set(seen?.realServers.map(realServerKey));
    const missing = wanted.realServers.filter((server) => !known.has(realServerKey(server)));
    return {
      key,
      services: at.get(key) ?? [],
      present: seen !== undefined,
      realServers: [
        ...(seen?.realServers ?? []).map((server) => {
          const connections = kernel?.connections;
          const count = connections === undefined ? undefined : (connections.get(ownedServerKey(wanted, server)) ?? 0);
          return { ...server, present: true, connections: count };
        }),
        ...missing.map((server) => ({ ...server, present: false })),
      ],
    };
  });
}
