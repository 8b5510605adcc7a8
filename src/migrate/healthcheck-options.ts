import { UsageError } from "../core/errors.ts";

/** The options of ExaBGP's healthcheck (`exabgp healthcheck --help`): whether each takes a value, and the other names that it has. */
const OPTIONS: Readonly<
  Record<string, { readonly value: "none" | "one" | "optional"; readonly also?: readonly string[] }>
> = {
  silent: { value: "none", also: ["s"] },
  "syslog-facility": { value: "optional", also: ["sF"] },
  "no-syslog": { value: "none" },
  debug: { value: "none", also: ["d"] },
  "no-ack": { value: "none", also: ["a"] },
  sudo: { value: "none" },
  name: { value: "one", also: ["n"] },
  config: { value: "one", also: ["F"] },
  pid: { value: "one", also: ["p"] },
  user: { value: "one" },
  group: { value: "one" },
  interval: { value: "one", also: ["i"] },
  "fast-interval": { value: "one", also: ["f"] },
  timeout: { value: "one", also: ["t"] },
  rise: { value: "one" },
  fall: { value: "one" },
  disable: { value: "one" },
  command: { value: "one", also: ["c"] },
  "next-hop": { value: "one", also: ["N"] },
  ip: { value: "one" },
  "ip-ifname": { value: "one" },
  "local-preference": { value: "one" },
  "deaggregate-networks": { value: "none" },
  "no-ip-setup": { value: "none" },
  "dynamic-ip-setup": { value: "none" },
  label: { value: "one" },
  "label-exact-match": { value: "none" },
  "start-ip": { value: "one" },
  "up-metric": { value: "one" },
  "down-metric": { value: "one" },
  "disabled-metric": { value: "one" },
  increase: { value: "one" },
  community: { value: "one" },
  "extended-community": { value: "one" },
  "large-community": { value: "one" },
  "disabled-community": { value: "one" },
  "as-path": { value: "one" },
  "up-as-path": { value: "one" },
  "down-as-path": { value: "one" },
  "disabled-as-path": { value: "one" },
  "withdraw-on-down": { value: "none" },
  "path-id": { value: "one" },
  neighbor: { value: "one" },
  debounce: { value: "none" },
  execute: { value: "one" },
  "up-execute": { value: "one" },
  "down-execute": { value: "one" },
  "disabled-execute": { value: "one" },
};

export const HEALTHCHECK_OPTIONS: readonly string[] = Object.keys(OPTIONS);

/** Every value of each option, by its long name, in the order given; `""` for an option without one. Options that nobody knows keep their dashes. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** Reads the words of a command line as argparse does: `--x v`, `--x=v`, `-x v`, `-xv`, long names shortened. Throws UsageError where a value is missing. */
export function readOptions(words: readonly string[], where: string): Given {
  const given = new Map<string, string[]>();
  const put = (name: string, value: string) => given.set(name, [...(given.get(name) ?? []), value]);
  for (let at = 0; at < words.length; at++) {
    const [written, inline] = split(words[at] ?? "");
    const name = nameOf(written);
    const takes = name === undefined ? "none" : OPTIONS[name]?.value;
    if (name === undefined) put(words[at] ?? "", "");
    else if (takes === "none") put(name, "");
    else if (inline !== undefined) put(name, inline);
    else if (takes === "optional") put(name, isOption(words[at + 1]) ? "" : (words[++at] ?? ""));
    else if (words[at + 1] === undefined) throw new UsageError(`${where}: ${written} has no value`);
    else put(name, words[++at] ?? "");
  }
  return given;
}

/** The words that a file for --config stands for: `name = value` or `name`, a line each. */
export function optionLines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => {
      const [name = "", ...value] = line.split("=");
      return value.length === 0 ? [`--${name.trim()}`] : [`--${name.trim()}`, value.join("=").trim()];
    });
}

function split(word: string): readonly [written: string, inline: string | undefined] {
  const [, long, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  if (long !== undefined) return [long, value];
  const [, short, rest] = /^(-[A-Za-z])(.+)$/.exec(word) ?? [];
  return short === undefined || nameOf(word) !== undefined || nameOf(short) === undefined
    ? [word, undefined]
    : [short, rest];
}

function nameOf(written: string): string | undefined {
  const [, dashes, bare = ""] = /^(--?)(.+)$/.exec(written) ?? [];
  if (dashes === "-") return HEALTHCHECK_OPTIONS.find((name) => OPTIONS[name]?.also?.includes(bare));
  if (dashes === undefined) return undefined;
  if (bare === "cmd") return "command";
  if (HEALTHCHECK_OPTIONS.includes(bare)) return bare;
  const near = HEALTHCHECK_OPTIONS.filter((name) => name.startsWith(bare));
  return near.length === 1 ? near[0] : undefined;
}

function isOption(word: string | undefined): boolean {
  return word === undefined || word.startsWith("-");
}
