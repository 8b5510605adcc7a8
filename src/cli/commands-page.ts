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

| Code | Meaning |
| --- | --- |
${exitRows(CODES)
  .map(([code, means]) => `| ${code} | ${means} |`)
  .join("\n")}

What each means for a command stands with the command.

${commands.map(section).join("\n\n")}
`;
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
