import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseConfig } from "../config/load.ts";
import { ConfigError } from "../config/problem.ts";
import { messageOf, UsageError } from "../core/errors.ts";
import type { SourceFile } from "../migrate/anycast.ts";
import { importAnycast } from "../migrate/anycast.ts";
import type { Draft } from "../migrate/draft.ts";
import { importExabgp } from "../migrate/exabgp.ts";
import { EXIT } from "./exit.ts";

/** Prints a config with the meaning of another program's, and on stderr what has no equal; `failed` where something has to be written into it first. */
export async function importConfig([from, ...paths]: readonly string[]): Promise<number> {
  const draft = draftOf(from, paths);
  const text = `${JSON.stringify(draft, undefined, 2)}\n`;
  process.stdout.write(text);
  for (const comment of draft.$comment) process.stderr.write(`note: ${comment}\n`);
  for (const { name, $comment } of draft.services)
    for (const comment of $comment) process.stderr.write(`note: ${name}: ${comment}\n`);
  return report(text);
}

function draftOf(from: string | undefined, paths: readonly string[]): Draft {
  const [first, second, ...more] = paths;
  if (from === "exabgp" && first !== undefined && second === undefined)
    return importExabgp(read(first), first, (path) => read(resolve(dirname(first), path)));
  if (from === "anycast-healthchecker" && first !== undefined && more.length === 0) return anycast(first, second);
  throw new UsageError("it is bgp-lb import exabgp FILE, or bgp-lb import anycast-healthchecker DIR [FILE]");
}

/** The services' folder, and the daemon's file: the one beside the folder where none is named. */
function anycast(folder: string, named: string | undefined): Draft {
  const beside = `${resolve(folder).replace(/\.d$/, "")}.conf`;
  const names = attempt(folder, () => readdirSync(folder)).filter((name) => name.endsWith(".conf"));
  const files = names.sort().map((name) => source(join(folder, name)));
  return importAnycast(named === undefined ? sourceIfThere(beside) : source(named), files);
}

function source(file: string): SourceFile {
  return { file, text: read(file) };
}

function sourceIfThere(file: string): SourceFile | undefined {
  try {
    return { file, text: readFileSync(file, "utf8") };
  } catch {
    process.stderr.write(
      `note: there is no ${file}, so the defaults of the program count; another can be named after the folder\n`,
    );
    return undefined;
  }
}

function read(file: string): string {
  return attempt(file, () => readFileSync(file, "utf8"));
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${messageOf(error)}`);
  }
}

/** What bgp-lb itself says of the config. */
function report(text: string): number {
  try {
    for (const warning of parseConfig(text, "config").warnings) process.stderr.write(`warning: ${warning}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write("to be written before it can be used:\n");
    for (const { path, message } of error.problems) process.stderr.write(`  ${path}: ${message}\n`);
    return EXIT.failed;
  }
}
