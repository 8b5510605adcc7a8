import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { run } from "../../lab/command.ts";
import type { Service } from "../../lab/docker/pair.ts";
import { SUITES } from "../../lab/images.ts";
import { until } from "../../lab/patience.ts";
import type { Scene } from "./scene.ts";

const NET_ADMIN = "0000000000001000";
const NOTHING = "0000000000000000";

/** The pair runs since `actions`; what its processes really have, by /proc. */
export function hardening(scene: () => Scene): void {
  it("the controller is root with NET_ADMIN alone, in gobgpd's group", async () => {
    const status = statusOf(await scene().pair.process("controller"));
    assert.equal(status["CapEff"], NET_ADMIN);
    assert.equal(status["CapBnd"], NET_ADMIN);
    assert.equal(status["NoNewPrivs"], "1");
    assert.equal(status["Uid"]?.split("\t")[0], "0");
    assert.ok(status["Groups"]?.split(" ").includes("64179"));
  });

  it("gobgpd is a user of its own without any capability", async () => {
    const status = statusOf(await scene().pair.process("gobgpd"));
    assert.deepEqual([status["CapEff"], status["CapBnd"], status["NoNewPrivs"]], [NOTHING, NOTHING, "1"]);
    assert.equal(status["Uid"]?.split("\t")[0], "64179");
  });

  it("the guard is another user without any capability", async () => {
    const status = statusOf(await scene().pair.process("guard"));
    assert.deepEqual([status["CapEff"], status["CapBnd"], status["NoNewPrivs"]], [NOTHING, NOTHING, "1"]);
    assert.equal(status["Uid"]?.split("\t")[0], "64180");
  });

  it("all have a root that they cannot write to, rotated logs and a restart policy", async () => {
    for (const service of ["controller", "guard", "gobgpd"] as const) {
      const { HostConfig, Config } = await scene().pair.inspect(service);
      assert.equal(HostConfig["ReadonlyRootfs"], true, service);
      assert.equal(HostConfig["NetworkMode"], "host", service);
      assert.deepEqual(HostConfig["LogConfig"], { Type: "json-file", Config: { "max-file": "3", "max-size": "10m" } });
      assert.equal((HostConfig["RestartPolicy"] as { Name: string }).Name, "unless-stopped");
      assert.equal(Config["StopSignal"], "SIGTERM", service);
      const { Pid } = (await scene().pair.inspect(service)).State;
      const root = readFileSync(`/proc/${Pid}/mountinfo`, "utf8")
        .split("\n")
        .find((line) => line.split(" ")[4] === "/");
      assert.match(root?.split(" ")[5] ?? "", /^ro\b/, service);
    }
  });

  it("gobgpd listens on no TCP port, neither for the API nor for peers", async () => {
    const listening = await run(["ss", "-Hltnp"]);
    assert.doesNotMatch(listening, /gobgpd|:50051\b|:179\b|:6060\b/);
    assert.match(listening, /:8081\b/, "the controller's metrics, which show that ss sees the pair's ports");
  });

  it("the API's socket is for gobgpd's group only", async () => {
    const { Pid } = (await scene().pair.inspect("gobgpd")).State;
    const folder = join("/proc", String(Pid), "root", "run/gobgp");
    const stat = await run(["stat", "-c", "%a %u:%g", folder, join(folder, "api.sock")]);
    assert.deepEqual(stat.trim().split("\n"), ["770 64179:64179", "770 64179:64179"]);
  });

  it("both are healthy by their own checks", async () => {
    for (const service of ["controller", "gobgpd"] as const) {
      let seen: unknown;
      await until(
        `${service} is healthy`,
        async () => {
          const { Health } = (await scene().pair.inspect(service)).State;
          seen = Health;
          return Health?.Status === "healthy";
        },
        { seconds: 60, seen: () => seen },
      );
    }
  });

  it("what an exec leaves behind is reaped", async () => {
    const { pair } = scene();
    const { Id } = await pair.inspect("controller");
    // The shell ends and leaves a child, that then ends as an orphan.
    const Cmd = ["sh", "-c", "(sleep 0.2; exit 0) & exit 0"];
    for (let count = 0; count < 3; count += 1) {
      const exec = (await pair.engine.ask("POST", `/containers/${Id}/exec`, { Cmd })).json<{ readonly Id: string }>();
      await pair.engine.ask("POST", `/exec/${exec.Id}/start`, { Detach: true });
    }
    let left: readonly string[] = [];
    await until(
      "only init, node and its ip monitor are left",
      async () => {
        left = await processesIn(scene(), "controller");
        return left.length === 3 && left.every((process) => !process.startsWith("Z"));
      },
      { seen: () => left },
    );
  });

  it("the images are small, and say what they are", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
    const gobgpds = SUITES.map((suite) => [`bgp-lb-gobgpd:${suite}`, 200] as const);
    for (const [image, megabytes] of [["bgp-lb", 350] as const, ...gobgpds]) {
      const { Size, Config } = (await scene().pair.engine.ask("GET", `/images/${image}/json`)).json<Image>();
      assert.ok(Size < megabytes * 1e6, `${image}: ${Math.round(Size / 1e6)} MB`);
      assert.equal(Config.Labels["org.opencontainers.image.version"], version, image);
      assert.equal(Config.Labels["org.opencontainers.image.title"], image.split(":")[0]);
      assert.ok(Config.Labels["org.opencontainers.image.licenses"], image);
    }
  });
}

interface Image {
  readonly Size: number;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
}

/** Of every process in the container's PID namespace: its state and name. */
async function processesIn(scene: Scene, service: Service): Promise<readonly string[]> {
  const { Pid } = (await scene.pair.inspect(service)).State;
  const namespace = namespaceOf(Pid);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && namespaceOf(Number(name)) === namespace);
  return pids.map((pid) => {
    const { Name, State } = statusOf(Number(pid));
    return `${State} ${Name}`;
  });
}

/** A process that ends in between is in no namespace. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function statusOf(pid: number): Readonly<Record<string, string>> {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
    return Object.fromEntries(lines.map((line) => line.split(":").map((part) => part.trim())));
  } catch {
    return {};
  }
}
