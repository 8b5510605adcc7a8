import { bits, family, parseAddress } from "../core/address.ts";
import { parseCommunity, parseLargeCommunity } from "../core/community.ts";
import { UsageError } from "../core/errors.ts";
import type { DraftAnnounce, DraftCheck, DraftService } from "./draft.ts";
import { durationOf, lighterCheck, serviceName } from "./draft.ts";
import { ANSWERS } from "./healthcheck-answers.ts";
import type { Given } from "./healthcheck-options.ts";
import { hostsOf } from "./hosts.ts";

/** One process of ExaBGP's healthcheck as a service, with a comment for each option that has no equal. `where` names it in errors. */
export function serviceOf(given: Given, process: string, where: string, taken: readonly string[]): DraftService {
  const comments: string[] = [];
  const wanted = last(given, "name") ?? last(given, "label") ?? process;
  const name = serviceName(wanted, taken);
  if (name !== wanted) comments.push(`${wanted} is called ${name}: the name is also the name of a link`);
  const vips = vipsOf(given, comments);
  const announce = announceOf(given, vips.length, where, comments);
  const healthchecks = checksOf(given, where, comments);
  if (!given.has("withdraw-on-down"))
    comments.push(
      "without --withdraw-on-down ExaBGP goes on to announce what is down, with a worse MED; here it is withdrawn",
    );
  for (const [option, values] of given) comments.push(...answerTo(option, values));
  return { $comment: comments, name, vips, announce, healthchecks };
}

export function last(given: Given, option: string): string | undefined {
  return given.get(option)?.at(-1);
}

function answerTo(option: string, values: readonly string[]): string[] {
  const answer = ANSWERS[option];
  if (option.startsWith("-") || !/^[a-z]/.test(option))
    return [`${option}: not an option that is known here; left out`];
  // What commands do on a change may hold passwords: the option is named, not its value.
  const shown = /execute|user|group/.test(option) ? "" : values.filter(Boolean).join(" ");
  return answer === undefined ? [] : [`--${option}${shown === "" ? "" : ` ${shown}`}: ${answer}`];
}

function vipsOf(given: Given, comments: string[]): readonly string[] {
  const written = given.get("ip") ?? [];
  if (written.length === 0) {
    comments.push("no --ip: ExaBGP takes the addresses that it finds on lo (ip address show lo); write them as vips");
    return [];
  }
  const vips = written.flatMap((text) => {
    const [host = "", length] = text.split("/");
    const address = parseAddress(host);
    if (address === undefined || length === undefined || Number(length) === bits(family(address))) return [host];
    if (!given.has("deaggregate-networks")) {
      comments.push(
        `--ip ${text}: announced as one prefix, of which ${host} is bound; ExaBGP binds each address of it`,
      );
      return [text];
    }
    const hosts = hostsOf(address, Number(length));
    if (hosts === undefined) comments.push(`--ip ${text}: too many addresses to write each; announced as one prefix`);
    return hosts ?? [text];
  });
  return [...new Set(vips)];
}

function announceOf(given: Given, vips: number, where: string, comments: string[]): DraftAnnounce {
  const med = numberOf(given, "up-metric", 100, where);
  const step = numberOf(given, "increase", 1, where);
  const localPref = numberOf(given, "local-preference", -1, where);
  if (vips > 1 && step !== 0)
    comments.push(
      `--increase ${step}: all VIPs of a service have one MED, ${med}; write services of their own where each is to have another`,
    );
  const known = (option: string, parse: (text: string) => unknown) =>
    listOf(last(given, option)).filter((text) => {
      if (parse(text) !== undefined) return true;
      comments.push(`--${option} ${text}: not a form that is read here; left out`);
      return false;
    });
  const communities = known("community", parseCommunity);
  const largeCommunities = known("large-community", parseLargeCommunity);
  return {
    med,
    ...(localPref >= 0 && { localPref }),
    ...(communities.length > 0 && { communities }),
    ...(largeCommunities.length > 0 && { largeCommunities }),
  };
}

function checksOf(given: Given, where: string, comments: string[]): readonly DraftCheck[] {
  const command = last(given, "command");
  const interval = numberOf(given, "interval", 5, where);
  const timeout = numberOf(given, "timeout", 5, where);
  const fast = numberOf(given, "fast-interval", 1, where);
  const fall = Math.max(1, numberOf(given, "fall", 3, where));
  const rise = Math.max(1, numberOf(given, "rise", 3, where));
  const lighter = command === undefined ? undefined : lighterCheck(command);
  if (interval === 0) comments.push("--interval 0: ExaBGP checks once and ends; here it is checked every 5 s");
  if (timeout === 0) comments.push("--timeout 0: a check has always a timeout here; 5 s");
  if (command === undefined)
    comments.push("no --command: it is announced always, so the check is one that always passes");
  if (lighter !== undefined) comments.push(lighter);
  const every = interval === 0 ? 5 : interval;
  if (fast < every && fall > 1)
    comments.push(
      `--fast-interval ${fast}: a check has one interval here, so a verdict takes ${fall} times ${every} s; write a shorter interval`,
    );
  const timing = { interval: durationOf(every), timeout: durationOf(timeout === 0 ? 5 : timeout) };
  const file = last(given, "disable");
  return [
    { kind: "exec", command: command === undefined ? ["true"] : ["sh", "-c", command], ...timing, rise, fall },
    ...(file === undefined
      ? []
      : [
          {
            kind: "exec",
            name: "not-disabled",
            command: ["test", "!", "-e", file],
            ...timing,
            rise: 1,
            fall: 1,
          } as const,
        ]),
  ];
}

function numberOf(given: Given, option: string, otherwise: number, where: string): number {
  const text = last(given, option);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number))
    throw new UsageError(`${where}: --${option} must be a number; found ${JSON.stringify(text)}`);
  return number;
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,[\]]+/).filter(Boolean);
}
