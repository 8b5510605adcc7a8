import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { probe, verdict } from "../probe.ts";
import { isGone, isReaped, pidOf } from "../process.ts";

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "bgp-lb-exec-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A check that runs a script; the directory is its $0. */
function shell(script: string, at = "/"): { kind: "exec"; command: [string, ...string[]] } {
  return { kind: "exec", command: ["/bin/sh", "-c", script, at] };
}

test("exit code 0 is healthy, whatever it writes", async () => {
  assert.deepEqual(await probe(shell("echo bad; echo worse >&2; exit 0")), { ok: true });
});

test("another exit code is unhealthy; the last line written is the reason", async () => {
  assert.equal(await verdict(shell("exit 3")), "exit code 3");
  assert.equal(await verdict(shell("echo one; echo two; echo; exit 1")), "exit code 1: two");
  assert.equal(await verdict(shell("echo 'no space left' >&2; exit 2")), "exit code 2: no space left");
  assert.equal(await verdict(shell("kill -TERM $$")), "killed by SIGTERM");
});

test("the arguments reach the program as they are, and no shell reads them", async () => {
  const command: [string, ...string[]] = [
    "/bin/sh",
    "-c",
    'printf "%s|" "$@"; exit 1',
    "sh",
    "a b",
    "$HOME",
    "; false",
    "",
  ];
  assert.equal(await verdict({ kind: "exec", command }), "exit code 1: a b|$HOME|; false||");
});

test("variables are added to the environment", async () => {
  assert.equal(
    await verdict({ ...shell('echo "$COLOUR" $(test -n "$PATH" && echo path); exit 1'), env: { COLOUR: "blue" } }),
    "exit code 1: blue path",
  );
});

// fault: check-program-missing
test("a program that is missing or not allowed says so", async (t) => {
  const at = directory(t);
  writeFileSync(join(at, "data"), "not a program");
  assert.match(
    await verdict({ kind: "exec", command: ["/nonexistent/check"] }),
    /^the program \/nonexistent\/check is missing/,
  );
  assert.match(
    await verdict({ kind: "exec", command: [join(at, "data")] }),
    /cannot be run by this user: permission denied$/,
  );
});

// fault: check-program-hangs
test("the signal kills the program with its children and theirs, and no zombie of ours stays", async (t) => {
  const at = directory(t);
  const controller = new AbortController();
  const script = `
    echo $$ > $0/leader
    (trap "" TERM INT HUP; sh -c 'echo $$ > $0/grandchild; exec sleep 1000' $0 & echo waiting; wait) &
    wait`;
  const ended = verdict(shell(script, at), controller.signal);
  const [leader, grandchild] = await Promise.all([pidOf(join(at, "leader")), pidOf(join(at, "grandchild"))]);
  controller.abort();
  assert.match(await ended, /^\/bin\/sh was killed/);
  assert.ok(isReaped(leader));
  await isGone(grandchild);
});

test("what a program leaves in the background is killed when it exits, and the verdict does not wait for it", async (t) => {
  const at = directory(t);
  // Holds the pipes of the program open.
  assert.equal(await verdict(shell("sleep 1000 & echo $! > $0/left; exit 0", at)), "ok");
  await isGone(await pidOf(join(at, "left")));
});

test("a process that left the group and holds the output open delays nothing", async (t) => {
  const at = directory(t);
  assert.equal(
    await verdict(
      shell(
        "setsid sh -c 'echo $$ > $0/daemon; exec sleep 1000' $0 & while [ ! -s $0/daemon ]; do :; done; exit 4",
        at,
      ),
    ),
    "exit code 4",
  );
  const pid = await pidOf(join(at, "daemon"));
  process.kill(pid, "SIGKILL");
  await isGone(pid);
});

// fault: check-program-floods
test("a flood of output is cut off by the end of the program", async () => {
  assert.equal(await verdict({ kind: "exec", command: ["yes"] }), "yes was killed: it wrote more than 1024 KiB");
});

test("a long last line without an end is bounded", async () => {
  const reason = await verdict(shell("head -c 100000 /dev/zero | tr '\\0' x; exit 1"));
  assert.match(reason, /^exit code 1: x+…$/);
  assert.equal(reason.length, 200);
});

test("an ended signal starts nothing", async () => {
  assert.equal(await verdict(shell("exit 0"), AbortSignal.abort()), "ended before it began");
});
