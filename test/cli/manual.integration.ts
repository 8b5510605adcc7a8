import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { commandTree } from "../../src/cli/program.ts";

const PAGE = new URL("../../packaging/man/bgp-lb.8", import.meta.url).pathname;

test("groff finds no fault in the man page, and shows each command and flag", async () => {
  const { stdout, stderr } = await execa("groff", ["-man", "-ww", "-Tascii", "-P-cbou", "-rLL=200n", PAGE]);
  assert.equal(stderr, "");
  const { commands, flags } = commandTree();
  for (const { name, flags: own } of commands) {
    assert.match(stdout, new RegExp(`^   ${name}\\b`, "m"));
    for (const flag of [...flags, ...own]) assert.match(stdout, new RegExp(`^ +-${flag.name}\\b`, "m"));
  }
});
