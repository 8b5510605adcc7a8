import assert from "node:assert/strict";
import { test } from "node:test";
import type { RealServer, VirtualService } from "../../src/core/service.ts";
import { CommandError } from "../../src/dataplane/command-error.ts";
import type { IpvsOp } from "../../src/dataplane/ipvs.ts";
import { applyIpvs } from "../../src/dataplane/ipvs-batch.ts";
import { PROC_TABLE, parseProc } from "../../src/dataplane/ipvs-proc.ts";
import { ip } from "./build.ts";
import { FakeCommand } from "./fake-command.ts";
import { FakeIpvsadm } from "./fake-ipvsadm.ts";
import { fixture } from "./fixture.ts";

const signal = new AbortController().signal;
const SERVER: RealServer = { address: ip("192.0.2.10"), port: 8080, weight: 1, forwarding: "masquerade" };

function service(vip: string, over: Partial<VirtualService> = {}): VirtualService {
  return { vip: ip(vip), port: 80, protocol: "tcp", scheduler: "rr", flags: [], realServers: [], ...over };
}

function op(kind: IpvsOp["kind"], of: VirtualService, server = SERVER): IpvsOp {
  const common = { target: "kernel", service: of } as const;
  switch (kind) {
    case "realServer.add":
    case "realServer.edit":
    case "realServer.delete":
      return { ...common, kind, server };
    default:
      return { ...common, kind };
  }
}

/** Applies and answers `ok` or the error of each op, and how many programs it took. */
async function apply(fake: FakeIpvsadm, ops: readonly IpvsOp[]) {
  const command = new FakeCommand({ ipvsadm: fake.answer });
  const results = await applyIpvs(command, ops, async () => parseProc(fake.proc()), signal);
  assert.deepEqual(
    results.map((result) => result.op),
    ops,
  );
  return { results: results.map((result) => (result.ok ? "ok" : result.error)), calls: command.calls };
}

test("the model says what ipvsadm says", () => {
  const fake = new FakeIpvsadm();
  fake.answer({ argv: ["ipvsadm", "-A", "-t", "10.88.2.1:80", "-s", "rr"], stdin: "" });
  const output = fake.answer({ argv: ["ipvsadm", "-R"], stdin: fixture("restore.ipvsadm-1.31.in") });
  assert.equal(output.stderr, fixture("restore.ipvsadm-1.31.err"));
});

test("a batch that goes well is one program, whatever its size; applied twice it is well too", async () => {
  const fake = new FakeIpvsadm();
  const ops = Array.from({ length: 500 }, (_, i) => service(`10.1.${i >> 8}.${i & 255}`)).flatMap((one) => [
    op("virtualService.add", one),
    op("realServer.add", one),
  ]);
  for (let time = 0; time < 2; time++) {
    const { results, calls } = await apply(fake, ops);
    assert.deepEqual(new Set(results), new Set(["ok"]));
    assert.equal(calls.length, 1);
  }
  assert.equal(fake.services.size, 500);
});

test("every kind of op takes effect, in the order given, and twice", async () => {
  const fake = new FakeIpvsadm();
  const a = service("10.1.0.1");
  const b = service("10.1.0.2");
  await apply(fake, [op("virtualService.add", a), op("realServer.add", a), op("virtualService.add", b)]);
  const edited = { ...SERVER, weight: 0 };
  const edits = [
    op("virtualService.edit", { ...a, scheduler: "wlc" }),
    op("realServer.edit", a, edited),
    op("virtualService.delete", b),
  ];
  assert.deepEqual((await apply(fake, edits)).results, ["ok", "ok", "ok"]);
  assert.deepEqual((await apply(fake, edits)).results, ["ok", "ok", "ok"]);
  assert.match(fake.proc(), /TCP {2}0A010001:0050 wlc {2}\n {2}-> C000020A:1F90 {6}Masq 0 .*\n$/);
  const removal = [op("realServer.delete", a, edited), op("virtualService.delete", a)];
  assert.deepEqual((await apply(fake, removal)).results, ["ok", "ok"]);
  assert.deepEqual((await apply(fake, removal)).results, ["ok", "ok"]);
  assert.equal(fake.services.size, 0);
});

test("one failing line has its own result, its real server says what it lacks, and the rest goes on", async () => {
  const fake = new FakeIpvsadm();
  const good = service("10.1.0.1");
  const bad = service("10.1.0.2", { scheduler: "twos" });
  const ops = [
    op("virtualService.add", good),
    op("virtualService.add", bad),
    op("realServer.add", bad),
    op("realServer.add", good),
  ];
  const { results, calls } = await apply(fake, ops);
  assert.deepEqual(results, [
    "ok",
    "ipvsadm -A -t 10.1.0.2:80 -s twos: Scheduler or persistence engine not found (exit code 255); the kernel has no such scheduler: run modprobe ip_vs_twos on the host",
    "ipvsadm -a -t 10.1.0.2:80 -r 192.0.2.10:8080 -m -w 1: Service not defined",
    "ok",
  ]);
  assert.equal(calls.length, 2);
});

test("a thousand failures of one cause do not take a thousand programs", async () => {
  const ops = Array.from({ length: 1000 }, (_, i) =>
    service(`10.1.${i >> 8}.${i & 255}`, { scheduler: "twos" }),
  ).flatMap((one) => [op("virtualService.add", one), op("realServer.add", one)]);
  const { results, calls } = await apply(new FakeIpvsadm(), ops);
  assert.ok(results.every((result) => /modprobe ip_vs_twos|Service not defined/.test(result)));
  assert.ok(calls.length <= 20, `${calls.length} programs`);
});

test("a line at which ipvsadm ends does not take the lines after it along", async () => {
  const fake = new FakeIpvsadm();
  const services = [1, 2, 3, 4].map((i) => service(`10.1.0.${i}`));
  // Flags that go with the scheduler, but that this ipvsadm is too old for.
  const old = service("10.1.0.9", { scheduler: "sh", flags: ["sh-port"] });
  const ops = [...services.slice(0, 2), old, ...services.slice(2)].map((one) => op("virtualService.add", one));
  const { results } = await apply(fake, ops);
  assert.deepEqual(
    results.map((result) => result === "ok"),
    [true, true, false, true, true],
  );
  assert.match(results[2] ?? "", /incompatible scheduler flag `sh-port' \(exit code 2\)$/);
});

test("what ipvsadm would misunderstand never reaches it", async () => {
  const fake = new FakeIpvsadm();
  const a = service("10.1.0.1");
  const { results, calls } = await apply(fake, [
    op("virtualService.add", service("10.1.0.1", { flags: ["mh-port"] })),
    op("realServer.add", a, { ...SERVER, forwarding: "direct" }),
    op("realServer.edit", a, { ...SERVER, address: ip("2001:db8::1") }),
  ]);
  assert.deepEqual(results, [
    "scheduler rr has no flag mh-port",
    "forwarding direct cannot change the port from 80 to 8080: only masquerade can",
    "forwarding masquerade cannot go from 10.1.0.1 to 2001:db8::1, another address family: only tunnel can",
  ]);
  assert.equal(calls.length, 0);
});

test("ops that undo each other are judged each", async () => {
  const fake = new FakeIpvsadm();
  const a = service("10.1.0.1", { scheduler: "twos" });
  const b = service("10.1.0.2");
  const { results } = await apply(fake, [
    op("virtualService.add", a),
    op("virtualService.delete", a),
    op("virtualService.add", b),
    op("realServer.add", b),
    op("virtualService.delete", b),
    op("virtualService.add", b),
  ]);
  assert.deepEqual(
    results.map((result) => result === "ok"),
    [false, true, true, true, true, true],
  );
  assert.match(fake.proc(), /0A010002:0050 rr {2}\n$/);
});

test("an add over something else of that name is not well", async () => {
  const fake = new FakeIpvsadm();
  await apply(fake, [op("virtualService.add", service("10.1.0.1", { scheduler: "wlc" }))]);
  const { results } = await apply(fake, [op("virtualService.add", service("10.1.0.1"))]);
  assert.match(results[0] ?? "", /Service already exists/);
});

test("without the privilege every op says so, by one program", async () => {
  const stderr = fixture("restore-unprivileged.ipvsadm-1.31.err");
  const command = new FakeCommand({ ipvsadm: () => ({ code: 2, stderr }) });
  command.files.set(PROC_TABLE, new FakeIpvsadm().proc());
  const ops = [op("virtualService.add", service("10.1.0.1")), op("virtualService.add", service("10.1.0.2"))];
  const results = await applyIpvs(command, ops, async () => new Map(), signal);
  for (const result of results) {
    assert.ok(!result.ok);
    assert.match(result.error, /^ipvsadm -R: Can't initialize ipvs: Permission denied .* needs CAP_NET_ADMIN/);
    assert.ok(!result.error.includes("\n"));
  }
  assert.equal(command.calls.length, 1);
});

test("a denial by a kernel that has no IPVS names the module: ipvsadm cannot tell them apart without CAP_NET_RAW", async () => {
  const stderr = fixture("restore-unprivileged.ipvsadm-1.31.err");
  const command = new FakeCommand({ ipvsadm: () => ({ code: 2, stderr }) });
  const [result] = await applyIpvs(
    command,
    [op("virtualService.add", service("10.1.0.1"))],
    async () => new Map(),
    signal,
  );
  assert.match(
    result?.ok === false ? result.error : "",
    /Permission denied .*; there is no \/proc\/net\/ip_vs \(exit code 2\); the kernel module ip_vs is not there: run modprobe ip_vs on the host$/,
  );
});

test("a program that does not run, and a table that cannot be read back, fail each op and nothing else", async () => {
  const missing = new FakeCommand({
    ipvsadm: ({ argv }) => {
      throw new CommandError(argv, "is not installed");
    },
  });
  const ops = [op("virtualService.add", service("10.1.0.1"))];
  const [absent] = await applyIpvs(missing, ops, async () => new Map(), signal);
  assert.deepEqual(absent, {
    op: ops[0],
    ok: false,
    error: "ipvsadm -R: is not installed; install ipvsadm (apt-get install ipvsadm)",
  });
  const silent = new FakeCommand({ ipvsadm: () => ({}) });
  const [unread] = await applyIpvs(silent, ops, async () => parseProc("nonsense"), signal);
  assert.match(unread?.ok === false ? unread.error : "", /expected a protocol, found "nonsense"/);
  const [undone] = await applyIpvs(silent, ops, async () => new Map(), signal);
  assert.match(undone?.ok === false ? undone.error : "done", /was not done/);
});
