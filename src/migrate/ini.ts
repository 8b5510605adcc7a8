import { UsageError } from "../core/errors.ts";

/** Settings by section, in the order of the file; keys in lower case, as configparser(3) reads them. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads an INI file as Python's configparser does: `=` or `:`, comments by # and ;, indented lines go on. Throws UsageError with the line. */
export function parseIni(text: string, file: string): Ini {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || /^[#;]/.test(line)) continue;
    const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, written, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (/^\s/.test(raw) && section !== undefined && key !== undefined) {
      section.set(key, `${section.get(key)} ${line}`);
    } else if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = undefined;
    } else if (written === undefined || section === undefined) {
      throw new UsageError(
        `${file}:${index + 1}: must be [SECTION], or KEY = VALUE below one; found ${JSON.stringify(line)}`,
      );
    } else {
      key = written.toLowerCase();
      section.set(key, value ?? "");
    }
  }
  return sections;
}
