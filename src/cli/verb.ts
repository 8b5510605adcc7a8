import type { CommandFlagName } from "../config/flags.ts";
import type { Options } from "./options.ts";
import type { Operand, Tree } from "./tree.ts";

/** A command of bgp-lb: what commander, help, completion and the manual are made from. */
export interface Verb {
  readonly name: string;
  readonly meaning: string;
  readonly more: string;
  /** Words after the command, as a usage line shows them; without it none are taken. */
  readonly words?: string;
  /** What a shell completes word by word; the last one stands for all that follow. */
  readonly operands?: readonly Operand[];
  /** Flags that it has beside those of every command. */
  readonly flags?: readonly CommandFlagName[];
  readonly act: (options: Options, words: readonly string[], tree: () => Tree) => Promise<number>;
}
