import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../lab/docker/pair.ts";
import { SLOW, until } from "../../lab/patience.ts";
import type { Scene } from "./scene.ts";

/** Each action on the pair, with every UPDATE that the router gets for it. */
export function actions(scene: () => Scene): void {
  it("up: each VIP is announced once, and serves", async () => {
    const { pair, ground } = scene();
    const mark = await scene().mark();
    await pair.compose(["up", "-d", "--no-build"]);
    await scene().works();
    await scene().hears(["announced"], mark);
    for (const vip of scene().vips) assert.equal((await ground.get(vip)).trim(), "h1");
  });

  it("the controller is killed: the engine starts another, and the router hears nothing", async () => {
    const mark = await scene().mark();
    await kill(scene(), "controller");
    await scene().works();
    await scene().hears([], mark);
  });

  it("the guard is killed: the engine starts another, and the router hears nothing", async () => {
    const mark = await scene().mark();
    await kill(scene(), "guard");
    await scene().works();
    await scene().hears([], mark);
  });

  it("the controller is killed for good: the guard withdraws; start: announced once", async () => {
    const mark = await scene().mark();
    // The engine counts this as wanted, and starts nothing again.
    await scene().pair.compose(["kill", "-s", "KILL", "controller"]);
    await scene().hears(["withdrawn"], mark);
    const again = await scene().mark();
    await scene().pair.compose(["start", "controller"]);
    await scene().works();
    await scene().hears(["announced"], again);
  });

  it("gobgpd is killed: lost with the session, then announced once each", async () => {
    const mark = await scene().mark();
    await kill(scene(), "gobgpd");
    await scene().hears(["lost", "announced"], mark);
    await scene().works();
  });

  it("restart controller: withdrawn once, announced once", async () => {
    const mark = await scene().mark();
    await scene().pair.compose(["restart", "controller"]);
    await scene().works();
    await scene().hears(["withdrawn", "announced"], mark);
  });

  it("restart gobgpd: lost with the session, then announced once each", async () => {
    const mark = await scene().mark();
    await scene().pair.compose(["restart", "gobgpd"]);
    await scene().hears(["lost", "announced"], mark);
    await scene().works();
  });

  it("up --force-recreate --no-deps controller: withdrawn once, announced once", async () => {
    const mark = await scene().mark();
    await scene().pair.compose(["up", "-d", "--no-build", "--force-recreate", "--no-deps", "controller"]);
    await scene().works();
    await scene().hears(["withdrawn", "announced"], mark);
  });

  it("stop: withdrawn once, nothing of ours is left on the host; start: announced once", async () => {
    const mark = await scene().mark();
    await scene().pair.compose(["stop"]);
    await scene().hears(["withdrawn"], mark);
    await scene().hostIsBare();
    const again = await scene().mark();
    await scene().pair.compose(["start"]);
    await scene().works();
    await scene().hears(["announced"], again);
  });
}

/** As a fault would: `docker kill` counts as wanted, and the engine would not start it again. */
async function kill(scene: Scene, service: Service): Promise<void> {
  const { pair } = scene;
  const before = await pair.inspect(service);
  process.kill(await pair.process(service), "SIGKILL");
  let seen = before;
  await until(
    `the engine has started ${service} again`,
    async () => {
      seen = await pair.inspect(service);
      if (seen.RestartCount > before.RestartCount && seen.State.Status === "running") return true;
      await sleep(30 * SLOW);
      return false;
    },
    { seen: () => [seen.RestartCount, seen.State.Status] },
  );
  assert.equal(seen.RestartCount, before.RestartCount + 1, "starts by the engine");
}
