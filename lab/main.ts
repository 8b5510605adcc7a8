/**
 * npm run lab [-- --keep] [-- --plain]
 * The main job on an embedded default, live, and a short story that plays by itself. Exit code 0 only when the story held.
 */
import { parseArgs } from "node:util";
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

const USAGE = `usage: npm run lab -- [--keep] [--plain]
  --keep   leave the lab up after the story, with a prompt to try things
  --plain  one line for each change, also in a terminal`;

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

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { keep: { type: "boolean" }, plain: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
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
