import type { Command, Option } from "commander";

/** A choice of words, the services by name, or files. */
export type Operand = readonly string[] | "service" | "file";

/** A flag as commander has it. */
export interface TreeFlag {
  /** Without dashes. */
  readonly name: string;
  readonly meaning: string;
  readonly boolean: boolean;
  /** What the value stands for in a usage line: `FILE`. Of a boolean: `true|false`. */
  readonly placeholder: string;
  readonly choices: readonly string[];
  readonly default: string | undefined;
}

export interface TreeCommand {
  readonly name: string;
  readonly meaning: string;
  readonly usage: string;
  readonly more: string;
  readonly flags: readonly TreeFlag[];
  readonly operands: readonly Operand[];
}

export interface Tree {
  readonly name: string;
  readonly meaning: string;
  readonly flags: readonly TreeFlag[];
  readonly commands: readonly TreeCommand[];
}

/** What commander does not know of a command. */
interface Told {
  readonly name: string;
  readonly more: string;
  readonly words?: string;
  readonly operands?: readonly Operand[];
}

/** The command line as data, read off commander's own: what is made from it cannot say another thing than --help. */
export function treeOf(program: Command, verbs: readonly Told[]): Tree {
  return {
    name: program.name(),
    meaning: program.description(),
    flags: program.options.map(flagOf),
    commands: program.commands.map((command) => commandOf(command, verbs)),
  };
}

function commandOf(command: Command, verbs: readonly Told[]): TreeCommand {
  const verb = verbs.find(({ name }) => name === command.name());
  return {
    name: command.name(),
    meaning: command.description(),
    usage: verb?.words ?? "",
    more: verb?.more ?? "",
    flags: command.options.map(flagOf),
    operands: verb?.operands ?? [],
  };
}

function flagOf(option: Option): TreeFlag {
  const [, placeholder = ""] = /[<[](.*)[>\]]$/.exec(option.flags) ?? [];
  return {
    name: (option.long ?? "").replace(/^--/, ""),
    meaning: option.description,
    boolean: placeholder === "true|false",
    placeholder,
    choices: option.argChoices ?? [],
    default: option.defaultValue === undefined ? undefined : String(option.defaultValue),
  };
}
