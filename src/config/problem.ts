import { UsageError } from "../core/errors.ts";

/** Keys and indexes from the top of the file down to a value. */
export type Path = readonly (string | number)[];

/** One thing in the config that has to be changed. */
export interface Problem {
  readonly file: string;
  /** Where in the file, from 1; absent where the file itself is the problem. */
  readonly line?: number;
  readonly column?: number;
  /** `services[1].ports[0].servicePort`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what would be right, with the value where one is there. */
  readonly message: string;
}

const SHOWN = 100;

/** The config cannot be used: `problems` holds every one of them, in the order of the file, and `message` is the first hundred as lines. */
export class ConfigError extends UsageError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const rest = problems.length - SHOWN;
    const shown = problems.slice(0, SHOWN).map(describeProblem);
    super([...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n"));
    this.problems = problems;
  }
}

/** `file:line:column: path: message`, which editors and terminals turn into a link. */
function describeProblem(problem: Problem): string {
  const place = problem.line === undefined ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${printable(problem.file)}${place}: ${problem.path === "" ? "" : `${problem.path}: `}${problem.message}`;
}

/** `services[1].ports[0].servicePort`; a key that is no plain word is quoted: `headers["x y"]`. */
export function pathText(path: Path): string {
  return path.reduce<string>(stepText, "");
}

/** The path text of what is one step below `text`. */
export function stepText(text: string, step: string | number): string {
  if (typeof step === "number") return `${text}[${step}]`;
  if (!/^[\w$-]{1,64}$/.test(step)) return `${text}[${shorten(quoted(step), 40)}]`;
  return text === "" ? step : `${text}.${step}`;
}

const SECRET = /pass|secret|token|authorization|cookie|credential|api-?key|headers|\benv\b/i;

/** Whether what stands under this key is not to be shown to anybody. */
export function isSecret(key: string): boolean {
  return SECRET.test(key);
}

/** Enough to recognise a value by, too little to flood a terminal. */
const LONGEST = 60;

/** The value for a message: bounded, without control characters, and never what stands under a key that smells of a secret. */
export function valueText(value: unknown, path: Path): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (path.some((step) => typeof step === "string" && isSecret(step))) return "a value that is not shown";
  if (typeof value !== "string") return String(value);
  return shorten(quoted(value.replace(/\/\/[^/@\s]*@/, "//***@")), LONGEST);
}

/** Text with quotes, safe for a terminal: control, format and bidirectional characters are escaped. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}..." (${text.length - 2} characters)`;
}

/** A line of the file for a syntax error, cut to a window, with a caret under the column; what may be a secret is blotted out. */
export function excerpt(text: string, line: number, column: number, keys: readonly string[]): string {
  const whole = (text.split("\n")[line - 1] ?? "").replace(/[\r\t]/g, " ");
  const hidden = keys.some(isSecret) ? 0 : whole.search(SECRET);
  const safe = hidden < 0 ? whole : whole.slice(0, hidden) + whole.slice(hidden).replace(/[^\s"{}[\],:]/gu, "*");
  const from = safe.length <= 100 ? 0 : Math.max(0, column - 60);
  const margin = `  ${line} | `;
  return `${margin}${printable(safe.slice(from, from + 100))}\n${" ".repeat(margin.length - 2)}| ${" ".repeat(column - 1 - from)}^`;
}

/** Answers line and column, from 1, of offsets in the text. */
export function placesIn(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
