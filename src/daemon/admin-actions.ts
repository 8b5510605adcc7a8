import type { AdminActions, ServiceStatus, StatusDocument, ToldLease } from "../admin/api.ts";
import type { EventSource } from "../admin/events-route.ts";
import type { ServiceHealth } from "../core/desired.ts";
import { Refused, UsageError } from "../core/errors.ts";
import type { Override } from "../core/override.ts";
import { overrideWords } from "../core/override.ts";
import type { Clock } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import type { Status } from "../core/status.ts";
import type { Condition } from "./beacon.ts";
import { dated, datedAnnouncement, datedHealth } from "./dated.ts";
import type { Operator } from "./operator.ts";
import type { Reloader } from "./reloader.ts";
import { version } from "./version.ts";

export interface AdminActionsOptions {
  readonly clock: Clock;
  readonly operator: Operator;
  readonly reloader: Reloader;
  readonly config: string;
  readonly speakerApi: string;
  readonly events: EventSource;
  readonly condition: () => Condition;
  readonly lease: () => ToldLease;
  /** What the last pass found; undefined before the first. */
  readonly status: () => Status | undefined;
  readonly health: () => ReadonlyMap<string, ServiceHealth>;
  readonly foresee: AdminActions["plan"];
  /** The parts of this process that do not work, each with why. */
  readonly troubles: () => ReadonlyMap<string, string>;
  readonly services: () => ReadonlyMap<string, readonly VirtualServiceKey[]>;
}

/** What operators may ask of a controller. */
export function adminActions(options: AdminActionsOptions): AdminActions {
  const { operator, reloader, events, services } = options;
  /** What is said of a service must not meet a config that is half taken over. */
  const afterReload = async (act: () => Promise<readonly string[]>) => {
    const waited = await reloader.settled();
    const lines = await act();
    return { lines: waited ? ["a reload was under way; this waited for its end", ...lines] : lines };
  };
  return {
    status: () => document(options),
    events,
    drain: ({ services: which, timeout, by, reason }) =>
      afterReload(async () => {
        const lines = await operator.drain(which, timeout, { by, reason });
        const blind = [...services()].filter(([name, keys]) => keys.length === 0 && meant(which, name));
        return blind.length === 0 ? lines : [...lines, `${blind.map(([name]) => name).join(", ")}: ${UNCOUNTED}`];
      }),
    undrain: ({ services: which, by }) => afterReload(() => operator.undrain(which, { by, reason: "" })),
    force: ({ service, word, for: ms, by, reason }) =>
      afterReload(() => operator.force(service, word, ms, { by, reason })),
    plan: options.foresee,
    reload: async ({ allowSessionReset }) => {
      const { error, refused, line } = await reloader.reload({ allowSessionReset });
      if (error !== undefined) throw refused === true ? new Refused(line) : new UsageError(line);
      return { lines: [line] };
    },
  };
}

const UNCOUNTED =
  "connections are counted only where -ipvs-setup carries ports, so this is withdrawn at the deadline and not before";

function meant(which: readonly string[] | "all", name: string): boolean {
  return which === "all" || which.includes(name);
}

function document({
  clock,
  operator,
  reloader,
  config,
  speakerApi,
  condition,
  lease,
  status,
  health,
  troubles,
}: AdminActionsOptions): StatusDocument {
  const { ready, line } = condition();
  const found = status();
  const now = clock.now();
  return {
    version,
    pid: process.pid,
    config,
    ready,
    line,
    services: [...health()].map(([name, one]) => ({
      name,
      ...datedHealth(one, now),
      ...told(operator.overrides.get(name)),
    })),
    announcements: (found?.announcements ?? []).map((one) => datedAnnouncement(one, now)),
    peers: (found?.peers ?? []).map((one) => dated(one, now)),
    speakerUp: found?.speakerUp ?? false,
    speakerApi,
    virtualServices: found?.virtualServices ?? [],
    lease: lease(),
    conflicts: found?.conflicts ?? [],
    failing: Object.fromEntries(found?.failing ?? []),
    left: found?.left ?? [],
    troubles: Object.fromEntries(troubles()),
    reload: reloader.state,
  };
}

function told(override: Override | undefined): Pick<ServiceStatus, "override"> {
  if (override === undefined) return {};
  const words = overrideWords(override);
  if (override.word === "drain") {
    const { deadline: _, ...rest } = override;
    return { override: { ...rest, words } };
  }
  const { deadline: _, ...rest } = override;
  return { override: { ...rest, words } };
}
