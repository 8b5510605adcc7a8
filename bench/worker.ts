import { type Answer, Missing } from "./bench.ts";
import { BENCHES } from "./catalog.ts";

/** node bench/worker.ts NAME: measures one bench, where place.ts has put it, and prints its Answer as one line of JSON. */
const [name = ""] = process.argv.slice(2);

async function answer(): Promise<Answer> {
  const bench = BENCHES.find((one) => one.name === name);
  if (bench === undefined) return { broken: `there is no bench "${name}"` };
  try {
    return { rows: await bench.measure() };
  } catch (error) {
    if (error instanceof Missing) return { skipped: error.message };
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

// What it has started is still there, and ends with it.
process.stdout.write(`${JSON.stringify(await answer())}\n`, () => process.exit(0));
