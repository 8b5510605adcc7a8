/**
 * npm run lab [-- --keep] [-- --plain] [-- --chaos [N] [--seed S]] [-- --soak MINUTES]
 * The main job on an embedded default, live, and a short story that plays by itself. Exit code 0 only when the story held.
 */
import { parseArgs } from "node:util";
import { chaos } from "./chaos/chaos.ts";
import { soak } from "./chaos/soak.ts";
import { runInGuest } from "./guest-run.ts";
import { checkNative } from "./native.ts";
import { SLOW } from "./patience.ts";
import { takePicture } from "./picture.ts";
import { PlainScreen } from "./plain-screen.ts";
import { prompt } from "./prompt.ts";
import type { Screen } from "./screen.ts";
import { demoSite } from "./site.ts";
import { ACTS, type ActResult, play } from "./story.ts";
import { summary } from "./summary.ts";
import { TerminalScreen } from "./terminal-screen.ts";
import { Topology } from "./topology.ts";

const USAGE = `usage: npm run lab -- [--keep] [--plain] | --chaos [N] [--seed S] | --soak MINUTES [--seed S]
  --keep   leave the lab up after the story, with a prompt to try things
  --plain  one line for each change, also in a terminal
  --chaos  in place of the story: N faults (100) on three hosts at once, under requests; accounts for each request that failed
  --soak   in place of the story: so many minutes under requests and a fault a minute; tells what controllers and guards hold
  --seed   the faults of an earlier run again`;

/** Columns of the terminal at the end of stdout, which the guest cannot see by itself; undefined: not a terminal. */
function terminalColumns(): number | undefined {
  const told = process.env["BGP_LB_LAB_COLUMNS"];
  if (told !== undefined) return Number(told) || undefined;
  return process.stdout.isTTY === true ? Math.max(80, process.stdout.columns || 80) : undefined;
}

async function perform(keep: boolean, columns: number | undefined, signal: AbortSignal): Promise<number> {
  const { vips } = demoSite(3);
  const write = (text: string) => process.stdout.write(text);
  const screen: Screen =
    columns === undefined ? new PlainScreen(vips, write) : new TerminalScreen(vips, write, columns);
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  interrupted.catch(() => {});
  const lab = await Topology.start({ hosts: 3, signal, say: (line) => screen.say(line) });
  try {
    const live = setInterval(() => void draw(lab, screen), 250 * Math.min(SLOW, 5));
    let results: readonly ActResult[];
    try {
      results = await Promise.race([interrupted, tell(lab, screen, signal)]);
    } finally {
      clearInterval(live);
    }
    await draw(lab, screen);
    screen.end(summary(results, lab.client.requests(), ACTS.length));
    if (keep) await prompt(lab, signal);
    return results.length === ACTS.length && results.every((result) => result.failure === undefined) ? 0 : 1;
  } finally {
    console.error("removing the lab: programs, namespaces, files");
    await lab.stop();
  }
}

async function tell(lab: Topology, screen: Screen, signal: AbortSignal): Promise<readonly ActResult[]> {
  await lab.converged();
  lab.client.start();
  screen.say("all hosts are announced; the client sends requests");
  await lab.client.next(12);
  const audience = {
    act: (number: number, title: string) => screen.act(number, title),
    step: (text: string) => screen.say(text),
    failure: (text: string) => screen.failure(text),
  };
  return play(lab, audience, signal);
}

let drawing = false;

async function draw(lab: Topology, screen: Screen): Promise<void> {
  if (drawing) return;
  drawing = true;
  try {
    screen.show(await takePicture(lab));
  } finally {
    drawing = false;
  }
}

function readAmount([word, ...more]: readonly string[], usual: number | undefined): number {
  if ((word !== undefined && usual === undefined) || more.length > 0)
    throw new Error(`unknown: ${word} ${more.join(" ")}`);
  return word === undefined ? (usual ?? 0) : readNumber(word);
}

function readNumber(word: string): number {
  if (!/^[1-9]\d{0,8}$/.test(word)) throw new Error(`${word} is not a number from 1 on`);
  return Number(word);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      keep: { type: "boolean" },
      plain: { type: "boolean" },
      chaos: { type: "boolean" },
      soak: { type: "boolean" },
      seed: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const amount = readAmount(positionals, values.chaos === true ? 100 : values.soak === true ? 60 : undefined);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : readNumber(values.seed);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const columns = values.plain ? undefined : terminalColumns();
  const native = checkNative();
  if (!native.native && process.env["IN_GUEST"] === undefined) {
    console.error(`lab: in a guest kernel, because this machine's own cannot do it (${native.reason})`);
    const interactive = values.keep === true && process.stdin.isTTY === true;
    const environment = { BGP_LB_LAB_COLUMNS: String(columns ?? 0) };
    return runInGuest([process.execPath, import.meta.filename, ...process.argv.slice(2)], { interactive, environment });
  }
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interruption.abort(new Error(`ended by ${signal}`)));
  try {
    const { signal } = interruption;
    const say = (line: string) => console.log(line);
    if (values.chaos === true) return (await chaos({ faults: amount, seed, say, signal })) ? 0 : 1;
    if (values.soak === true) return (await soak({ minutes: amount, seed, say, signal })) ? 0 : 1;
    return await perform(values.keep === true, columns, interruption.signal);
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
    return interruption.signal.aborted ? 130 : 1;
  }
}

main().then(
  // An act that was interrupted may still wait for something; there is nothing to wait for any more.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  },
);
