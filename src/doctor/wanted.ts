import type { Config, ConfiguredService } from "../config/config.ts";
import type { Facts } from "./facts.ts";

/** The config, where one could be read. */
export function configOf({ wanted }: Facts): Config | undefined {
  return wanted.config.state === "read" ? wanted.config.config : undefined;
}

export function servicesOf(facts: Facts): readonly ConfiguredService[] {
  return configOf(facts)?.services ?? [];
}

/** IPv4 or IPv6 addresses that a check of kind ping asks for; empty where none is configured. */
export function pinged(facts: Facts): readonly string[] {
  return servicesOf(facts).flatMap(({ checks }) => checks.flatMap((one) => (one.kind === "ping" ? one.addresses : [])));
}
