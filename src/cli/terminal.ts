import { styleText } from "node:util";

/** Where text is shown. */
export interface Look {
  /** Characters of a line; undefined: lines are not broken, as for a pipe or a file. */
  readonly columns: number | undefined;
  readonly colour: boolean;
}

/** What a text is like, for those who see colours; the words say it too. */
export type Tone = "good" | "bad" | "doubt" | "quiet" | "plain";

const STYLES = { good: "green", bad: "red", doubt: "yellow", quiet: "dim" } as const;

/** How this stream shows text (no-color.org; TERM=dumb is a terminal without colours). */
export function lookOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Look {
  if (stream.isTTY !== true) return { columns: undefined, colour: false };
  const colour = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return { columns: stream.columns === undefined || stream.columns < 40 ? 80 : stream.columns, colour };
}

export function paint(text: string, tone: Tone, { colour }: Look): string {
  if (!colour || tone === "plain" || text === "") return text;
  return styleText(STYLES[tone], text, { validateStream: false });
}

/** The text without what would move a cursor, change a colour or turn the direction of writing: reasons come from services and peers. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

/** The text in lines of at most so many characters, broken at spaces; a word that is longer is cut. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    for (; line.length > columns; line = line.slice(columns)) lines.push(line.slice(0, columns));
  }
  return [...lines, line];
}

/** Lines of text for people, broken where a line of the terminal ends; what goes on stands as far in as it began. */
export function fitted(lines: readonly string[], { columns }: Look): readonly string[] {
  if (columns === undefined) return lines;
  return lines.flatMap((line) => {
    if (line.length <= columns) return [line];
    const [indent = ""] = /^ */.exec(line) ?? [];
    return wrap(line.slice(indent.length), columns - indent.length).map((part) => `${indent}${part}`);
  });
}
