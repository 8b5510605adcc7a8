/**
 * A password of TCP-MD5 (RFC 2385) that tells itself to nobody who does not ask for it by name: neither a log line nor JSON nor a
 * failing test shows it.
 */
export class Password {
  readonly #text: string;
  /** Where it was read; undefined: gobgpd told it. */
  readonly file: string | undefined;

  constructor(text: string, file?: string) {
    this.#text = text;
    this.file = file;
    Object.freeze(this);
  }

  /** For the one message that carries it. */
  reveal(): string {
    return this.#text;
  }

  /** Of the kernel's limit, so in bytes. */
  get length(): number {
    return new TextEncoder().encode(this.#text).length;
  }

  toString(): string {
    return "(a password)";
  }

  toJSON(): string {
    return this.toString();
  }
}

/** What the kernel takes (TCP_MD5SIG_MAXKEYLEN). */
export const LONGEST_PASSWORD = 80;

/** Whether both are the same text, or neither is there; the file does not count. */
export function samePassword(a: Password | undefined, b: Password | undefined): boolean {
  return a?.reveal() === b?.reveal();
}
