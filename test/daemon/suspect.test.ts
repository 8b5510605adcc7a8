import assert from "node:assert/strict";
import { test } from "node:test";
import { usualSuspect } from "../../src/daemon/suspect.ts";

test("systemd-networkd is named where its state is there, and nobody where it is not", () => {
  assert.match(usualSuspect(import.meta.filename) ?? "", /^systemd-networkd runs here.*docs\/operate-networkd\.md/);
  assert.equal(usualSuspect("/nowhere/state"), undefined);
});
