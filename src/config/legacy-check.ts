import type { CheckConfig } from "../health/registry.ts";
import { checkSchema } from "../health/registry.ts";
import type { ServiceInput } from "./service-schema.ts";

/** The original probed every second and believed each answer at once; the timeout is ours, because it had none and hung for ever. */
const TIMING = { interval: "1s", timeout: "3s", rise: 1, fall: 1 } as const;

/** The original's check of a service as one of ours; undefined where it has none. */
export function legacyCheck(
  service: Pick<ServiceInput, "httphealthcheck" | "pinghealthcheck">,
): CheckConfig | undefined {
  const { httphealthcheck: http, pinghealthcheck: ping } = service;
  if (http !== undefined) return checkSchema.parse({ kind: "http", ...TIMING, ...http });
  if (ping !== undefined) return checkSchema.parse({ kind: "ping", ...TIMING, ...ping });
  return undefined;
}
