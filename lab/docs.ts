import { readFileSync, writeFileSync } from "node:fs";
import { commandsPage, withExitTable } from "../src/cli/commands-page.ts";
import { manualPage } from "../src/cli/manual.ts";
import { commandTree } from "../src/cli/program.ts";
import { jsonSchemaText, referencePage } from "../src/config/reference.ts";

// `npm run docs`: writes what is generated from the code; tests compare, so that neither can drift.
const root = new URL("../", import.meta.url);
for (const [file, text] of [
  ["config-schema.json", jsonSchemaText()],
  ["docs/configuration.md", referencePage()],
  ["docs/commands.md", commandsPage(commandTree())],
  ["docs/operate.md", withExitTable(readFileSync(new URL("docs/operate.md", root), "utf8"))],
  ["packaging/man/bgp-lb.8", manualPage(commandTree())],
] as const) {
  writeFileSync(new URL(file, root), text);
  process.stdout.write(`wrote ${file}\n`);
}
