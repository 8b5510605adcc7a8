import { UsageError } from "../core/errors.ts";
import { segment } from "./shell-words.ts";

/** One statement of an ExaBGP configuration: `local-as 65010;` or `neighbor 192.0.2.1 { ... }`. */
export interface Statement {
  readonly words: readonly string[];
  readonly block?: readonly Statement[];
  /** In the file, from 1. */
  readonly line: number;
}

type Token = { readonly kind: "{" | "}" | ";" | "newline" | "word"; readonly text: string; readonly line: number };

/** Reads the statements of exabgp.conf; a statement ends at its semicolon or, as of ExaBGP 6, at the line's end. Throws UsageError with the line. */
export function parseExabgp(text: string, file: string): readonly Statement[] {
  const tokens = tokensOf(text, file);
  let at = 0;
  return block(undefined);

  function block(opened: number | undefined): readonly Statement[] {
    const statements: Statement[] = [];
    let words: string[] = [];
    let line = 0;
    const end = () => {
      if (words.length > 0) statements.push({ words, line });
      words = [];
    };
    for (;;) {
      const token = tokens[at++];
      if (token === undefined) {
        if (opened !== undefined) throw new UsageError(`${file}:${opened}: { has no }`);
        end();
        return statements;
      }
      if (token.kind === "word") {
        if (words.length === 0) line = token.line;
        words.push(token.text);
      } else if (token.kind === "newline") {
        // A list may go over lines, and a block may begin on the next.
        if (!(words.includes("[") && !words.includes("]")) && !opensNext()) end();
      } else if (token.kind === "{") {
        statements.push({ words, line: words.length > 0 ? line : token.line, block: block(token.line) });
        words = [];
      } else {
        end();
        if (token.kind === ";") continue;
        if (opened === undefined) throw new UsageError(`${file}:${token.line}: } without its {`);
        return statements;
      }
    }
  }

  function opensNext(): boolean {
    let next = at;
    while (tokens[next]?.kind === "newline") next += 1;
    return tokens[next]?.kind === "{";
  }
}

function tokensOf(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let word: string | undefined;
  const end = () => {
    if (word !== undefined) tokens.push({ kind: "word", text: word, line });
    word = undefined;
  };
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    if (char === "\n" || (char === "#" && word === undefined)) {
      end();
      while (at < text.length && text.charAt(at) !== "\n") at += 1;
      tokens.push({ kind: "newline", text: "", line });
      line += 1;
      at += 1;
    } else if (/\s/.test(char) || /^\\\r?\n/.test(text.slice(at, at + 3))) {
      end();
      if (char === "\\") line += 1;
      at += char === "\\" ? text.slice(at).indexOf("\n") + 1 : 1;
    } else if (char === "{" || char === "}" || char === ";") {
      end();
      tokens.push({ kind: char, text: char, line });
      at += 1;
    } else if ((char === "[" || char === "]") && (word === undefined || char === "]")) {
      end();
      tokens.push({ kind: "word", text: char, line });
      at += 1;
    } else {
      const [part, next] = quoted(text, at, `${file}:${line}`);
      word = (word ?? "") + part;
      line += text.slice(at, next).split("\n").length - 1;
      at = next;
    }
  }
  end();
  return tokens;
}

function quoted(text: string, at: number, where: string): readonly [string, number] {
  try {
    return segment(text, at);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${where}: ${error.message}`);
  }
}
