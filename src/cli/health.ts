import { askHolder } from "../daemon/lock.ts";
import { EXIT } from "./exit.ts";

/** Asks the controller of this network namespace how it is and prints its one line; exit code 0 while it is ready and at work. */
export async function health(): Promise<number> {
  const { line, well } = await look();
  process.stdout.write(`${line}\n`);
  return well ? EXIT.ok : EXIT.failed;
}

async function look(): Promise<{ readonly line: string; readonly well: boolean }> {
  const holder = await askHolder();
  if (holder === "free") return { line: "no bgp-lb runs in this network namespace", well: false };
  if (holder === "silent")
    return { line: "the bgp-lb of this network namespace does not answer: it is stopped or hung", well: false };
  const { ready, stalled, line } = holder.condition;
  return { line, well: ready && !stalled };
}
