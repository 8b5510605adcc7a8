import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { Ledger } from "../../src/daemon/ledger.ts";

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "bgp-lb-ledger-"));
});
after(() => rm(directory, { recursive: true }));

const OWNED = { ...OWNS_NOTHING, links: new Set(["web"]), prefixes: new Set(["10.88.2.1/32" as Prefix]) };

test("what was saved is what a new process loads; the file is for its owner only, and nothing else is left", async () => {
  const ledger = new Ledger(join(directory, "made", "by-itself"));
  assert.deepEqual(await ledger.load(), { owned: OWNS_NOTHING, lost: true });
  await ledger.save(OWNED);
  assert.deepEqual(await new Ledger(join(directory, "made", "by-itself")).load(), { owned: OWNED });
  assert.equal((await stat(ledger.file)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(directory, "made", "by-itself")), ["ledger.json"]);
});

test("nothing is written where nothing changed", async () => {
  const ledger = new Ledger(join(directory, "same"));
  await ledger.save(OWNED);
  const { mtimeNs, ino } = await stat(ledger.file, { bigint: true });
  await ledger.save({ ...OWNED });
  const after = await stat(ledger.file, { bigint: true });
  assert.deepEqual([after.mtimeNs, after.ino], [mtimeNs, ino]);
});

test("of two that are saved at once the later one stays", async () => {
  const ledger = new Ledger(join(directory, "twice"));
  await Promise.all([ledger.save(OWNS_NOTHING), ledger.save(OWNED)]);
  assert.deepEqual((await ledger.load()).owned, OWNED);
});

// fault: ledger-lost-meanwhile
test("a ledger that somebody deletes or damages while a controller runs is there again after its next pass", async () => {
  const ledger = new Ledger(join(directory, "meanwhile"));
  await ledger.save(OWNED);
  for (const spoil of [() => rm(ledger.file), () => writeFile(ledger.file, "{}")]) {
    await spoil();
    await ledger.save(OWNED);
    assert.deepEqual(await new Ledger(join(directory, "meanwhile")).load(), { owned: OWNED });
  }
});

// fault: ledger-damaged
test("a damaged ledger is a warning and a careful start, whatever byte was hit", async () => {
  const ledger = new Ledger(join(directory, "damaged"));
  await ledger.save(OWNED);
  const good = await readFile(ledger.file);
  for (let at = 0; at < good.length; at += 7) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    await writeFile(ledger.file, bad);
    const { owned, warning } = await ledger.load();
    assert.equal(owned, OWNS_NOTHING);
    assert.match(warning ?? "", /damaged.*carefully/);
  }
  for (const text of ["", "{}", "null\n", "\n\n\n", good.toString().slice(0, -3)]) {
    await writeFile(ledger.file, text);
    assert.match((await ledger.load()).warning ?? "", /damaged/);
  }
});

test("a directory that cannot be written to throws, for the reconciler to tell", async () => {
  await writeFile(join(directory, "file"), "");
  await assert.rejects(new Ledger(join(directory, "file", "below")).save(OWNED), /ENOTDIR|EEXIST/);
});
