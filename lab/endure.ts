import { setTimeout as sleep } from "node:timers/promises";
import { chaos } from "./chaos/main.ts";
import type { Options } from "./options.ts";
import { clock } from "./screen.ts";
import { growthsOf, growthTable } from "./soak/growth.ts";
import { Sampler } from "./soak/sampler.ts";
import { Topology } from "./topology.ts";

const MINUTE = 60_000;

/** The lab under random faults (`--chaos`), watched for what its processes hold (`--soak`), or both. Answers the exit code. */
export async function endure(options: Options, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const say = (text: string) => console.log(`${clock(start)} ${text}`);
  const duration = (options.soak ?? 0) * MINUTE;
  const lab = await Topology.start({ hosts: 3, signal, say });
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  interrupted.catch(() => {});
  const sampler = options.soak === undefined ? undefined : new Sampler(lab, MINUTE);
  try {
    return await Promise.race([interrupted, perform(lab, options, duration, sampler, say, signal)]);
  } finally {
    sampler?.stop();
    console.error("removing the lab: programs, namespaces, files");
    await lab.stop();
  }
}

async function perform(
  lab: Topology,
  { chaos: count, seed, overlap }: Options,
  duration: number,
  sampler: Sampler | undefined,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  await lab.converged();
  lab.client.start();
  say("all hosts are announced; the client sends requests");
  await lab.client.next(12);
  const until = Date.now() + duration;
  const played =
    count === undefined
      ? undefined
      : await chaos(lab, { count, seed: seed ?? Math.floor(Math.random() * 1e9), overlap, duration }, say, signal);
  if (sampler === undefined) return tell(played?.lines ?? [], played?.kept !== false);
  // The faults may be over before their time is.
  await sleep(Math.max(0, until - Date.now()), undefined, { signal });
  await sampler.sample();
  const growths = growthsOf(sampler.samples);
  const growing = growths.filter(({ grows }) => grows).map(({ process, quantity }) => `${process} (${quantity})`);
  const verdict = growing.length === 0 ? "Nothing grows." : `Growing: ${growing.join(", ")}.`;
  const lines = [...growthTable(growths, sampler.samples), verdict];
  // What broke comes last, and what the faults came to where nothing did.
  return tell([...lines, ...(played?.lines ?? [])], growing.length === 0 && played?.kept !== false);
}

function tell(lines: readonly string[], well: boolean): number {
  for (const line of lines) console.log(line);
  return well ? 0 : 1;
}
