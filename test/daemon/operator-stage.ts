import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Registry } from "prom-client";
import { OperatorMetrics } from "../../src/admin/operator-metrics.ts";
import type { VirtualServiceKey } from "../../src/core/service.ts";
import { Operator } from "../../src/daemon/operator.ts";
import { OverrideStore } from "../../src/daemon/overrides.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { Traffic } from "../../src/daemon/traffic.ts";
import { VirtualClock } from "../support/clock.ts";
import { FakeKernel } from "../support/fake-kernel.ts";
import { recordingLog } from "../support/log.ts";
import { EMPTY_KERNEL, health, service } from "../support/world.ts";

const WEB = "tcp 10.88.2.1:80" as VirtualServiceKey;

/** An operator over two services, one of which is counted, and lives as often as `start` is called. */
export async function stage(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-operator-"));
  t.after(() => rm(directory, { recursive: true }));
  const clock = new VirtualClock(1_000);
  const kernel = new FakeKernel();
  const [virtual] = service("web", ["10.88.2.1"]).virtualServices;
  kernel.state = { ...EMPTY_KERNEL, virtualServices: new Map(virtual === undefined ? [] : [[WEB, virtual]]) };
  const log = recordingLog();
  const world = { verdicts: health({ web: "up", api: "up" }), names: ["web", "api"], gone: "", changes: 0 };
  const reporter = new Reporter(log.logger);
  const start = async () => {
    const registry = new Registry();
    const operator = new Operator({
      clock,
      log: log.logger,
      reporter,
      metrics: new OperatorMetrics(registry),
      store: new OverrideStore(directory, clock),
      services: () => new Map(world.names.map((name) => [name, name === "web" ? [WEB] : []])),
      health: () => world.verdicts,
      announced: (name) => name !== world.gone,
      traffic: new Traffic(kernel, reporter),
      onChange: () => {
        world.changes++;
      },
    });
    await operator.load();
    /** Looks each second, as the controller's loop does. */
    const look = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        await operator.look();
        await clock.advance(1_000);
      }
      await operator.look();
    };
    const words = () =>
      [...operator.overrides].map(([name, one]) => `${name} ${one.word} ${"result" in one ? one.result : ""}`);
    const metric = async (name: string) =>
      (await registry.metrics()).split("\n").filter((line) => line.startsWith(name) && !line.endsWith(" 0"));
    return { operator, look, words, metric };
  };
  const flow = (active: number, accepted: number) => {
    kernel.traffic = new Map([[WEB, { active, accepted }]]);
  };
  return { start, flow, clock, kernel, log, world };
}
