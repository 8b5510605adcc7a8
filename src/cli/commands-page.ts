import { CODES } from "./exit.ts";
import { exitRows, NOTES } from "./notes.ts";
import type { Tree, TreeCommand } from "./tree.ts";

/** docs/commands.md: what each command does, with examples, and its exit codes. */
export function commandsPage(tree: Tree): string {
  const { commands } = tree;
  return `<!-- Made by \`npm run docs\` from src/cli; a change here is overwritten. -->
# Commands and exit codes

\`bgp-lb COMMAND -help\` tells the same with every flag, and so does \`man bgp-lb\` where the package is installed. \`bgp-lb completion\` prints the
completion for bash, zsh or fish. Flags that all commands have stand in [configuration.md](configuration.md#flags).

## Exit codes

${exitTable()}

What each means for a command stands with the command.

${commands.map(section).join("\n\n")}
`;
}

/** The table of exit codes, for this page and others. */
export function exitTable(): string {
  const rows = exitRows(CODES).map(([number, means]) => `| ${number} | ${means} |`);
  return ["| Code | Meaning |", "| --- | --- |", ...rows].join("\n");
}

const MARK = "<!-- Made by `npm run docs` from src/cli/exit.ts; a change below is overwritten. -->\n";

/** A page that people write, with the table of exit codes below its mark made anew. */
export function withExitTable(page: string): string {
  const [before, below, ...more] = page.split(MARK);
  if (below === undefined || more.length > 0) throw new Error("the page has no mark for the exit codes, or two");
  return `${before}${MARK}${exitTable()}${below.replace(/^(?:\|.*\n)*/, "\n")}`;
}

function section({ name, usage, meaning, more, flags }: TreeCommand): string {
  const examples = NOTES[name]?.examples ?? [];
  const rows = flags.map(
    (flag) =>
      `| \`-${flag.name}${flag.boolean ? "" : ` ${flag.placeholder}`}\` | ${flag.meaning} | ${code(flag.default)} |`,
  );
  return [
    `## ${name}`,
    `\`${["bgp-lb", name, usage].filter(Boolean).join(" ")}\`: ${meaning}.${more === "" ? "" : ` ${more}`}`,
    ...(rows.length === 0 ? [] : [["| Flag | Meaning | Default |", "| --- | --- | --- |", ...rows].join("\n")]),
    examples.map(([line, purpose]) => `- \`${line}\`: ${purpose}`).join("\n"),
    `Exit codes: ${exitRows(NOTES[name]?.codes ?? {})
      .map(([number, means]) => `${number} ${means}`)
      .join(". ")}.`,
  ].join("\n\n");
}

function code(text: string | undefined): string {
  return text === undefined || text === "" ? "" : `\`${text}\``;
}
