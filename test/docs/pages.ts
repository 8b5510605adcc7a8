import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf } from "../../lab/page-blocks.ts";

export const ROOT = join(import.meta.dirname, "../..");

export interface Page {
  /** From the root: `docs/operate.md`. */
  readonly file: string;
  readonly text: string;
}

/** README and every page of docs/. */
export const PAGES: readonly Page[] = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT }).sort()].map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), "utf8"),
}));

/** What stands between single backticks, outside of blocks. */
export function codeIn({ text }: Page): readonly string[] {
  const prose = text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** The command lines of a page's blocks of sh, without what a comment says of them. */
export function commandLines({ text }: Page): readonly string[] {
  return blocksOf(text)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text: block }) => block.split("\n"))
    .map((line) => line.replace(/\s+#.*/, "").trim())
    .filter(Boolean);
}
