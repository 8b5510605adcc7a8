import type { AdminClient } from "../admin/client.ts";
import { parseGoBool } from "../config/flags.ts";
import { parseMoment } from "../config/moment-flag.ts";
import { ControllerUnreachable } from "../core/errors.ts";
import type { Event, EventQuery } from "../core/event.ts";
import { preciseTime, systemClock } from "../daemon/clock.ts";
import { adminClient, printLines } from "./ask.ts";
import { eventLines } from "./events-text.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { onlyWord, statusOf } from "./subject.ts";
import { lookOf } from "./terminal.ts";

/** Entries that are shown where nobody says since when. */
const LATELY = 50;
const RETRY_MS = 1_000;

/** Prints the journal, one entry a line, for people or as JSON; with -follow each new entry as it comes, until Ctrl-C. */
export async function events(options: Options, words: readonly string[]): Promise<number> {
  const json = parseGoBool(options.json ?? "false", "json");
  const follow = parseGoBool(options.follow ?? "false", "follow");
  const since = options.since === undefined ? undefined : parseMoment(options.since, "since", preciseTime);
  const word = onlyWord(words, "events");
  const client = adminClient(options);
  const services = word === undefined ? undefined : await namesOf(client, word);
  const print = (found: readonly Event[]) => {
    if (json) printLines(found.map((event) => JSON.stringify(event)));
    else printLines(eventLines(found, lookOf(process.stdout)));
  };
  const query = { services, since, ...(since === undefined && { limit: LATELY }) };
  const found = await client.events(query);
  print(found);
  if (found.length === 0 && !json) process.stderr.write(`no entries${since === undefined ? "" : ` since ${since}`}\n`);
  if (!follow) return EXIT.ok;
  return followEvents(client, { services, after: await lastOf(client, found) }, print);
}

/** The services that are meant: that of this name, or those on this VIP. One that is not in the config any more is meant while the journal knows it. */
async function namesOf(client: AdminClient, word: string): Promise<readonly string[]> {
  const told = await client.events({ services: [word] });
  if (told.some(({ services }) => services.includes(word))) return [word];
  const { services } = statusOf(await client.status(), word);
  return services.map(({ name }) => name);
}

/** From where on to follow: there may be later entries, of other services. */
async function lastOf(client: AdminClient, found: readonly Event[]): Promise<number> {
  const last = found.at(-1) ?? (await client.events({ limit: 1 })).at(-1);
  return last?.id ?? 0;
}

/** Goes on until Ctrl-C, also over a controller that is restarted. */
async function followEvents(
  client: AdminClient,
  query: EventQuery & { readonly after: number },
  print: (events: readonly Event[]) => void,
): Promise<number> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  // Who reads is gone: so is the reason to go on.
  process.stdout.on("error", stop);
  let { after } = query;
  let told = false;
  while (!stopped.signal.aborted) {
    try {
      await client.follow({ ...query, after }, stopped.signal, (found, missed) => {
        told = false;
        if (missed > 0) process.stderr.write(`${missed} entries were lost: they came faster than they were read\n`);
        after = found.at(-1)?.id ?? after;
        print(found);
      });
    } catch (error) {
      if (!(error instanceof ControllerUnreachable)) throw error;
      if (!told) process.stderr.write(`${error.message}; waiting for it\n`);
      told = true;
      await systemClock.sleep(RETRY_MS, stopped.signal);
    }
  }
  return EXIT.ok;
}
