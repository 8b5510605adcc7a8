import { UsageError } from "../core/errors.ts";
import { quoted } from "./problem.ts";

export interface Flag {
  /** As on the command line, without dashes. */
  readonly name: string;
  readonly kind: "text" | "boolean";
  /** The value without the flag; undefined where it depends on the surroundings, which `meaning` then tells. */
  readonly default: string | undefined;
  /** For a text: what it stands for in a usage line. */
  readonly placeholder?: string;
  readonly values?: readonly string[];
  readonly meaning: string;
}

/** Every flag: names and defaults of the first five are the original's. */
export const FLAGS = [
  {
    name: "config",
    kind: "text",
    default: "/etc/bgp-lb/config.json",
    placeholder: "FILE",
    meaning: "config file",
  },
  {
    name: "log-level",
    kind: "text",
    default: "info",
    placeholder: "LEVEL",
    values: ["debug", "info", "warning", "error"],
    meaning: "what is logged: debug, info, warning or error, each with all after it",
  },
  {
    name: "network-setup",
    kind: "boolean",
    default: "true",
    meaning: "set up the dummy interface and the VIPs on this host",
  },
  {
    name: "ipvs-setup",
    kind: "boolean",
    default: "false",
    meaning: "set up IPVS as well; only together with -network-setup",
  },
  {
    name: "metrics-address",
    kind: "text",
    default: ":8081",
    placeholder: "[HOST]:PORT",
    meaning:
      "where Prometheus metrics are served, under /metrics; without a host on all addresses; empty or off for none",
  },
  {
    name: "metrics-web-config",
    kind: "text",
    default: undefined,
    placeholder: "FILE",
    meaning: "web config file of Prometheus exporters, in YAML: TLS and basic auth for the metrics; else plain HTTP",
  },
  {
    name: "metrics-required",
    kind: "boolean",
    default: "false",
    meaning: "do not run where the metrics cannot be served, because the port is taken or the like",
  },
  {
    name: "gobgp-address",
    kind: "text",
    default: "127.0.0.1:50051",
    placeholder: "ADDRESS",
    meaning: "gobgpd's gRPC API where the config does not say: HOST:PORT or unix:///PATH",
  },
  {
    name: "guard-socket",
    kind: "text",
    default: "/run/bgp-lb-guard/guard.sock",
    placeholder: "PATH",
    meaning: "where controller and guard meet; off for no guard",
  },
  {
    name: "state-dir",
    kind: "text",
    default: undefined,
    placeholder: "DIR",
    meaning: "where it is kept what this host owns; else $RUNTIME_DIRECTORY, which systemd sets, else /run/bgp-lb",
  },
  {
    name: "admin-socket",
    kind: "text",
    default: undefined,
    placeholder: "PATH",
    meaning:
      "unix socket of the admin API, for drain, force, reload and status; off for none; else admin.sock in -state-dir",
  },
  {
    name: "admin-group",
    kind: "text",
    default: undefined,
    placeholder: "GROUP",
    meaning: "name or number of the group that may use the admin API beside the controller's own user",
  },
  {
    name: "log-format",
    kind: "text",
    default: undefined,
    placeholder: "FORMAT",
    values: ["pretty", "json", "journal"],
    meaning:
      "pretty, json or journal; else pretty on a terminal, journal where systemd's journal reads it, json elsewhere",
  },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]["name"];

/** Flags that belong to some commands only. */
export const COMMAND_FLAGS = {
  all: { name: "all", kind: "boolean", default: "false", meaning: "each service, instead of names" },
  timeout: {
    name: "timeout",
    kind: "text",
    default: "5m",
    placeholder: "DURATION",
    meaning: "when to withdraw at the latest; 0s: at once",
  },
  wait: { name: "wait", kind: "boolean", default: "false", meaning: "wait for the end of the drain, and tell of it" },
  reason: {
    name: "reason",
    kind: "text",
    default: "",
    placeholder: "TEXT",
    meaning: "why, for the log and whoever asks for the status",
  },
  for: {
    name: "for",
    kind: "text",
    default: undefined,
    placeholder: "DURATION",
    meaning: "how long; else until bgp-lb undrain",
  },
  "allow-session-reset": {
    name: "allow-session-reset",
    kind: "boolean",
    default: "false",
    meaning: "take the config over although BGP sessions that stand are reset or ended for it",
  },
  guard: {
    name: "guard",
    kind: "boolean",
    default: "false",
    meaning: "ask the guard at -guard-socket instead of the controller",
  },
  follow: { name: "follow", kind: "boolean", default: "false", meaning: "go on with each new entry, until Ctrl-C" },
  since: {
    name: "since",
    kind: "text",
    default: undefined,
    placeholder: "TIME",
    meaning: "from when on: how long ago (1h), or a time in UTC (2026-01-02T03:04:05Z); else the last 50 entries",
  },
  watch: {
    name: "watch",
    kind: "boolean",
    default: "false",
    meaning: "show it on the whole terminal, each second anew",
  },
  json: { name: "json", kind: "boolean", default: "false", meaning: "print JSON" },
} as const satisfies Readonly<Record<string, Flag>>;

export type CommandFlagName = keyof typeof COMMAND_FLAGS;

const EVERY: readonly Flag[] = [...FLAGS, ...Object.values(COMMAND_FLAGS)];
const BOOLEANS = EVERY.filter((flag) => flag.kind === "boolean").map((flag) => flag.name);

/**
 * Turns Go's flag syntax (`-x v`, `-x=v`, `--x v`, `--x=v`; a boolean is `-x` or `-x=true`) into `--x=v`. As in Go, a boolean never takes
 * the next word, and a text takes it whatever it looks like. Flags that are not in the table only get their second dash; subcommands, `-h`,
 * `-V` and all after `--` stay as they are.
 */
export function normaliseArgv(argv: readonly string[], booleans: readonly string[] = BOOLEANS): string[] {
  const texts: readonly string[] = EVERY.filter((flag) => flag.kind === "text").map((flag) => flag.name);
  const result: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === "--") return [...result, ...argv.slice(index)];
    const [, name, value] = /^--?([A-Za-z][\w-]+)(=.*)?$/s.exec(word) ?? [];
    if (name === undefined) result.push(word);
    else if (value !== undefined) result.push(`--${name}${value}`);
    else if (booleans.includes(name)) result.push(`--${name}=true`);
    else if (texts.includes(name) && index + 1 < argv.length) result.push(`--${name}=${argv[++index]}`);
    else result.push(`--${name}`);
  }
  return result;
}

const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/** A boolean as Go's flag package takes it; throws UsageError, which names the flag, for any other text. */
export function parseGoBool(text: string, flag: FlagName | CommandFlagName): boolean {
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  throw new UsageError(
    `-${flag}: must be true or false (also 1, t, T, TRUE, True, 0, f, F, FALSE, False); found ${quoted(text)}`,
  );
}
