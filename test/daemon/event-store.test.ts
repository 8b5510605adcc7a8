import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { Event } from "../../src/core/event.ts";
import { EventFiles } from "../../src/daemon/event-store.ts";

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "bgp-lb-events-"));
  t.after(() => rm(path, { recursive: true }));
  return join(path, "state");
}

function event(id: number): Event {
  const at = "2026-01-01T00:00:00.000Z";
  return {
    id,
    at,
    kind: "health",
    services: ["web"],
    from: "up",
    to: "down",
    reason: "r".repeat(50),
    stood: 5,
    took: 7,
  };
}

const ids = (events: readonly Event[]) => events.map(({ id }) => id);

test("entries come back as they were, over many lives, and the files stay bounded", async (t) => {
  const directory = await folder(t);
  assert.deepEqual(await new EventFiles(directory).load(10), { events: [] });
  for (let id = 1; id <= 60; id++) await new EventFiles(directory, 1_000).append([event(id)]);
  const { events, warning } = await new EventFiles(directory, 1_000).load(3);
  assert.deepEqual([events, warning], [[event(58), event(59), event(60)], undefined]);
  const files = await readdir(directory);
  assert.deepEqual(files.sort(), ["events.jsonl", "events.old.jsonl"]);
  for (const name of files) {
    const { size, mode } = await stat(join(directory, name));
    assert.ok(size <= 1_000, `${name} has ${size} bytes`);
    assert.equal(mode & 0o777, 0o600);
  }
});

// fault: journal-damaged
test("what is damaged is skipped with a warning, and what comes after it is whole", async (t) => {
  const directory = await folder(t);
  const file = join(directory, "events.jsonl");
  const store = new EventFiles(directory);
  await store.append([event(1), event(2), event(3)]);
  // A write that a power cut tore.
  await truncate(file, (await stat(file)).size - 20);
  const next = new EventFiles(directory);
  const torn = await next.load(10);
  assert.deepEqual([ids(torn.events), torn.warning], [[1, 2], `${file}: 1 damaged line is skipped`]);
  await next.append([event(4)]);
  await appendFile(file, '{"id":5}\n[]\nnull\n\u0000\u0000\n{"id":1e999}\n');
  await next.append([event(6)]);
  const after = await new EventFiles(directory).load(10);
  assert.deepEqual([ids(after.events), after.warning], [[1, 2, 4, 6], `${file}: 6 damaged lines are skipped`]);
  await writeFile(file, Buffer.from([0xff, 0xfe, 0x0a, 0x80]));
  assert.deepEqual(ids((await new EventFiles(directory).load(10)).events), []);
});

// fault: journal-disk
test("a disk that refuses is told by name, and what it takes later is whole again", async (t) => {
  const directory = await folder(t);
  await writeFile(directory, "no directory");
  const store = new EventFiles(directory);
  await assert.rejects(store.append([event(1)]), /EEXIST|ENOTDIR/);
  await rm(directory);
  await store.append([event(2)]);
  assert.equal(await readFile(join(directory, "events.jsonl"), "utf8"), `${JSON.stringify(event(2))}\n`);
});
