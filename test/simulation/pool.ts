import type { Address } from "../../src/core/address.ts";
import type { RealServerHealth, ServiceHealth } from "../../src/core/desired.ts";
import type { RealServer } from "../../src/core/service.ts";
import type { Host } from "./host.ts";
import type { Process } from "./process.ts";
import { type BackendName, ON, type Site } from "./site.ts";

/** Those that serve web in a site with a pool: one of them is enough. */
export const POOL: readonly BackendName[] = ["web", "dns"];

/** All verdicts of a backend that changed are in after this, and all plans of before are done (milliseconds). */
const LONG_MS = 5_000;
/** Three probes that fail, about a second apart, take no less (milliseconds). */
const LEAST_TO_FALL_MS = 1_500;

/** How each real server is that the pool ever has, by whether its backend serves. */
export function poolHealth(serves: (name: BackendName) => boolean): ReadonlyMap<Address, RealServerHealth> {
  return new Map(
    [...ON].map(([text, name]) => {
      const address = text as Address;
      return [address, { address, verdict: serves(name) ? "up" : "down", reason: "" }];
    }),
  );
}

/** With sharedPrefix any, one service's dataplane is enough for the prefix of two; of a pool it may be any part. */
export function healths({ pool }: Site): readonly ReadonlyMap<string, ServiceHealth>[] {
  const up = { verdict: "up", reason: "" } as const;
  const parts = pool ? [undefined, ...POOL.map((only) => poolHealth((name) => name === only))] : [undefined];
  return parts.flatMap((realServers) => {
    const web: ServiceHealth = { verdict: "unknown", reason: "", ...(realServers && { realServers }) };
    return [
      new Map([["web", web]]),
      new Map([["web", { ...web, ...up }]]),
      new Map([
        ["web", web],
        ["api", up],
      ]),
    ];
  });
}

/** Why this process may not let the real server serve; undefined where it may. Where none of a pool serves all may. */
export function unproven(world: Pick<Host, "time" | "backend">, by: Process, server: RealServer): string | undefined {
  const { time } = world;
  const name = ON.get(server.address);
  // A process that has just stood still is in the middle of what it began before.
  const awake = by.upSince === by.born || time.now > by.upSince + LONG_MS;
  if (name === undefined || server.weight === 0 || !awake) return undefined;
  const { deadSince = time.now } = world.backend(name);
  const others = POOL.filter((other) => other !== name).map((other) => world.backend(other).servesSince ?? time.now);
  const passed = world.backend(name).passedFor(by);
  if (!passed && time.now < by.born + LEAST_TO_FALL_MS) return "no check of it has passed";
  if (others.every((since) => time.now < since + LONG_MS)) return undefined;
  if (!passed) return "no check of it has passed, and others serve";
  return time.now > deadSince + LONG_MS ? "it is dead, and others serve" : undefined;
}
