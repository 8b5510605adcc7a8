import { remedy } from "./remedy.ts";

/** Characters of a tool's answer that are kept in an error. */
const MAX_DETAIL = 400;

/**
 * A command did not do what it was asked. The message is one line: the command, what it answered, its exit code where
 * it has one, and the remedy where one is known.
 */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly argv: readonly string[];
  /** undefined: it never ran to its end. */
  readonly code: number | undefined;
  readonly detail: string;

  constructor(argv: readonly string[], detail: string, code?: number) {
    super(failure(argv, detail, code));
    this.argv = argv;
    this.code = code;
    this.detail = detail;
  }
}

/** The error line of a command: `ip link add ...: RTNETLINK answers: Operation not permitted (exit code 2); needs CAP_NET_ADMIN: ...` */
export function failure(argv: readonly string[], detail: string, code?: number): string {
  const said = oneLine(detail).replace(/\.$/, "") || "no message";
  const help = remedy(argv, said);
  return `${argv.join(" ")}: ${said}${code === undefined ? "" : ` (exit code ${code})`}${help === undefined ? "" : `; ${help}`}`;
}

/** Many lines as one, bounded. */
export function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, " / ");
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}...` : line;
}
