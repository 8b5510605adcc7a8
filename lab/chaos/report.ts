import { type Column, table } from "../../src/cli/table.ts";
import type { Account, Cause } from "./accounting.ts";
import { KIND_NAMES } from "./kinds.ts";
import { name, time } from "./laws.ts";
import { type Breach, type FaultRecord, LAWS, type Law } from "./record.ts";
import { type Span, within } from "./routes.ts";

export interface Outcome {
  readonly seed: number;
  readonly faults: readonly FaultRecord[];
  readonly routes: ReadonlyMap<string, readonly Span[]>;
  readonly requests: number;
  readonly failures: readonly Account[];
  readonly breaches: readonly Breach[];
}

const PLAIN = { columns: undefined, colour: false } as const;
const COLUMNS: readonly Column[] = [
  { head: "fault" },
  ...["times", "withdrawn", "max", "back", "max", "struck", "moved", "unsent"].map((head) => ({ head, right: true })),
];

/** The table of faults and what they cost, the laws, and one plain last line. */
export function report(outcome: Outcome): readonly string[] {
  const { faults, failures, requests, breaches, seed } = outcome;
  const rows = KIND_NAMES.flatMap((kind) => {
    const own = faults.filter((fault) => fault.kind === kind);
    if (own.length === 0) return [];
    const cost = (cause: Cause) => failures.filter((one) => one.cause === cause && one.fault?.kind === kind).length;
    const costs = (["struck", "moved", "unsent"] as const).map((cause) => String(cost(cause) || ""));
    const away = own.flatMap((fault) => secondsToWithdraw(fault, outcome.routes) ?? []);
    const back = own.flatMap((fault) => (fault.back === undefined ? [] : [(fault.back - fault.undone) / 1000]));
    return [[kind, String(own.length), ...spread(away), ...spread(back), ...costs]];
  });
  const unexplained = failures.filter((one) => one.cause === undefined);
  const count = (cause: Cause) => failures.filter((one) => one.cause === cause).length;
  const broken = (Object.keys(LAWS) as Law[]).filter((law) => breaches.some((breach) => breach.law === law));
  return [
    "",
    ...table(COLUMNS, rows, PLAIN),
    "",
    "Seconds, median and maximum: from the fault to the first route withdrawn or lost at the router; from its end to a host that is well.",
    `Requests: ${requests} sent, ${failures.length} failed: ${count("struck")} sent to a host in its fault (struck), ${count("moved")} on the way when a route changed (moved), ${count("unsent")} over a dead link (unsent), ${unexplained.length} unexplained.`,
    ...unexplained.slice(0, 20).map(({ request, hosts }) => {
      const sent = hosts.join(", ") || "nobody";
      return `  unexplained: ${request.vip} at ${time(request.start)}, ${request.error} after ${request.end - request.start} ms, sent to ${sent}`;
    }),
    "",
    ...(Object.keys(LAWS) as Law[]).flatMap((law) => [
      `${broken.includes(law) ? "BROKEN" : "kept  "}  ${law}: ${LAWS[law]}`,
      ...breaches.filter((breach) => breach.law === law).map((breach) => `          ${breach.text}`),
    ]),
    "",
    broken.length === 0
      ? `All laws kept: ${faults.length} faults, seed ${seed}.`
      : `Laws broken: ${broken.join(", ")}; ${faults.length} faults, seed ${seed}.`,
  ];
}

/** One line for a fault that is over. */
export function faultLine(fault: FaultRecord): string {
  const back =
    fault.back === undefined ? "never well again" : `well ${((fault.back - fault.undone) / 1000).toFixed(1)} s after`;
  return `${name(fault)}: lasted ${((fault.undone - fault.at) / 1000).toFixed(1)} s, ${back}`;
}

/** From the fault to the first route of its host that the router had no more; undefined: it had all of them all the time. */
export function secondsToWithdraw(
  fault: FaultRecord,
  routes: ReadonlyMap<string, readonly Span[]>,
): number | undefined {
  const until = fault.back ?? Number.POSITIVE_INFINITY;
  const ends = [...routes]
    .filter(([key]) => key.startsWith(`${fault.host} `))
    .flatMap(([, spans]) => within(spans, { from: fault.at, to: until }))
    .map((span) => span.to)
    .filter((to) => to < until);
  return ends.length === 0 ? undefined : (Math.min(...ends) - fault.at) / 1000;
}

function spread(numbers: readonly number[]): readonly [string, string] {
  if (numbers.length === 0) return ["", ""];
  const sorted = numbers.toSorted((a, b) => a - b);
  return [sorted[Math.floor((sorted.length - 1) / 2)]?.toFixed(1) ?? "", sorted.at(-1)?.toFixed(1) ?? ""];
}
