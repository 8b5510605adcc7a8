import { Command, CommanderError, Option } from "commander";
import type { Flag } from "../config/flags.ts";
import { COMMAND_FLAGS, FLAGS, normaliseArgv } from "../config/flags.ts";
import { ConfigError } from "../config/problem.ts";
import { suggest } from "../config/suggest.ts";
import { ControllerUnreachable, messageOf, Refused, UsageError } from "../core/errors.ts";
import { readByJournal } from "../daemon/by-journal.ts";
import { CODES, EXIT } from "./exit.ts";
import { exitLines, helpOf, NOTES } from "./notes.ts";
import type { Options } from "./options.ts";
import type { Tree } from "./tree.ts";
import { treeOf } from "./tree.ts";
import type { Verb } from "./verb.ts";
import { VERBS } from "./verbs.ts";

/** Runs the command that `argv` (without node and script) asks for; answers the exit code, never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  process.stdout.on("error", ignoreClosedPipe);
  const program = createProgram(async (verb, options, words) => {
    code = await verb.act(options, words, () => treeOf(program, VERBS));
  });
  try {
    await program.parseAsync(normaliseArgv(argv), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // Problems of a file begin with file:line:column, each on a line of its own, as compilers and editors expect.
    const lines = `${error instanceof ConfigError ? "" : "bgp-lb: "}${messageOf(error)}\n`;
    process.stderr.write(readByJournal(2) ? lines.replace(/^(?=.)/gm, "<3>") : lines);
    return codeOf(error);
  }
}

/** Whoever reads has enough: `bgp-lb status | head`. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof ControllerUnreachable) return EXIT.unreachable;
  return error instanceof Refused ? EXIT.refused : EXIT.failed;
}

/** The whole command line as data, for what is made from it. */
export function commandTree(): Tree {
  return treeOf(
    createProgram(async () => undefined),
    VERBS,
  );
}

function createProgram(act: (verb: Verb, options: Options, words: readonly string[]) => Promise<void>): Command {
  const program = new Command("bgp-lb")
    .description("Announces this host's VIPs over BGP exactly while it can serve them: dummy interface, IPVS, gobgpd.")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "bgp-lb: ")) })
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", HELP_FOOTER);
  for (const flag of FLAGS) program.addOption(optionOf(flag));
  for (const verb of VERBS) {
    const command = program
      .command(verb.name, { isDefault: verb.name === "run" })
      .description(verb.meaning)
      .addHelpText("after", `\n${helpOf(verb.more, NOTES[verb.name])}`)
      .allowExcessArguments(true)
      .action(async () => {
        if (verb.words === undefined) refuseWords(verb.name, command.args);
        await act(verb, named(command, verb), command.args);
      });
    if (verb.words !== undefined) command.usage(`${verb.words} [options]`);
    for (const name of verb.flags ?? []) command.addOption(optionOf(COMMAND_FLAGS[name]));
  }
  return program;
}

function optionOf(flag: Flag): Option {
  const value = flag.placeholder === undefined ? "[true|false]" : `<${flag.placeholder}>`;
  const option = new Option(`--${flag.name} ${value}`, flag.meaning);
  // An empty default would be shown as such.
  if (flag.default !== undefined && flag.default !== "") option.default(flag.default);
  if (flag.values !== undefined) option.choices(flag.values);
  return option;
}

/** A misspelt command would else be an argument of the default one. */
function refuseWords(verb: string, [word]: readonly string[]): void {
  if (word === undefined) return;
  if (/^(?:true|false|t|f|[01])$/i.test(word))
    throw new UsageError(`${JSON.stringify(word)} is not a command: ${BOOLEAN}`);
  if (verb !== "run") throw new UsageError(`${verb} takes no words, only flags; found ${JSON.stringify(word)}`);
  const names = VERBS.map(({ name }) => name);
  const near = suggest(word, names);
  const hint = near === undefined ? `the commands are ${names.join(", ")}` : `did you mean ${near}?`;
  throw new UsageError(`${JSON.stringify(word)} is not a command: ${hint}`);
}

const BOOLEAN = "the value of a boolean flag goes with =, as in -network-setup=false";

/** commander camel-cases option names; ours stay as they are written. */
function named(command: Command, verb: Verb): Options {
  const values = command.optsWithGlobals<Record<string, string>>();
  const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    [...FLAGS.map(({ name }) => name), ...(verb.flags ?? [])]
      .map((name) => [name, values[camel(name)]])
      .filter(([, value]) => value !== undefined),
  );
}

const HELP_FOOTER = `
Flags may stand before or after the command, with one dash or two: -config FILE, --config=FILE, -ipvs-setup.
The value of a boolean goes with =, as in -network-setup=false.

Exit codes:
${exitLines(CODES)}

Examples:
  bgp-lb doctor
  bgp-lb check -config /etc/bgp-lb/config.json
  bgp-lb plan -ipvs-setup
  bgp-lb -config /etc/bgp-lb/config.json -ipvs-setup`;
