import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Override, Overrides } from "../../src/core/override.ts";
import { textOfTime } from "../../src/daemon/clock.ts";
import { OverrideStore } from "../../src/daemon/overrides.ts";
import { VirtualClock } from "../support/clock.ts";
import { draining, forced } from "../support/override.ts";

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "bgp-lb-overrides-"));
});
after(() => rm(directory, { recursive: true }));

const NOW = 1_000_000;
const open = (name: string) => new OverrideStore(join(directory, name), new VirtualClock(NOW));

async function keep(name: string, overrides: Overrides): Promise<Overrides> {
  await open(name).save(overrides);
  return (await open(name).load()).overrides;
}

test("words are kept over a restart, and what is measured begins anew; the file is for its owner only", async () => {
  assert.deepEqual((await open("none").load()).overrides, new Map());
  const times = { since: textOfTime(-60_000), until: textOfTime(240_000), deadline: 5 };
  const over = await keep(
    "words",
    new Map<string, Override>([
      ["web", draining({ ...times, regardless: true, connections: { active: 2, accepted: 7 } })],
      ["dns", draining({ result: "deadline", connections: { active: 3, accepted: 9 } })],
      ["api", forced("down")],
    ]),
  );
  const web = over.get("web");
  assert.ok(web?.word === "drain" && web.deadline > NOW + 200_000 && web.deadline <= NOW + 240_000);
  assert.deepEqual(
    { ...web, deadline: 0 },
    { ...draining({ ...times, regardless: true, busyAt: NOW }), connections: undefined, deadline: 0 },
  );
  const dns = over.get("dns");
  assert.ok(dns?.word === "drain" && dns.result === "deadline" && dns.connections?.active === 3);
  assert.deepEqual(over.get("api"), forced("down"));
  assert.equal((await stat(join(directory, "words", "overrides.json"))).mode & 0o777, 0o600);
});

// fault: clock-step-deadline
test("a deadline that passed meanwhile is over, and a wall clock that was set back lengthens none", async () => {
  const over = await keep(
    "times",
    new Map([
      ["past", forced("up", { since: textOfTime(-60_000), until: textOfTime(-30_000) })],
      ["future", forced("up", { since: textOfTime(86_400_000), until: textOfTime(86_460_000) })],
    ]),
  );
  assert.equal(over.get("past")?.deadline, NOW);
  assert.equal(over.get("future")?.deadline, NOW + 60_000);
});

// fault: overrides-damaged
test("a damaged or foreign file is a warning, and nothing is overridden", async () => {
  await keep("bad", new Map([["web", draining()]]));
  const file = join(directory, "bad", "overrides.json");
  const good = await readFile(file);
  for (let at = 0; at < good.length; at += 11) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    await writeFile(file, bad);
    const { overrides, warning } = await open("bad").load();
    assert.equal(overrides.size, 0);
    assert.match(warning ?? "", /overrides\.json is damaged: drains and forced services are forgotten; say them again/);
  }
});
