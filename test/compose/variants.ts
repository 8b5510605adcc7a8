import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { run } from "../../lab/command.ts";
import { oldCompose } from "../../lab/docker/compose-program.ts";
import type { Scene } from "./scene.ts";

/** What the compose file offers beside its defaults. */
export function variants(scene: () => Scene): void {
  it("down: withdrawn once, nothing of ours is left on the host", async () => {
    const mark = await scene().mark();
    await scene().pair.compose(["down"]);
    await scene().hears(["withdrawn"], mark);
    await scene().hostIsBare();
  });

  it("gobgpd 4.8, listening on port 179 by the two lines of the compose file", async () => {
    const { pair } = scene();
    const file = join(scene().directory, "listening.yml");
    const text = await readFile("docker-compose.yml", "utf8");
    const enabled = text.replace(/^( +)# (user: "0:64179"|cap_add: \[NET_BIND_SERVICE\])$/gm, "$1$2");
    assert.equal(enabled.length, text.length - 4, "both lines are there, commented out");
    await writeFile(file, enabled);
    await scene().configure({ listenPort: 179 });
    const how = { file, suite: "trixie-backports" };
    const mark = await scene().mark();
    await pair.compose(["up", "-d", "--no-build"], how);
    await scene().works();
    await scene().hears(["announced"], mark);
    assert.match(await run(["ss", "-Hltnp"]), /:179\b.*gobgpd/);
    const status = await readFile(`/proc/${await pair.process("gobgpd")}/status`, "utf8");
    assert.match(status, /^CapEff:\t0000000000000400$/m, "NET_BIND_SERVICE alone");
    const leave = await scene().mark();
    await pair.compose(["down"], how);
    await scene().hears(["withdrawn"], leave);
    await scene().hostIsBare();
    await scene().configure({});
    await rm(file);
  });

  const old = oldCompose();
  it("by docker-compose 1.29: up and down", {
    skip: old === undefined && "docker-compose 1.29 is not installed",
  }, async () => {
    const { pair } = scene();
    const mark = await scene().mark();
    await pair.compose(["up", "-d", "--no-build"], { program: old });
    await scene().works();
    await scene().hears(["announced"], mark);
    const leave = await scene().mark();
    await pair.compose(["down"], { program: old });
    await scene().hears(["withdrawn"], leave);
    await scene().hostIsBare();
  });
}
