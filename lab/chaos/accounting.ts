import type { RouterEvent } from "../bird-log.ts";
import type { RequestReport } from "../traffic.ts";
import { AFTERMATH, kindOf } from "./kinds.ts";
import type { FaultRecord } from "./record.ts";
import { freeFrom, hostSpans, type Span } from "./routes.ts";

/** A failed request and the hosts that its packets were sent to, in order. */
export interface Failure {
  readonly request: RequestReport;
  readonly hosts: readonly string[];
}

/**
 * Why a request failed. struck: it was sent to a host in its fault. moved: a route changed while it was on the way, and its packets went to
 * two hosts, of which the second knows nothing of the connection. unsent: a dead link, over which the router could send nothing.
 */
export type Cause = "struck" | "moved" | "unsent";

export interface Account extends Failure {
  readonly cause?: Cause;
  readonly fault?: FaultRecord;
}

export interface Evidence {
  readonly faults: readonly FaultRecord[];
  readonly routes: ReadonlyMap<string, readonly Span[]>;
  readonly events: readonly RouterEvent[];
  readonly slow: number;
}

/** From the fault until its host was withdrawn or mended, and a little longer; undefined: it is no reason for a request to fail. */
function windowOf(fault: FaultRecord, { routes, slow }: Omit<Evidence, "events" | "faults">): Span | undefined {
  const { costs, takes } = kindOf(fault.kind);
  if (costs === undefined) return undefined;
  const withdrawn = freeFrom(hostSpans(routes, fault.host), fault.at) ?? Number.POSITIVE_INFINITY;
  const mended = takes === undefined ? fault.over : (fault.mended ?? Number.POSITIVE_INFINITY);
  return { from: fault.at, to: Math.min(withdrawn, mended) + aftermath(slow) };
}

/** Finds for each failed request the fault that explains it, or none. */
export function account(failures: readonly Failure[], evidence: Evidence): readonly Account[] {
  const windows = evidence.faults.flatMap((fault) => {
    const span = windowOf(fault, evidence);
    return span === undefined ? [] : [{ fault, span }];
  });
  return failures.map((failure): Account => {
    const { request, hosts } = failure;
    const open = windows.filter(({ span }) => request.start <= span.to && request.end >= span.from);
    const onHost = (host: string | undefined) => open.find(({ fault }) => fault.host === host);
    const first = onHost(hosts[0]);
    if (first !== undefined) return { ...failure, cause: "struck", fault: first.fault };
    const mover = hosts.length > 1 ? moverOf(request, evidence) : undefined;
    if (mover !== undefined) return { ...failure, cause: "moved", fault: mover };
    const later = hosts
      .slice(1)
      .map(onHost)
      .find((one) => one !== undefined);
    if (later !== undefined) return { ...failure, cause: "struck", fault: later.fault };
    const link = hosts.length === 0 ? open.find(({ fault }) => fault.kind.startsWith("peer link")) : undefined;
    if (link !== undefined) return { ...failure, cause: "unsent", fault: link.fault };
    return failure;
  });
}

/** The fault for which a route of the request's VIP came or went while it was on the way. */
function moverOf(request: RequestReport, { faults, events, slow }: Evidence): FaultRecord | undefined {
  // The router's kernel follows its BGP table a little later.
  const from = request.start - aftermath(slow);
  const changes = events.filter(
    (event) =>
      event.kind !== "session" &&
      event.at >= from &&
      event.at <= request.end &&
      event.prefix.startsWith(`${request.vip}/`),
  );
  for (const { host, at } of changes) {
    const fault = faults.find((one) => one.host === host && one.at <= at && at <= (one.back ?? at) + aftermath(slow));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function aftermath(slow: number): number {
  return 1000 * AFTERMATH * slow;
}
