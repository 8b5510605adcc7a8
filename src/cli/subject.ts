import type { StatusDocument } from "../admin/api.ts";
import { suggest } from "../config/suggest.ts";
import { Refused, UsageError } from "../core/errors.ts";
import { hasPath, isAnnounced } from "../core/status.ts";

/** The part of a status that is about one service, or about one VIP and those on it; throws Refused for a word that names neither. */
export function statusOf(found: StatusDocument, word: string | undefined): StatusDocument {
  if (word === undefined) return found;
  const announcements = found.announcements.filter(({ prefix, services }) => {
    return services.includes(word) || prefix === word || prefix.split("/")[0] === word;
  });
  const names = new Set(announcements.flatMap(({ services }) => services));
  const services = found.services.filter(({ name }) => name === word || names.has(name));
  if (services.length === 0 && announcements.length === 0) throw new Refused(unknown(found, word));
  const virtualServices = found.virtualServices.filter((one) => one.services.some((name) => names.has(name)));
  return { ...found, services, announcements, virtualServices };
}

/** The same, with what is not as it is to be first: a screen has an end. */
export function troubleFirst(found: StatusDocument): StatusDocument {
  const services = found.services.toSorted((a, b) => Number(a.verdict === "up") - Number(b.verdict === "up"));
  const whole = (one: StatusDocument["announcements"][number]) =>
    isAnnounced(one) && one.state !== "altered" && one.peers.every(hasPath);
  const announcements = found.announcements.toSorted((a, b) => Number(whole(a)) - Number(whole(b)));
  return { ...found, services, announcements };
}

function unknown({ services, announcements }: StatusDocument, word: string): string {
  const names = services.map(({ name }) => name);
  const near = suggest(word, [...names, ...announcements.map(({ prefix }) => prefix.split("/")[0] ?? "")]);
  const known =
    names.length > 10 ? `there are ${names.length} services` : `the services are ${names.join(", ") || "none"}`;
  return `there is no service and no VIP ${JSON.stringify(word)}: ${near === undefined ? known : `did you mean ${near}?`}`;
}

/** The one word that a command takes at most; throws UsageError where there are more. */
export function onlyWord(words: readonly string[], verb: string): string | undefined {
  if (words.length > 1) throw new UsageError(`one at a time: bgp-lb ${verb} ${words[0]}`);
  return words[0];
}
