import assert from "node:assert/strict";
import { test } from "node:test";
import { IPVS_SYSCTLS } from "../../src/core/sysctl.ts";
import { Bench, HOLD } from "../support/bench.ts";
import { EMPTY_KERNEL, health, intent, service } from "../support/world.ts";

const REUSE = "net.ipv4.vs.conn_reuse_mode";
const NODEST = "net.ipv4.vs.expire_nodest_conn";
const BEFORE = new Map([...IPVS_SYSCTLS.keys()].map((name) => [name, name === REUSE ? "1" : "0"]));
const web = service("web", ["10.88.2.1"]);

async function serving(over: Parameters<typeof intent>[1] = {}) {
  const bench = new Bench(intent([web], over));
  bench.kernel.state = { ...EMPTY_KERNEL, sysctls: BEFORE };
  bench.health = health({ web: "up" });
  return { bench, done: (await bench.pass()).filter((line) => line.includes("net.ipv4")) };
}

function someone(bench: Bench, name: string, value: string): void {
  bench.kernel.state = {
    ...bench.kernel.state,
    sysctls: new Map([...(bench.kernel.state.sysctls ?? []), [name, value]]),
  };
}

const about = (lines: readonly string[]) => lines.filter((line) => line.includes("net.ipv4"));

// fault: sysctls-put-back
test("the settings of IPVS: what differs is set and remembered, over a restart too, and put back when the last service is gone", async () => {
  const { bench, done } = await serving();
  assert.deepEqual(done, [`set ${NODEST} to 1`, "set net.ipv4.vs.expire_quiescent_template to 1"]);
  assert.deepEqual([...bench.saved.sysctls].sort(), [`${NODEST}=0`, "net.ipv4.vs.expire_quiescent_template=0"]);
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
  bench.intent = intent([]);
  await bench.pass();
  await bench.clock.advance(HOLD);
  const last = await bench.pass();
  assert.deepEqual(about(last), [`put ${NODEST} back to 0`, "put net.ipv4.vs.expire_quiescent_template back to 0"]);
  assert.ok(last.indexOf(about(last)[0] ?? "") > last.indexOf("delete virtual service tcp 10.88.2.1:80"), "at the end");
  assert.deepEqual(bench.kernel.state.sysctls, BEFORE);
  assert.deepEqual([...bench.saved.sysctls], []);
});

test("keep: nothing is set; said later, what was set is put back", async () => {
  const { bench, done } = await serving({ ipvsSysctls: "keep" });
  assert.deepEqual(done, []);
  bench.intent = intent([web]);
  assert.equal(about(await bench.pass()).length, 2);
  bench.intent = intent([web], { ipvsSysctls: "keep" });
  await bench.pass();
  await bench.clock.advance(HOLD);
  await bench.pass();
  assert.deepEqual(bench.kernel.state.sysctls, BEFORE);
});

// fault: sysctl-set-by-others
test("what somebody else sets afterwards is left and told, and is not put back", async () => {
  const { bench } = await serving();
  someone(bench, NODEST, "7");
  assert.deepEqual(await bench.pass(), []);
  assert.match(
    about(bench.log.lines).at(-1) ?? "",
    /^warn net\.ipv4\.vs\.expire_nodest_conn is 7: somebody else has set it/,
  );
  bench.intent = intent([]);
  await bench.pass();
  await bench.clock.advance(HOLD);
  await bench.pass();
  assert.equal(bench.kernel.state.sysctls?.get(NODEST), "7");
  assert.deepEqual([...bench.saved.sysctls], []);
});

// fault: sysctl-ipvs-refused
test("a setting that cannot be set is told, and holds up nothing", async () => {
  const bench = new Bench(intent([web]));
  bench.kernel.state = { ...EMPTY_KERNEL, sysctls: BEFORE };
  bench.kernel.refuse = (op) => (op.kind === "sysctl.set" ? "read-only file system" : undefined);
  bench.health = health({ web: "up" });
  const status = await bench.status();
  assert.deepEqual([...bench.speaker.state.paths.keys()], ["10.88.2.1/32"]);
  assert.ok(status.settled);
  assert.equal(about(bench.log.lines).filter((line) => line.startsWith("error")).length, 1);
});
