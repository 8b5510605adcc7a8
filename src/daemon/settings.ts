import type { Config } from "../config/config.ts";
import type { Intent } from "../core/desired.ts";
import type { AdminAddress } from "./admin-endpoint.ts";
import type { MetricsListener } from "./metrics-endpoint.ts";

/** The config and what the command line says beside it. */
export interface Settings {
  readonly config: Config;
  /** For messages. */
  readonly file: string;
  readonly network: boolean;
  readonly ipvs: boolean;
  /** undefined: no metrics endpoint. */
  readonly metrics: MetricsListener | undefined;
  readonly stateDirectory: string;
  /** undefined: without a guard. */
  readonly guardSocket: string | undefined;
  /** undefined: no admin API. */
  readonly admin: AdminAddress | undefined;
}

export function intentOf({ config, network, ipvs }: Settings): Intent {
  return {
    mode: config.mode,
    identity: config.identity,
    peers: config.peers,
    nextHop: config.nextHop,
    services: config.services.map(({ service }) => service),
    sharedPrefix: config.sharedPrefix,
    ipvsSysctls: config.ipvsSysctls,
    network,
    ipvs: ipvs && network,
  };
}
