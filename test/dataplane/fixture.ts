import { readFileSync } from "node:fs";

/** Recorded output of a real tool (test/fixtures/dataplane/record.sh). */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/dataplane/${name}`, import.meta.url), "utf8");
}
