import type { Dated, ServiceStatus, ToldAnnouncement, ToldCheck } from "../admin/api.ts";
import type { ServiceHealth } from "../core/desired.ts";
import type { CheckStatus } from "../core/health.ts";
import type { AnnouncementStatus } from "../core/status.ts";
import { textOfTime } from "./clock.ts";

/** The thing with its time as people are told it; `now` is the clock's, of which the time is. */
export function dated<Thing extends { readonly since?: number | undefined }>(thing: Thing, now: number): Dated<Thing> {
  const { since, ...rest } = thing;
  if (since === undefined) return rest;
  return { ...rest, since: textOfTime(since - now), ageSeconds: seconds(now - since) };
}

export function datedAnnouncement({ peers, against, ...one }: AnnouncementStatus, now: number): ToldAnnouncement {
  return {
    ...dated(one, now),
    ...(against !== undefined && { against: against.map((check) => dated(check, now)) }),
    peers: peers.map((peer) => dated(peer, now)),
  };
}

export function datedHealth(
  { checks = [], realServers, ...health }: ServiceHealth,
  now: number,
): Omit<ServiceStatus, "name" | "override"> {
  return {
    ...dated(health, now),
    checks: checks.map((check) => datedCheck(check, now)),
    ...(realServers !== undefined && { realServers: [...realServers.values()].map((one) => dated(one, now)) }),
  };
}

function datedCheck({ at, ...check }: CheckStatus, now: number): ToldCheck {
  return { ...dated(check, now), ...(at !== undefined && { lastSeconds: seconds(now - at) }) };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1000);
}
