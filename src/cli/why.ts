import { parseGoBool } from "../config/flags.ts";
import { UsageError } from "../core/errors.ts";
import { adminClient, printLines } from "./ask.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { onlyWord, statusOf } from "./subject.ts";
import { lookOf } from "./terminal.ts";
import { chains } from "./why-chain.ts";
import { whyText } from "./why-text.ts";

/** Entries of the journal that are shown below, and those that are looked through. */
const SHOWN = 5;
const LOOKED = 1_000;

/** Tells why a service is announced or is not, link by link; exit code 1 where a link is broken. */
export async function why(options: Options, words: readonly string[]): Promise<number> {
  const json = parseGoBool(options.json ?? "false", "json");
  const word = onlyWord(words, "why");
  if (word === undefined) throw new UsageError("which? bgp-lb why SERVICE, or bgp-lb why VIP");
  const client = adminClient(options);
  const found = statusOf(await client.status(), word);
  const services = found.services.map(({ name }) => name);
  const events = await client.events({ services, limit: LOOKED });
  const all = chains(found, events);
  if (json) process.stdout.write(`${JSON.stringify({ chains: all, events: events.slice(-SHOWN) }, undefined, 2)}\n`);
  else printLines(whyText(all, events.slice(-SHOWN), lookOf(process.stdout)));
  return all.every(({ broken }) => broken?.state !== "broken") ? EXIT.ok : EXIT.failed;
}
