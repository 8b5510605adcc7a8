import { existsSync } from "node:fs";
import { parseGoBool } from "../config/flags.ts";
import { ConfigError } from "../config/problem.ts";
import { systemClock } from "../daemon/clock.ts";
import { version } from "../daemon/version.ts";
import { examine } from "../doctor/examine.ts";
import type { ConfigFacts, Wanted } from "../doctor/facts.ts";
import type { Finding } from "../doctor/finding.ts";
import { worst } from "../doctor/finding.ts";
import { gather } from "../doctor/gather.ts";
import { readConfig, readFlags } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { guardSocket, stateDirectoryOf } from "./options.ts";
import type { Cell } from "./table.ts";
import { table } from "./table.ts";
import type { Look } from "./terminal.ts";
import { lookOf } from "./terminal.ts";

/** Looks at the host and says what is right, what is not and what to do; exit code 1 where something has to be mended. */
export async function doctor(options: Options): Promise<number> {
  const json = parseGoBool(options.json ?? "false", "json");
  const wanted = await readWanted(options);
  const facts = await gather(
    wanted,
    { stateDirectory: stateDirectoryOf(options), guardSocket: guardSocket(options) },
    systemClock,
  );
  const findings = examine(facts);
  process.stdout.write(json ? renderJson(findings) : render(findings, lookOf(process.stdout)));
  return worst(findings) === "fail" ? EXIT.failed : EXIT.ok;
}

async function readWanted(options: Options): Promise<Wanted> {
  const { file, network, ipvs, metrics, gobgpAddress } = readFlags(options);
  const config = await look(options, file);
  const api = config.state === "read" ? config.config.gobgp.address : (gobgpAddress ?? "127.0.0.1:50051");
  return { file, config, network, ipvs: ipvs && network, metrics, api };
}

/** A config that is not there yet is no fault: doctor is also run before installing. */
async function look(options: Options, file: string): Promise<ConfigFacts> {
  if (!existsSync(file)) return { state: "absent" };
  try {
    return { state: "read", ...(await readConfig(options)) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { state: "broken", problems: error.message.split("\n").filter((line) => line.startsWith(file)) };
  }
}

const TONES = { ok: "good", warn: "doubt", fail: "bad", unknown: "quiet" } as const;

/** A line for each finding, and one with what to do below those that need it. */
export function render(findings: readonly Finding[], look: Look): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const rows = findings.flatMap(({ about, verdict, says, remedy }): Cell[][] => [
    [{ text: verdict.padEnd(7), tone: TONES[verdict] }, about, says],
    ...(remedy === undefined ? [] : [["", "do:".padStart(width), remedy]]),
  ]);
  const lines = table([{ head: "" }, { head: "" }, { head: "" }], rows, look);
  const count = (verdict: Finding["verdict"]) => findings.filter((one) => one.verdict === verdict).length;
  const sum = (["ok", "warn", "fail", "unknown"] as const).map((verdict) => `${count(verdict)} ${verdict}`);
  return `${lines.join("\n")}\n\n${sum.join(", ")}\n`;
}

export function renderJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ version, verdict: worst(findings), findings }, undefined, 2)}\n`;
}
