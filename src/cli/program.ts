import { Command, CommanderError, Option } from "commander";
import { FLAGS, normaliseArgv } from "../config/flags.ts";
import { ConfigError } from "../config/problem.ts";
import { suggest } from "../config/suggest.ts";
import { messageOf, UsageError } from "../core/errors.ts";
import { readByJournal } from "../daemon/log.ts";
import { version } from "../daemon/version.ts";
import type { Options } from "./context.ts";
import { EXIT } from "./exit.ts";

interface Verb {
  readonly name: string;
  readonly meaning: string;
  readonly more: string;
  readonly act: (options: Options) => Promise<number>;
}

/** Each is loaded when it is asked for: --help does not wait for gRPC. */
const VERBS: readonly Verb[] = [
  {
    name: "run",
    meaning: "run the controller (the default)",
    more: "Serves until SIGTERM or SIGINT; then withdraws, holds (withdrawHold) and tears down what is ours. A second signal ends it at once. SIGHUP reads the config anew; one that cannot be used changes nothing.",
    act: async (options) => (await import("./run.ts")).run(options),
  },
  {
    name: "check",
    meaning: "validate the config and print it with every default",
    more: "Prints JSON that is itself a config with the same meaning.",
    act: async (options) => (await import("./check.ts")).check(options),
  },
  {
    name: "plan",
    meaning: "print what a start would do, in order; change nothing",
    more: "Reads the kernel and gobgpd, and runs each check once. Exit code 1 when something could not be looked at.",
    act: async (options) => (await import("./plan.ts")).plan(options),
  },
  {
    name: "cleanup",
    meaning: "withdraw and remove exactly what is ours",
    more: "For a host whose controller is not running any more. What is not ours stays.",
    act: async (options) => (await import("./cleanup.ts")).cleanup(options),
  },
  {
    name: "guard",
    meaning: "run the guard, which ends announcements whose controller is dead",
    more: "Needs no privileges and no config: the controller tells it what to watch over its socket (-guard-socket), and renews a lease (config: lease). When the lease ends without a renewal the guard withdraws what the controller has announced. What it watches is kept beside the socket, or in -state-dir.",
    act: async (options) => (await import("./guard.ts")).guard(options),
  },
  {
    name: "health",
    meaning: "ask the running controller how it is",
    more: "Prints one line: VIPs announced, peers established, what is in trouble. Exit code 0 while the controller is ready and at work, 1 when none runs here, or it is still starting, leaving or stalled. Whether anything is announced does not count.",
    act: async () => (await import("./health.ts")).health(),
  },
  {
    name: "version",
    meaning: "print the version",
    more: "",
    act: async () => {
      process.stdout.write(`bgp-lb ${version} (Node ${process.version})\n`);
      return EXIT.ok;
    },
  },
];

/** Runs the command that `argv` (without node and script) asks for; answers the exit code, never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram(async (verb, options) => {
    code = await verb.act(options);
  });
  try {
    await program.parseAsync(normaliseArgv(argv), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // Problems of a file begin with file:line:column, each on a line of its own, as compilers and editors expect.
    const lines = `${error instanceof ConfigError ? "" : "bgp-lb: "}${messageOf(error)}\n`;
    process.stderr.write(readByJournal(2) ? lines.replace(/^(?=.)/gm, "<3>") : lines);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

function createProgram(act: (verb: Verb, options: Options) => Promise<void>): Command {
  const program = new Command("bgp-lb")
    .description("Announces this host's VIPs over BGP exactly while it can serve them: dummy interface, IPVS, gobgpd.")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "bgp-lb: ")) })
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", HELP_FOOTER);
  for (const flag of FLAGS) {
    const value = "placeholder" in flag ? `<${flag.placeholder}>` : "[true|false]";
    const option = new Option(`--${flag.name} ${value}`, flag.meaning);
    if (flag.default !== undefined) option.default(flag.default);
    if ("values" in flag) option.choices(flag.values);
    program.addOption(option);
  }
  for (const verb of VERBS) {
    program
      .command(verb.name, { isDefault: verb.name === "run" })
      .description(verb.meaning)
      .addHelpText("after", verb.more === "" ? "" : `\n${verb.more}`)
      .allowExcessArguments(true)
      .action(async (_own: unknown, command: Command) => {
        refuseWords(command.args);
        await act(verb, named(command));
      });
  }
  return program;
}

/** A misspelt command would else be an argument of the default one. */
function refuseWords([word]: readonly string[]): void {
  if (word === undefined) return;
  if (/^(?:true|false|t|f|[01])$/i.test(word))
    throw new UsageError(`${JSON.stringify(word)} is not a command: ${BOOLEAN}`);
  const names = VERBS.map((verb) => verb.name);
  const near = suggest(word, names);
  const hint = near === undefined ? `the commands are ${names.join(", ")}` : `did you mean ${near}?`;
  throw new UsageError(`${JSON.stringify(word)} is not a command: ${hint}`);
}

const BOOLEAN = "the value of a boolean flag goes with =, as in -network-setup=false";

/** commander camel-cases option names; ours stay as they are written. */
function named(command: Command): Options {
  const values = command.optsWithGlobals<Record<string, string>>();
  const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    FLAGS.map(({ name }) => [name, values[camel(name)]]).filter(([, value]) => value !== undefined),
  );
}

const HELP_FOOTER = `
Flags may stand before or after the command, with one dash or two: -config FILE, --config=FILE, -ipvs-setup.
The value of a boolean goes with =, as in -network-setup=false.

Exit codes: 0 done; 1 something failed, and it says what; 2 flags or config cannot be used, nothing was changed.

Examples:
  bgp-lb check -config /etc/bgp-lb/config.json
  bgp-lb plan -ipvs-setup
  bgp-lb -config /etc/bgp-lb/config.json -ipvs-setup`;
