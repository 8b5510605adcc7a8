import assert from "node:assert/strict";
import { fstatSync } from "node:fs";
import { test } from "node:test";
import { execa } from "execa";
import { readByJournal } from "../../src/daemon/by-journal.ts";

const LOG = new URL("../../src/daemon/log.ts", import.meta.url).pathname;

test("for the journal each line begins with its priority, as syslog(3) counts them", async () => {
  const code = `import { createLog } from ${JSON.stringify(LOG)};
    const log = await createLog("debug", "journal");
    log.debug("d"); log.info("i"); log.warn("w"); log.error("e\\nmore"); log.info({ password: "x" }, "with fields");`;
  const { stdout, stderr } = await execa(process.execPath, ["--input-type=module", "-e", code]);
  assert.equal(stdout, "");
  assert.deepEqual(stderr.split("\n"), ["<7>d", "<6>i", "<4>w", "<3>e", "<3>more", "<6>with fields"]);
});

test("the journal is at the other end where device and inode say so", () => {
  const { dev, ino } = fstatSync(2);
  assert.equal(readByJournal(2, `${dev}:${ino}`), true);
  assert.equal(readByJournal(2, `${dev}:${ino + 1}`), false);
  assert.equal(readByJournal(99, "1:1"), false, "a descriptor that is not open");
  assert.equal(readByJournal(2, undefined), false);
});
