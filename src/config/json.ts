import { isSecret } from "./problem.ts";

/** A JSON value that knows where in the text it stands, so that a problem can be shown with its line. */
export type JsonNode =
  | { readonly kind: "object"; readonly offset: number; readonly entries: readonly JsonEntry[] }
  | { readonly kind: "array"; readonly offset: number; readonly items: readonly JsonNode[] }
  | { readonly kind: "scalar"; readonly offset: number; readonly value: string | number | boolean | null };

export interface JsonEntry {
  readonly key: string;
  readonly offset: number;
  readonly node: JsonNode;
}

/** The text is not JSON; `message` says what is wrong at `offset`, and what would be right. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly offset: number;
  /** The keys that the place is under, for whoever decides what of it may be shown. */
  readonly keys: readonly string[];

  constructor(message: string, offset: number, keys: readonly string[]) {
    super(message);
    this.offset = offset;
    this.keys = keys;
  }
}

/** Deeper than any config; a limit, so that a hostile file cannot overflow the stack. */
const DEEPEST = 64;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}\p{N}_$.+-]+/uy;
const WORDS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** Reads JSON (RFC 8259) as JSON.parse does, and keeps places and repeated keys, which JSON.parse loses. Throws JsonSyntaxError. */
export function parseJson(text: string): JsonNode {
  const keys: string[] = [];
  let at = skipSpace(text, 0);
  const root = value(0);
  at = skipSpace(text, at);
  if (at < text.length) throw fault(`the JSON is complete before ${found()}; remove what follows`);
  return root;

  function value(depth: number): JsonNode {
    if (depth > DEEPEST) throw fault(`nested more than ${DEEPEST} deep`);
    const offset = at;
    const char = text[at];
    if (char === "{") return { kind: "object", offset, entries: entries(depth) };
    if (char === "[") return { kind: "array", offset, items: items(depth) };
    if (char === '"') return { kind: "scalar", offset, value: string() };
    const number = match(NUMBER);
    if (number !== undefined && !/[\p{L}\p{N}_.]/u.test(text[at + number.length] ?? "")) {
      at += number.length;
      return { kind: "scalar", offset, value: Number(number) };
    }
    const word = match(WORD) ?? "";
    const known = WORDS.get(word);
    if (known === undefined) throw fault(`expected a value, found ${found()}${advice(word)}`);
    at += word.length;
    return { kind: "scalar", offset, value: known };
  }

  function entries(depth: number): JsonEntry[] {
    const opened = at;
    const result: JsonEntry[] = [];
    at = skipSpace(text, at + 1);
    if (text[at] === "}") {
      at++;
      return result;
    }
    for (;;) {
      const offset = at;
      if (text[at] !== '"') throw fault(keyExpected(result.length > 0, opened));
      const key = string();
      keys.push(key);
      at = skipSpace(text, at);
      if (text[at] !== ":") throw fault(`expected ":" after the key ${JSON.stringify(key)}, found ${found()}`);
      at = skipSpace(text, at + 1);
      result.push({ key, offset, node: value(depth + 1) });
      keys.pop();
      if (separator("}", opened)) return result;
    }
  }

  function items(depth: number): JsonNode[] {
    const opened = at;
    const result: JsonNode[] = [];
    at = skipSpace(text, at + 1);
    if (text[at] === "]") {
      at++;
      return result;
    }
    for (;;) {
      if (text[at] === "]") throw fault('a comma before "]": JSON allows none after the last item');
      result.push(value(depth + 1));
      if (separator("]", opened)) return result;
    }
  }

  /** Answers true at the closing bracket, false after a comma. */
  function separator(close: string, opened: number): boolean {
    at = skipSpace(text, at);
    const char = text[at];
    if (char !== "," && char !== close) throw fault(`expected "," or "${close}", found ${found(opened)}`);
    at++;
    if (char === ",") at = skipSpace(text, at);
    return char === close;
  }

  function keyExpected(afterComma: boolean, opened: number): string {
    if (text[at] === "}" && afterComma) return 'a comma before "}": JSON allows none after the last entry';
    return `expected a key in double quotes, found ${found(opened)}`;
  }

  function string(): string {
    const start = at;
    for (let end = at + 1; ; end++) {
      const char = text[end];
      if (char === undefined || char === "\n") {
        throw fault("this string has no closing quote on its line", start);
      }
      if (char < " ") throw fault("a control character in a string; write it as an escape such as \\t", end);
      if (char === "\\") {
        if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(end, end + 6))) {
          throw fault('an unknown escape; right are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0041', end);
        }
        end++;
      } else if (char === '"') {
        at = end + 1;
        return JSON.parse(text.slice(start, at)) as string;
      }
    }
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  }

  function found(opened?: number): string {
    if (at >= text.length) {
      return `the end of the file${opened === undefined ? "" : ` ("${text[opened]}" of line ${lineOf(text, opened)} is still open)`}`;
    }
    if (text.startsWith("//", at) || text.startsWith("/*", at) || text[at] === "#") {
      return "a comment; JSON has none";
    }
    if (keys.some(isSecret)) return "something that is not shown";
    if (text[at] === '"') return `the text ${/^"[^"\n]{0,30}"?/.exec(text.slice(at, at + 32))?.[0]}`;
    const word = (match(WORD) ?? String.fromCodePoint(text.codePointAt(at) ?? 0)).slice(0, 30);
    return text[at] === "'" ? "a single quote; JSON strings take double quotes" : JSON.stringify(word);
  }

  function fault(message: string, offset = at): JsonSyntaxError {
    return new JsonSyntaxError(message, offset, [...keys]);
  }
}

function advice(word: string): string {
  const lower = word.toLowerCase();
  if (WORDS.has(lower)) return `; write ${lower}`;
  if (/^[+.]?\d/.test(word) || /^-/.test(word)) return "; numbers are written like 80 or -1";
  return /^\p{L}/u.test(word) ? "; text takes double quotes" : "";
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] as string)) at++;
  return at;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
