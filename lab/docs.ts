import { writeFileSync } from "node:fs";
import { jsonSchemaText, referencePage } from "../src/config/reference.ts";

// `npm run docs`: writes what is generated from the code; a test compares, so that neither can drift.
const root = new URL("../", import.meta.url);
for (const [file, text] of [
  ["config-schema.json", jsonSchemaText()],
  ["docs/configuration.md", referencePage()],
] as const) {
  writeFileSync(new URL(file, root), text);
  process.stdout.write(`wrote ${file}\n`);
}
