import { stat } from "node:fs/promises";
import type { Gobgp } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import { openSpeaker } from "../daemon/open-speaker.ts";
import type { SpeakerFacts } from "./facts.ts";
import { unitFile } from "./read-host.ts";

/** Milliseconds that gobgpd's first word is waited for. */
const FIRST_WORD_MS = 3_000;

/** Asks gobgpd who it is and what it holds; changes nothing. */
export async function readSpeaker(gobgp: Gobgp, file: string, clock: Clock): Promise<SpeakerFacts> {
  const heard = new AbortController();
  let generation: string | undefined;
  let reason = `gobgpd at ${gobgp.address} does not answer within ${FIRST_WORD_MS / 1000} s`;
  try {
    const speaker = await openSpeaker(gobgp, file, clock, (event) => {
      if (event.kind === "up") generation = event.version;
      else if (event.kind === "down") reason = event.reason;
      else return;
      heard.abort();
    });
    speaker.start();
    try {
      await clock.sleep(FIRST_WORD_MS, heard.signal);
      if (generation === undefined) return { reached: false, reason, unit: await unitName() };
      const state = await speaker.observe(new AbortController().signal).catch(() => undefined);
      return { reached: true, generation, state, ...(await modeOf(gobgp.address)) };
    } finally {
      await speaker.stop();
    }
  } catch (error) {
    return { reached: false, reason: messageOf(error), unit: await unitName() };
  }
}

/** The package brings a unit of its own, for Debian's is another one's and wants another config. */
async function unitName(): Promise<string> {
  return (await unitFile("bgp-lb-gobgpd")) === undefined ? "gobgpd" : "bgp-lb-gobgpd";
}

async function modeOf(api: string): Promise<{ readonly mode?: string }> {
  if (!api.startsWith("unix:")) return {};
  const found = await stat(api.replace(/^unix:\/\//, "")).catch(() => undefined);
  return found === undefined ? {} : { mode: (found.mode & 0o777).toString(8).padStart(3, "0") };
}
