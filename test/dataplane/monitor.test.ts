import assert from "node:assert/strict";
import { test } from "node:test";
import type { Follow } from "../../src/dataplane/follow.ts";
import { follow } from "../../src/dataplane/follow.ts";
import { LinkMonitor } from "../../src/dataplane/monitor.ts";
import { VirtualClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

/** What iproute2 6.1 prints while a link comes and goes. */
const EVENTS =
  `3: web: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default \\    link/ether ee:89:82:6b:33:9f brd ff:ff:ff:ff:ff:ff
3: web    inet 10.88.2.1/32 scope global web\\       valid_lft forever preferred_lft forever
Deleted 3: web    inet6 2001:db8::5/128 scope global tentative \\       valid_lft forever preferred_lft forever
Deleted 3: web: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default \\    link/ether ee:89:82:6b:33:9f brd ff:ff:ff:ff:ff:ff
`.split("\n");

function stage(links = ["web"]) {
  const clock = new VirtualClock();
  const troubles: (string | undefined)[] = [];
  const runs: { readonly say: (text: string) => void; readonly end: (why: string) => void }[] = [];
  let changes = 0;
  const fake: Follow = (_argv, say, signal) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
    runs.push({ say, end: resolve });
    return promise;
  };
  const monitor = new LinkMonitor({
    clock,
    links: () => new Set(links),
    onChange: () => changes++,
    onTrouble: (error) => troubles.push(error),
    follow: fake,
  });
  return { clock, monitor, runs, troubles, changes: () => changes };
}

test("each kind of line about a link of ours is a change; many in 50 ms are one; those of others are none", async () => {
  const { clock, monitor, runs, changes } = stage();
  monitor.start();
  for (const line of EVENTS.filter((one) => one !== "")) {
    const before = changes();
    runs[0]?.say(`${line}\n`);
    await clock.advance(50);
    assert.equal(changes(), before + 1, line);
  }
  const before = changes();
  for (let times = 0; times < 100; times++) runs[0]?.say(EVENTS.join("\n"));
  await clock.advance(1_000);
  assert.equal(changes(), before + 1);
  runs[0]?.say(
    "4: web2: <BROADCAST> mtu 1500\n5: veth1@web: <BROADCAST> mtu 1500\n6: eth0    inet 192.0.2.1/24\nodd\n\n",
  );
  await clock.advance(1_000);
  assert.equal(changes(), before + 1);
  await monitor.stop();
  assert.equal(clock.sleeping, 0);
});

test("a line in pieces is one line, and one without an end is not kept whole", async () => {
  const { clock, monitor, runs, changes } = stage();
  monitor.start();
  const [line = ""] = EVENTS;
  for (const letter of line) runs[0]?.say(letter);
  await clock.advance(100);
  assert.equal(changes(), 0);
  runs[0]?.say("x".repeat(1_000_000));
  runs[0]?.say("\n");
  await clock.advance(100);
  assert.equal(changes(), 1);
  await monitor.stop();
});

// fault: ip-monitor-dies
test("one that ends is told, started again after 1, 2, 4 s ... 60 s, and followed by a look, for nobody listened; one that lives is told", async () => {
  const { clock, monitor, runs, troubles, changes } = stage();
  monitor.start();
  const pauses: number[] = [];
  for (let times = 0; times < 8; times++) {
    const from = clock.now();
    runs.at(-1)?.end("ip: it broke");
    const count = runs.length;
    while (runs.length === count) await clock.advance(500);
    pauses.push((clock.now() - from) / 1000);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
  assert.match(troubles[0] ?? "", /^ip: it broke; what others change in links and addresses is noticed only/);
  assert.equal(changes() > 0, true);
  await clock.advance(10_000);
  assert.equal(troubles.at(-1), undefined);
  await monitor.stop();
  assert.equal(clock.sleeping, 0);
});

test("the real program: what it prints is handed over, its end is told with the reason, and it is gone when it was stopped", async () => {
  const signal = new AbortController().signal;
  let text = "";
  const why = await follow(["sh", "-c", "echo a; echo b; echo odd >&2; exit 3"], (more) => (text += more), signal);
  assert.deepEqual([text, why], ["a\nb\n", "sh -c echo a; echo b; echo odd >&2; exit 3: odd (exit code 3)"]);
  assert.match(await follow(["no-such-ip"], () => {}, signal), /^no-such-ip: is not installed/);
  const stop = new AbortController();
  let pid = 0;
  const ended = follow(["sh", "-c", "echo $$; exec sleep 1000"], (said) => (pid = Number(said)), stop.signal);
  await until("the program", () => pid > 0);
  stop.abort();
  await ended;
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});
