import type { ConfiguredService, Pool } from "../config/config.ts";
import type { Address } from "../core/address.ts";
import type { CheckConfig } from "../health/registry.ts";

export interface Watched {
  readonly name: string;
  readonly checks: readonly CheckConfig[];
  readonly pool?: Pool | undefined;
}

/** What is to be watched of a service of the config. */
export function watched({ service, checks, pool }: ConfiguredService): Watched {
  return { name: service.name, checks, pool };
}

/** One check that is to run. */
export interface Task {
  readonly config: CheckConfig;
  readonly realServer: Address | undefined;
}

export function tasks({ checks, pool }: Watched): Task[] {
  return [
    ...checks.map((config) => ({ config, realServer: undefined })),
    ...(pool?.members ?? []).flatMap(({ address, checks: own }) =>
      own.map((config) => ({ config, realServer: address })),
    ),
  ];
}
