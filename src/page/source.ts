import type { AdminActions } from "../admin/api.ts";
import type { History } from "../core/history.ts";
import type { WordImpact } from "../core/outlook.ts";
import type { Clock, ServerLoad } from "../core/ports.ts";
import type { Act } from "./act.ts";

/** What the page shows is read here, and what it does is done here. */
export interface PageSource {
  /** This machine's name. */
  readonly host: string;
  readonly actions: AdminActions;
  readonly history: History;
  readonly clock: Clock;
  /** The wall clock, `2026-01-02T03:04:05Z`. */
  time(): string;
  /** The real servers of a service with what goes through them; undefined where nothing is counted. Never rejects. */
  traffic(service: string): Promise<readonly ServerLoad[] | undefined>;
  /** What routers would hear of a service if this were said of it; undefined where that is not known. */
  foresee(act: Act, service: string): WordImpact | undefined;
  options(): PageOptions;
}

/** What the page may do, and for whom. */
export interface PageOptions {
  /** Drain, undrain and force by buttons. */
  readonly buttons: boolean;
  /** Names by which browsers may call this host, beside its own, localhost and addresses. */
  readonly hosts: readonly string[];
}
