import { CODES } from "./exit.ts";
import type { Note } from "./notes.ts";
import { exitRows, NOTES } from "./notes.ts";
import type { Tree, TreeCommand, TreeFlag } from "./tree.ts";

/** bgp-lb.8, in the macros of man(7). It holds no date and no version: it changes when the command line does. */
export function manualPage(tree: Tree): string {
  return [
    '.\\" Made by `npm run docs` from src/cli; a change here is overwritten.',
    '.TH BGP-LB 8 "" "bgp-lb" "System Administration"',
    ".SH NAME",
    `bgp-lb \\- ${roff("VIPs over BGP exactly while this host can serve them")}`,
    ".SH SYNOPSIS",
    ".B bgp-lb",
    "[\\fICOMMAND\\fR] [\\fIWORD\\fR...] [\\fIFLAG\\fR...]",
    ".SH DESCRIPTION",
    roff(tree.meaning),
    "Without a command it runs the controller.",
    ".PP",
    roff(
      "Flags may stand before or after the command, with one dash or two, and their value after a space or after =.",
    ),
    roff("The value of a boolean goes with =, as in -network-setup=false."),
    ".SH COMMANDS",
    ...tree.commands.flatMap(commandPart),
    ".SH FLAGS",
    ...tree.flags.flatMap(flagPart),
    ".SH EXIT STATUS",
    ...codePart(CODES),
    "What each means for a command stands with the command.",
    ".SH FILES",
    ...FILES.flatMap(([file, meaning]) => [".TP", `.I ${roff(file)}`, roff(meaning)]),
    ".SH SEE ALSO",
    ".BR gobgpd (1),",
    ".BR ip (8),",
    ".BR ipvsadm (8),",
    ".I /usr/share/doc/bgp\\-lb/docs",
    "",
  ].join("\n");
}

const FILES = [
  ["/etc/bgp-lb/config.json", "The config, unless -config names another; docs/configuration.md tells of every key."],
  ["/run/bgp-lb", "What this host owns, and the admin socket, unless -state-dir names another folder."],
  ["/run/bgp-lb-guard/guard.sock", "Where controller and guard meet, unless -guard-socket says another."],
] as const;

function commandPart({ name, usage, meaning, more, flags }: TreeCommand): string[] {
  const note = NOTES[name];
  return [
    `.SS ${roff([name, usage].filter(Boolean).join(" "))}`,
    roff(sentence(meaning)),
    ...(more === "" ? [] : [roff(more)]),
    ...flags.flatMap(flagPart),
    ...(note === undefined ? [] : notePart(note)),
  ];
}

function notePart({ examples, codes }: Note): string[] {
  const lines = examples.flatMap(([line, purpose]) => [
    ".PP",
    `${roff(sentence(purpose))}`,
    ".EX",
    `    ${roff(line)}`,
    ".EE",
  ]);
  return [...lines, ".PP", "Exit status:", ...codePart(codes), ".PP"];
}

function codePart(codes: Note["codes"]): string[] {
  return [
    ".PD 0",
    ...exitRows(codes).flatMap(([code, means]) => [".TP 5", `.B ${code}`, roff(sentence(means))]),
    ".PD",
  ];
}

function flagPart({ name, boolean, placeholder, meaning, choices, default: value }: TreeFlag): string[] {
  const told = [
    sentence(meaning),
    ...(choices.length === 0 ? [] : [`One of ${choices.join(", ")}.`]),
    ...(value === undefined ? [] : [`Default: ${value}.`]),
  ];
  const takes = boolean ? `[=${placeholder}]` : ` ${placeholder}`;
  return [".TP", `\\fB${roff(`-${name}`)}\\fR${roff(takes)}`, roff(told.join(" "))];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

/** A text as it stands in roff's source: a dash that can be copied, and no dot or quote at the start, which would be a macro. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("`", "\\(ga")
    .replace(/^\./, "\\&.");
}
