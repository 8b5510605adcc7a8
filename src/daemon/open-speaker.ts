import { readFile } from "node:fs/promises";
import type { Gobgp } from "../config/config.ts";
import { messageOf, UsageError } from "../core/errors.ts";
import type { Clock, SpeakerEvent } from "../core/ports.ts";
import { GobgpSpeaker } from "../speaker/speaker.ts";
import type { Settings } from "./settings.ts";

/** gobgpd at the address, not started yet; throws UsageError, which begins with `source`, where a TLS file cannot be read. */
export async function openSpeaker(
  { address, tls }: Gobgp,
  source: string,
  clock: Clock,
  onEvent: (event: SpeakerEvent) => void,
): Promise<GobgpSpeaker> {
  if (tls === undefined) return new GobgpSpeaker({ address, clock, onEvent });
  const entries = Object.entries(tls).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const files = await Promise.all(
    entries.map(async ([name, file]) => [name, await readTls(source, name, file)] as const),
  );
  return new GobgpSpeaker({ address, tls: Object.fromEntries(files), clock, onEvent });
}

/** Milliseconds that a command which looks once waits for gobgpd's first word. */
const FIRST_WORD_MS = 3_000;

/** Connects to gobgpd for as long as `use` takes, which begins when gobgpd was heard of, one way or the other. */
export async function withSpeaker<Answer>(
  settings: Settings,
  clock: Clock,
  use: (speaker: GobgpSpeaker) => Promise<Answer>,
): Promise<Answer> {
  const heard = new AbortController();
  const speaker = await openSpeaker(settings.config.gobgp, settings.file, clock, (event) => {
    if (event.kind === "up" || event.kind === "down") heard.abort();
  });
  speaker.start();
  try {
    await clock.sleep(FIRST_WORD_MS, heard.signal);
    return await use(speaker);
  } finally {
    await speaker.stop();
  }
}

async function readTls(config: string, name: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${config}: bgp.gobgp.tls.${name}: cannot read ${JSON.stringify(file)} (${messageOf(error)})`);
  }
}
