/**
 * npm run lab [-- --keep] [-- --plain] [-- --chaos N] [-- --soak MINUTES]
 * The main job on an embedded default, live: a short story that plays by itself, or random faults and a soak. Exit code 0 only when all held.
 */
import { endure } from "./endure.ts";
import { runInGuest } from "./guest-run.ts";
import { checkNative } from "./native.ts";
import { type Options, optionsOf, USAGE } from "./options.ts";
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

/** Columns of the terminal at the end of stdout, which the guest cannot see by itself; undefined: not a terminal. */
function terminalColumns(): number | undefined {
  const told = process.env["BGP_LB_LAB_COLUMNS"];
  if (told !== undefined) return Number(told) || undefined;
  return process.stdout.isTTY === true ? Math.max(80, process.stdout.columns || 80) : undefined;
}

async function perform(options: Options, columns: number | undefined, signal: AbortSignal): Promise<number> {
  if (options.chaos !== undefined || options.soak !== undefined) return endure(options, signal);
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
    if (options.keep) await prompt(lab, signal);
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

async function main(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  const { help, plain, keep } = options;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const columns = plain ? undefined : terminalColumns();
  const native = checkNative();
  if (!native.native && process.env["IN_GUEST"] === undefined) {
    console.error(`lab: in a guest kernel, because this machine's own cannot do it (${native.reason})`);
    const interactive = keep && process.stdin.isTTY === true;
    const environment = { BGP_LB_LAB_COLUMNS: String(columns ?? 0) };
    // Two hours, and what a soak takes.
    const limit = 7200 + 60 * (options.soak ?? 0) + 180 * (options.chaos ?? 0);
    return runInGuest([process.execPath, import.meta.filename, ...argv], { interactive, environment, limit });
  }
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interruption.abort(new Error(`ended by ${signal}`)));
  try {
    return await perform(options, columns, interruption.signal);
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
    return interruption.signal.aborted ? 130 : 1;
  }
}

main(process.argv.slice(2)).then(
  // An act that was interrupted may still wait for something; there is nothing to wait for any more.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  },
);
