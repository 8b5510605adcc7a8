import type { KernelOp } from "./op.ts";
import { ownedServerKey } from "./ownership.ts";
import type { RealServer, VirtualService } from "./service.ts";
import type { KernelState } from "./state.ts";

/** True for a real server, as `ownedServerKey` names it, that has been at weight 0 for as long as it may be. */
export type DepartureOver = (server: string) => boolean;

/**
 * The next step of each real server that leaves: weight 0, so that it gets no new connections, and its removal when it has none left, or when its
 * time is over. A half open or closing connection counts too: its last packets would be dropped.
 */
export function depart(
  service: VirtualService,
  leaving: readonly RealServer[],
  { connections }: KernelState,
  over: DepartureOver,
): { readonly ops: readonly KernelOp[]; readonly waiting: boolean } {
  const ops: KernelOp[] = [];
  let waiting = false;
  for (const server of leaving) {
    const key = ownedServerKey(service, server);
    const target = { target: "kernel", service } as const;
    if (server.weight !== 0) ops.push({ ...target, kind: "realServer.edit", server: { ...server, weight: 0 } });
    else if (over(key) || (connections?.get(key) ?? 0) === 0)
      ops.push({ ...target, kind: "realServer.delete", server });
    else waiting = true;
  }
  return { ops, waiting };
}
