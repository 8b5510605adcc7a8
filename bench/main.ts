/**
 * npm run bench [-- NAME...]
 * Each measurement beside its named baseline, in the same run. Exit code 0 unless a bench broke.
 */
import { parseArgs } from "node:util";
import { lookOf } from "../src/cli/terminal.ts";
import { messageOf } from "../src/core/errors.ts";
import type { Answer, Bench } from "./bench.ts";
import { BENCHES } from "./catalog.ts";
import { machine } from "./machine.ts";
import { perform } from "./place.ts";
import { report } from "./report.ts";

const USAGE = `usage: npm run bench -- [NAME...]
Measures what bgp-lb does beside a named baseline, in the same run; without a NAME all of these:
${BENCHES.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join("\n")}
Exit code 0: what could run here has run. 1: a bench broke. 2: the command line cannot be used.`;

/** The benches that were asked for. Throws an Error that says what is wrong. */
function asked(argv: readonly string[]): readonly Bench[] | "help" {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) return "help";
  const unknown = positionals.find((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no bench "${unknown}"; there are ${BENCHES.map(({ name }) => name).join(", ")}`);
  return BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
}

async function run(benches: readonly Bench[]): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());
  const results: { readonly bench: Bench; readonly answer: Answer }[] = [];
  for (const bench of benches) {
    console.error(`bench: ${bench.name}: ${bench.about}`);
    const answer = await perform(bench, interruption.signal);
    if (interruption.signal.aborted) break;
    results.push({ bench, answer });
  }
  console.log(report(results, machine(), lookOf(process.stdout)).join("\n"));
  if (interruption.signal.aborted) {
    console.error("bench: interrupted: what is not above was not measured");
    return 130;
  }
  return results.some(({ answer }) => "broken" in answer) ? 1 : 0;
}

async function main(argv: readonly string[]): Promise<number> {
  let benches: ReturnType<typeof asked>;
  try {
    benches = asked(argv);
  } catch (error) {
    console.error(`bench: ${messageOf(error)}\n${USAGE}`);
    return 2;
  }
  if (benches !== "help") return run(benches);
  console.log(USAGE);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
