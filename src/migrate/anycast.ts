import { UsageError } from "../core/errors.ts";
import { answerFor, SERVICE_OPTIONS } from "./anycast-answers.ts";
import type { Draft, DraftCheck, DraftService } from "./draft.ts";
import { durationOf, lighterCheck, serviceName } from "./draft.ts";
import { parseIni } from "./ini.ts";
import { shellWords } from "./shell-words.ts";

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What anycast-healthchecker 0.9 takes where nothing is written: a check is disabled unless it says that it is not. */
const DEFAULTS = {
  check_interval: "10",
  check_timeout: "2",
  check_rise: "2",
  check_fail: "2",
  check_disabled: "true",
  on_disabled: "withdraw",
};

/**
 * A config with the meaning of anycast-healthchecker's: of the files of its services, and of the daemon's own where there is one.
 * Of BGP they say nothing, as that is BIRD's part. Throws UsageError where a file cannot be understood.
 */
export function importAnycast(daemon: SourceFile | undefined, files: readonly SourceFile[]): Draft {
  const comments = [
    "BGP is BIRD's part there: write routerID and as of `local as`, and a peer for each `neighbor` of bird.conf. BIRD then stops, or peers with gobgpd.",
  ];
  const settings = daemon === undefined ? new Map() : parseIni(daemon.text, daemon.file);
  for (const [key, value] of settings.get("daemon") ?? []) comments.push(answerFor(key, value));
  const services: DraftService[] = [];
  for (const { file, text } of files) {
    const sections = parseIni(text, file);
    for (const [section, own] of sections) {
      if (section === "DEFAULT" || section === "daemon") continue;
      const given = new Map<string, string>([
        ...Object.entries(DEFAULTS),
        ...(settings.get("DEFAULT") ?? []),
        ...(sections.get("DEFAULT") ?? []),
        ...own,
      ]);
      const found = serviceOf(section, given, `${file}: [${section}]`, services);
      if (found === undefined)
        comments.push(
          `${section}: check_disabled (true where nothing is written) with on_disabled = withdraw, so nothing announces it; left out`,
        );
      else services.push(found);
    }
  }
  if (services.length === 0 && comments.length === 1)
    throw new UsageError(
      `no service in ${files.map(({ file }) => file).join(", ") || "that folder: its files end with .conf"}`,
    );
  return { $comment: [...new Set(comments)], bgp: { peers: [], local: { listenPort: -1 } }, services };
}

function serviceOf(
  section: string,
  given: ReadonlyMap<string, string>,
  where: string,
  others: readonly DraftService[],
): DraftService | undefined {
  const disabled = truth(given, "check_disabled", where);
  if (disabled && given.get("on_disabled") !== "advertise") return undefined;
  const name = serviceName(
    section,
    others.map((other) => other.name),
  );
  const comments = name === section ? [] : [`${section} is called ${name}: the name is also the name of a link`];
  const prefix = given.get("ip_prefix");
  if (prefix === undefined) comments.push("no ip_prefix: write the VIP");
  for (const [key, value] of given) {
    const answer = SERVICE_OPTIONS[key];
    if (answer === undefined && !READ.includes(key))
      comments.push(`${key}: not an option that is known here; left out`);
    else if (answer !== undefined) comments.push(`${key} = ${value}: ${answer}`);
  }
  if (disabled)
    comments.push(
      "check_disabled with on_disabled = advertise: it is announced always, so the check is one that always passes",
    );
  const command = given.get("check_cmd") ?? "";
  const lighter = disabled ? undefined : lighterCheck(command);
  if (lighter !== undefined) comments.push(lighter);
  const check: DraftCheck = {
    kind: "exec",
    command: disabled || command === "" ? ["true"] : wordsOf(command, where),
    interval: durationOf(number(given, "check_interval", where)),
    timeout: durationOf(number(given, "check_timeout", where)),
    rise: number(given, "check_rise", where),
    fall: number(given, "check_fail", where),
  };
  if (command === "" && !disabled) comments.push("no check_cmd: the check is one that always passes");
  return {
    $comment: comments,
    name,
    vips: prefix === undefined ? [] : [prefix.replace(/\/(?:32|128)$/, "")],
    healthchecks: [check],
  };
}

const READ = [
  "check_cmd",
  "check_disabled",
  "check_fail",
  "check_interval",
  "check_rise",
  "check_timeout",
  "ip_prefix",
  "on_disabled",
];

function wordsOf(command: string, where: string): readonly string[] {
  try {
    return shellWords(command);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${where}: check_cmd: ${error.message}`);
  }
}

function number(given: ReadonlyMap<string, string>, key: string, where: string): number {
  const text = given.get(key) ?? "";
  if (!/^\d+(?:\.\d+)?$/.test(text))
    throw new UsageError(`${where}: ${key} must be a number; found ${JSON.stringify(text)}`);
  return Number(text);
}

function truth(given: ReadonlyMap<string, string>, key: string, where: string): boolean {
  const text = (given.get(key) ?? "").toLowerCase();
  if (["true", "yes", "on", "1"].includes(text)) return true;
  if (["false", "no", "off", "0"].includes(text)) return false;
  throw new UsageError(`${where}: ${key} must be true or false; found ${JSON.stringify(text)}`);
}
