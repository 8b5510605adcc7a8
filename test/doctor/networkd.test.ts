import assert from "node:assert/strict";
import { test } from "node:test";
import { networkdFindings } from "../../src/doctor/networkd.ts";
import { HEALTHY } from "./facts.ts";

/** What is said of the link `web` beside these files, in their order. */
function verdict(...texts: readonly string[]): string | undefined {
  const files = texts.map((text, at) => ({ path: `/etc/systemd/network/${at}.network`, text }));
  return networkdFindings({ ...HEALTHY, networkd: { running: true, files } })[0]?.verdict;
}

test("the first file that matches our link decides", () => {
  const unmanaged = "[Match]\nKind=dummy\nName=web dns\n\n[Link]\nUnmanaged=yes\n";
  assert.equal(verdict(), "ok");
  assert.equal(verdict("[Match]\nName=*\n[Network]\nDHCP=yes\n"), "warn");
  assert.equal(verdict(unmanaged, "[Match]\nName=*\n"), "ok");
  assert.equal(verdict("[Match]\nName=*\n", unmanaged), "warn");
});

test("each line of [Match] has to speak for the link", () => {
  assert.equal(verdict("[Match]\nName=eth* en*\n"), "ok");
  assert.equal(verdict("[Match]\nName=w?b\n"), "warn");
  assert.equal(verdict("[Match]\nName=[vw]eb\n"), "warn");
  assert.equal(verdict("[Match]\nName=web\nKind=vlan\n"), "ok");
  assert.equal(verdict("[Match]\nType=ether\n"), "warn");
  assert.equal(verdict("[Match]\nName=!web\n"), "ok");
  assert.equal(verdict("[Match]\nName=!eth0\n"), "warn");
  assert.equal(verdict("[Match]\nMACAddress=00:11:22:33:44:55\n"), "ok");
  assert.equal(verdict("[Match]\nName=eth0\nName=web\n"), "warn");
  assert.equal(verdict("[Match]\n"), "ok", "an empty [Match] matches nothing");
  assert.equal(verdict("# only a comment"), "ok");
});
