import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LONGEST_PASSWORD, Password } from "../core/password.ts";
import type { Sited } from "./facts.ts";
import type { Finding } from "./issues.ts";
import { pathText, quoted } from "./problem.ts";

/** What a file holds, or as much as tells that it is no password; and its mode, as in stat(2), the lower 9 bits. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** Answers a file's content, or throws an Error: with a code of the system, or with what is wrong in words. */
export type ReadFile = (file: string) => Content;

export interface Passwords {
  /** By the path of the key that names the file. */
  readonly byPath: ReadonlyMap<string, Password>;
  readonly problems: readonly Finding[];
  readonly warnings: readonly string[];
}

/** Reads the files that the peers name, relative to the config file; of what is in them nothing is told. */
export function readPasswords(named: readonly Sited<string>[], config: string, read: ReadFile): Passwords {
  const byPath = new Map<string, Password>();
  const problems: Finding[] = [];
  const warnings: string[] = [];
  for (const { value, path } of named) {
    const file = resolve(dirname(resolve(config)), value);
    try {
      const { bytes, mode } = read(file);
      const text = lineOf(bytes);
      byPath.set(pathText(path), new Password(text, file));
      warnings.push(...doubts(text, mode).map((doubt) => `${pathText(path)}: ${quoted(value)} ${doubt}`));
    } catch (error) {
      problems.push({
        path,
        message: `must name a file with the peer's password in it; ${fault(error as NodeJS.ErrnoException, value)}`,
      });
    }
  }
  return { byPath, problems, warnings };
}

const RIGHT = "chmod 640 it, owned by root and of the group of bgp-lb's user";

function fault({ code, message }: NodeJS.ErrnoException, value: string): string {
  switch (code) {
    case undefined:
      return `${quoted(value)} ${message}`;
    case "EACCES":
    case "EPERM":
      return `this user may not read ${quoted(value)}: ${RIGHT}, and see to the directories above it`;
    case "ENOENT":
    case "ENOTDIR":
      return isPath(value)
        ? `there is no ${quoted(value)}: ${WRITE}`
        : `there is no such file: ${WRITE} (its name is not shown, for it may be the password itself; one that begins with / or ./ is)`;
    default:
      return `it cannot be read (${code})`;
  }
}

const WRITE = "write it, the password alone in one line";

/** Where there is no such file a word alone may be the password itself, written in the wrong place. */
function isPath(value: string): boolean {
  return /^\.{0,2}\//.test(value);
}

/** The one line of a file without its end; throws an Error that says what is wrong with it. */
function lineOf(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw new Error("is not text in UTF-8");
  }
  if (text === "") throw new Error("is empty");
  if (/\p{Cc}/u.test(text)) throw new Error("has more than one line, or a control character in it");
  if (new Password(text).length > LONGEST_PASSWORD)
    throw new Error(`has more than ${LONGEST_PASSWORD} bytes in it, the most that TCP-MD5 takes`);
  return text;
}

/** What may not be meant, and is taken all the same. */
function doubts(text: string, mode: number): string[] {
  return [
    ...((mode & 0o007) === 0
      ? []
      : [`has mode ${mode.toString(8).padStart(4, "0")}, so every user of this host may read or change it; ${RIGHT}`]),
    ...(text.trim() === text ? [] : ["holds a password that begins or ends with a space, which counts"]),
  ];
}

/** More than the longest password and its line's end. */
const ENOUGH = 256;

/** The real one; never waits, whatever is there. */
export function readPasswordFile(file: string): Content {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new Error(stat.isDirectory() ? "is a directory" : "is no regular file");
    const buffer = new Uint8Array(ENOUGH);
    return { bytes: buffer.subarray(0, readSync(handle, buffer)), mode: stat.mode & 0o777 };
  } finally {
    closeSync(handle);
  }
}
