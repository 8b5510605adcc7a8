import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SystemCommand } from "../../src/dataplane/command.ts";
import { CommandError, failure, oneLine } from "../../src/dataplane/command-error.ts";

const command = new SystemCommand();
const node = (script: string): readonly string[] => [process.execPath, "-e", script];

test("an exit code is an answer, with both outputs as they are", async () => {
  assert.deepEqual(await command.run(node('console.log("out"); console.error("err"); process.exitCode = 3')), {
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
});

test("input is given and closed, with or without text", async () => {
  const cat = node("process.stdin.pipe(process.stdout)");
  assert.equal((await command.run(cat, { stdin: "a\nb\n" })).stdout, "a\nb\n");
  assert.equal((await command.run(cat)).stdout, "");
});

test("words are not read by a shell", async () => {
  const words = ["$(id)", "a b", "*", "'", ";true"];
  const { stdout } = await command.run([
    process.execPath,
    "-p",
    "JSON.stringify(process.argv.slice(1))",
    "--",
    ...words,
  ]);
  assert.deepEqual(JSON.parse(stdout), words);
});

test("the locale is C, sbin is searched, and nothing else of the environment is passed on", async () => {
  process.env["BGP_LB_TEST_SECRET"] = "x";
  const { stdout } = await command.run(node("console.log(JSON.stringify(process.env))"));
  delete process.env["BGP_LB_TEST_SECRET"];
  const env = JSON.parse(stdout) as Record<string, string>;
  assert.deepEqual(Object.keys(env).sort(), ["LC_ALL", "PATH"]);
  assert.equal(env["LC_ALL"], "C");
  assert.ok(env["PATH"]?.split(":").includes("/usr/sbin"));
  assert.ok(env["PATH"]?.split(":").includes("/sbin"));
});

// fault: ip-missing
test("a program that is not there is an error that names it", async () => {
  await assert.rejects(command.run(["bgp-lb-no-such-program", "x"]), {
    name: "CommandError",
    message:
      "bgp-lb-no-such-program x: is not installed; install bgp-lb-no-such-program (apt-get install bgp-lb-no-such-program)",
  });
});

// fault: ip-hangs
test("a program that does not end is killed", async () => {
  await assert.rejects(
    command.run(node("setInterval(() => {}, 1000); process.on('SIGTERM', () => {})"), { timeoutMs: 300 }),
    {
      name: "CommandError",
      message: /gave no answer within 300 ms and was killed/,
    },
  );
});

test("a cancelled program is killed, also before it starts", async () => {
  const controller = new AbortController();
  const run = command.run(node("setInterval(() => {}, 1000)"), { signal: controller.signal });
  controller.abort();
  await assert.rejects(run, { name: "CommandError", message: /cancelled/ });
  await assert.rejects(command.run(node("0"), { signal: controller.signal }), {
    name: "CommandError",
    message: /cancelled/,
  });
});

test("a program that kills itself is an error, not an answer", async () => {
  await assert.rejects(command.run(node("process.kill(process.pid, 'SIGKILL')")), {
    name: "CommandError",
    message: /SIGKILL/,
  });
});

test("a program that closes its input early still answers", async () => {
  const { code } = await command.run(node("process.exit(4)"), { stdin: "x".repeat(1_000_000) });
  assert.equal(code, 4);
});

test("a file is read, an absent one is undefined, another fault is an error", async () => {
  assert.match((await command.read("/proc/self/status")) ?? "", /^Name:/);
  assert.equal(await command.read("/proc/self/bgp-lb-no-such-file"), undefined);
  await assert.rejects(command.read("/proc/self"), { name: "CommandError", message: /^read \/proc\/self: EISDIR/ });
});

test("a file is written where there is one, else it is an error", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bgp-lb-command-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(`${folder}/setting`, "0\n");
  await command.write(`${folder}/setting`, "1\n");
  assert.equal(await command.read(`${folder}/setting`), "1\n");
  await assert.rejects(command.write(`${folder}/none`, "1\n"), { name: "CommandError", message: /^write .*: ENOENT/ });
});

test("a SIGTERM while a program runs is for the controller to answer", async () => {
  const before = process.listenerCount("SIGTERM");
  const run = command.run(node("setInterval(() => {}, 1000)"), { timeoutMs: 300 });
  assert.equal(process.listenerCount("SIGTERM"), before);
  await assert.rejects(run, { message: /was killed/ });
});

test("an error is one line, bounded, with the exit code and a remedy where one is known", () => {
  const argv = ["ip", "link", "add", "name", "web", "type", "dummy"];
  assert.equal(
    new CommandError(argv, "RTNETLINK answers: No buffer space\n  twice\n", 2).message,
    "ip link add name web type dummy: RTNETLINK answers: No buffer space / twice (exit code 2)",
  );
  assert.equal(failure(["ipvsadm"], "", 1), "ipvsadm: no message (exit code 1)");
  assert.match(failure(["ip"], "", 1), /^ip: no message \(exit code 1\); needs CAP_NET_ADMIN: /);
  assert.ok(oneLine("x\n".repeat(10_000)).length < 500);
  for (const [said, help] of [
    [
      "RTNETLINK answers: Operation not permitted",
      /; needs CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN/,
    ],
    ["Error: Unknown device type.", /; the kernel module dummy is not there: run modprobe dummy on the host$/],
    ["RTNETLINK answers: Operation not supported", /; the kernel module dummy is not there/],
    [
      "Can't initialize ipvs: Protocol not available",
      /; the kernel module ip_vs is not there: run modprobe ip_vs on the host$/,
    ],
    [
      "Can't initialize ipvs: Permission denied (you must be root)",
      /; needs CAP_NET_ADMIN outside of any user namespace/,
    ],
    ["is not installed", /; install iproute2 \(apt-get install iproute2\)$/],
  ] as const)
    assert.match(failure(argv, said), help);
  const six = ["ip", "address", "add", "2001:db8::1/128", "dev", "web", "nodad"];
  for (const said of ["RTNETLINK answers: Permission denied", "Error: IPv6 is disabled on this device."])
    assert.match(
      failure(six, said),
      /; IPv6 is switched off on web: set .*all\.disable_ipv6, .*default\.disable_ipv6, net\.ipv6\.conf\.web\.disable_ipv6 to 0 /,
    );
  assert.match(failure(six, "RTNETLINK answers: Operation not supported"), /without IPv6 \(ipv6\.disable=1\)/);
  assert.match(failure(six, "RTNETLINK answers: Operation not permitted"), /; needs CAP_NET_ADMIN/);
  assert.match(failure([...six.slice(0, 3), "10.0.0.1/32"], "RTNETLINK answers: Permission denied"), /CAP_NET_ADMIN/);
  assert.match(
    failure(["ipvsadm", "-A", "-s", "mh"], "Scheduler or persistence engine not found"),
    /modprobe ip_vs_mh on the host$/,
  );
  assert.match(
    failure(["ipvsadm", "-R"], "Scheduler or persistence engine not found"),
    /modprobe ip_vs_<scheduler> on/,
  );
});
