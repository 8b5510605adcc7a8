import assert from "node:assert/strict";
import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../lab/command.ts";
import type { Container } from "../../lab/docker/pair.ts";
import { SLOW, until } from "../../lab/patience.ts";
import type { HostChange, Scene } from "./scene.ts";

/** Each fault in a container that is the compose file's but for that fault. */
export function faults(scene: () => Scene): void {
  let controller: Container;

  before(async () => {
    await scene().pair.compose(["up", "--no-start", "--no-build"]);
    controller = await scene().pair.inspect("controller");
  });

  const whileItRuns = async (change: HostChange, work: (name: string) => Promise<void>) => {
    const name = await scene().startAnother("faulty", controller, change);
    try {
      await work(name);
    } finally {
      await scene().remove(name);
    }
  };
  const runsOn = async (name: string) => {
    const { RestartCount, State } = await scene().pair.inspectId(name);
    assert.deepEqual([RestartCount, State.Status], [0, "running"]);
  };

  // The host is bare, and gobgpd does not run yet.
  it("no NET_ADMIN: names the capability and what to write into the compose file", async () => {
    await whileItRuns({ CapAdd: [] }, async (name) => {
      await scene().line(name, "cannot add dummy link web", "CAP_NET_ADMIN", "cap_add: [NET_ADMIN]");
      await runsOn(name);
    });
  });

  it("no gobgpd yet: says that its socket is not there, and goes on as soon as it is", async () => {
    const mark = await scene().mark();
    let leave = mark;
    await whileItRuns({}, async (name) => {
      await scene().line(name, "unix:///run/gobgp/api.sock cannot be reached: there is no such socket", "--api-hosts");
      await runsOn(name);
      const gobgpd = (await scene().pair.inspect("gobgpd")).Id;
      await scene().pair.engine.ask("POST", `/containers/${gobgpd}/start`);
      await scene().works();
      await scene().hears(["announced"], mark);
      leave = await scene().mark();
    });
    await scene().hears(["withdrawn"], leave);
  });

  // From here on gobgpd runs.
  it("/proc/sys is read-only, and a ping check has no NET_RAW: names the sysctl for the host, and the capability", async () => {
    const mark = await scene().mark();
    await scene().configure({ prefixLength: 24, ping: true });
    await whileItRuns({}, async (name) => {
      await scene().line(name, "sysctl -w net.ipv4.conf.all.promote_secondaries=1 on the host");
      await scene().line(name, "service web is down", "ping may not open its socket", "cap_add: [NET_RAW]");
      await runsOn(name);
    });
    await scene().configure({});
    await scene().hears([], mark);
  });

  const guest = process.env["IN_GUEST"] === undefined && "would take a module out of this machine's kernel";
  it("no IPVS in the host's kernel: names the module", { skip: guest }, async () => {
    await run(["modprobe", "--remove", "ip_vs_rr", "ip_vs"]);
    await run(["tee", "/proc/sys/kernel/modprobe"], "/bin/false\n");
    try {
      await whileItRuns({}, async (name) => {
        await scene().line(name, "cannot add virtual service", "modprobe ip_vs on the host");
        await runsOn(name);
      });
    } finally {
      await run(["tee", "/proc/sys/kernel/modprobe"], "/sbin/modprobe\n");
    }
  });

  it("not in the group of the socket: says so", async () => {
    await whileItRuns({ GroupAdd: [] }, async (name) => {
      await scene().line(
        name,
        "unix:///run/gobgp/api.sock cannot be reached: this user may not open the socket",
        "group",
      );
      await runsOn(name);
    });
    // Its last look found a gobgpd that it may not ask, and it takes nothing away under what that one may announce.
    await run(["ip", "link", "delete", "web"]);
    await run(["ipvsadm", "-C"]);
  });

  it("an empty config directory: one line each time, and the engine's backoff between them", async () => {
    const empty = await otherDirectory(scene(), "empty");
    await whileItRuns({ Binds: bindsWith(controller, empty) }, async (name) => {
      const line = "/etc/bgp-lb/config.json: there is no such file; name the config file with -config FILE";
      await restartsSlowly(scene(), name, line);
    });
  });

  it("a config that root without further rights may not read: one line each time, with what to look at", async () => {
    const closed = await otherDirectory(scene(), "closed");
    await writeFile(join(closed, "config.json"), "{}", { mode: 0o600 });
    await chown(join(closed, "config.json"), 1234, 1234);
    await chmod(closed, 0o755);
    await whileItRuns({ Binds: bindsWith(controller, closed) }, async (name) => {
      const line =
        "/etc/bgp-lb/config.json: this user may not read it; check the owner and mode of the file and its directories";
      await restartsSlowly(scene(), name, line);
    });
  });

  it("a volume that gobgpd may not write to: one line each time, with what to do", async () => {
    const { pair } = scene();
    await pair.compose(["down", "--volumes"]);
    const closed = await otherDirectory(scene(), "volume");
    await pair.compose(["up", "--no-start", "--no-build"]);
    const gobgpd = await pair.inspect("gobgpd");
    const name = await scene().startAnother("faulty", gobgpd, { Binds: [`${closed}:/run/gobgp:rw`], Mounts: [] });
    try {
      const line = await scene().line(name, "may not write to /run/gobgp", "0:0 (mode 700)", "chown 64179:64179");
      await restartsSlowly(scene(), name, line);
    } finally {
      await scene().remove(name);
    }
  });

  it("and in all that time the router got no UPDATE that was not looked for", async () => {
    await scene().pair.compose(["down", "--volumes"]);
    await scene().hostIsBare();
    await scene().heardNothingElse();
  });
}

async function otherDirectory(scene: Scene, name: string): Promise<string> {
  const directory = join(scene.directory, name);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { mode: 0o700 });
  return directory;
}

function bindsWith(model: Container, directory: string): readonly string[] {
  const binds = model.HostConfig["Binds"] as readonly string[];
  const at = binds.findIndex((bind) => bind.includes(":/etc/bgp-lb:"));
  assert.notEqual(at, -1, "the config directory is mounted");
  return binds.with(at, `${directory}:/etc/bgp-lb:ro`);
}

/** Nothing but this line, once for each start; Docker waits 0.1 s before the second start, then twice as long each time. */
async function restartsSlowly(scene: Scene, name: string, line: string): Promise<void> {
  const start = performance.now();
  let restarts = 0;
  await until("it was started again", async () => {
    restarts = (await scene.pair.inspectId(name)).RestartCount;
    return restarts >= 2;
  });
  await sleep(500 * SLOW);
  const { RestartCount } = await scene.pair.inspectId(name);
  const seconds = (performance.now() - start) / 1000;
  const most = Math.ceil(Math.log2(seconds / 0.1 + 1)) + 1;
  assert.ok(
    RestartCount <= most,
    `${RestartCount} restarts in ${seconds.toFixed(1)} s; at most ${most} by the backoff`,
  );
  const lines = await scene.pair.logs(name);
  assert.deepEqual([...new Set(lines)], [line]);
  assert.ok(lines.length <= RestartCount + 1, `${lines.length} lines of ${RestartCount + 1} starts`);
}
