import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { PlanDocument } from "../../src/admin/api.ts";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { md5Missing } from "../support/md5.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("4.8");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? (await md5Missing()) ?? false);
const binary = "binary" in found ? found.binary : "";
const [RIGHT, WRONG] = ["s3cret-of-both", "s3cret-of-nobody"];

// fault: password-changed
test("a password that changes in its file costs the session: told by plan, refused by reload until that is allowed; why and doctor help with a wrong one; it is shown nowhere", {
  skip,
}, async (t) => {
  const peers = (router: object) => ({ peers: [{ ...router, passwordFile: "router.password", holdTime: 30 }] });
  const { gobgpd, controller, announced, withdrawn } = await scene(t, {}, {}, peers, { password: RIGHT });
  const said: string[] = [];
  const run = async (...argv: string[]) => {
    const answer = await cliOf(controller).run(...argv);
    said.push(...answer.out, ...answer.err);
    return answer;
  };
  const config = join(controller.folder, "config.json");
  const passwordFile = join(controller.folder, "router.password");
  const write = (password: string) => writeFile(passwordFile, `${password}\n`, { mode: 0o640 });
  const check = () => run("check", "-config", config, "-network-setup=false");
  await gobgpd.start(binary);

  const absent = await check();
  assert.equal(absent.code, 2);
  assert.match(absent.err.join(), /bgp\.peers\[0\]\.passwordFile: .*there is no such file: write it/);
  await write(RIGHT);
  const { out } = await check();
  assert.ok(
    out.some((line) => line.includes(`"passwordFile": "${passwordFile}"`)),
    out.join("\n"),
  );
  controller.start();
  await announced();
  const peerOf = async () => {
    const { out: told } = await run("status", "-json");
    return (JSON.parse(told.join("\n")) as { readonly peers: readonly { readonly establishedAt: number }[] }).peers[0];
  };
  const first = await peerOf();
  assert.partialDeepStrictEqual(first, { session: "established", signed: true, holdTime: 30 });
  assert.equal((await run("reload")).code, 0, "nothing has changed");
  controller.signal("SIGKILL");
  await controller.ended();
  const from = controller.lines.length;
  controller.start();
  await controller.says(/^info bgp-lb .* starts with/, from);
  await until("the next controller to be settled", async () => (await run("health")).code === 0);
  assert.equal((await peerOf())?.establishedAt, first?.establishedAt, "the session stood all the time");

  await write(WRONG);
  const plan = await run("plan", "-config", config, "-network-setup=false", "-json");
  const { sessions, resets } = JSON.parse(plan.out.join("\n")) as PlanDocument;
  const change = "its password is another";
  assert.deepEqual(sessions, [{ peer: "127.0.0.2", effect: "reset", session: "established", change }]);
  assert.deepEqual(resets, [`peer 127.0.0.2: ${change}, so its session is lost`]);
  const refused = await run("reload");
  assert.deepEqual([refused.code, refused.out], [4, []]);
  assert.match(
    refused.err.join(),
    /its password is another, so its session is lost; `bgp-lb reload -allow-session-reset`/,
  );
  assert.equal((await run("reload", "-allow-session-reset")).code, 0);
  await withdrawn();
  await until(
    "why to name the peer",
    async () => {
      const { code, out: why } = await run("why", "web");
      return (
        code === 1 &&
        /no session.*To do: look on the router whether .* the password of its passwordFile here/s.test(why.join(" "))
      );
    },
    { found: () => said.slice(-30) },
  );
  const doctor = () => run("doctor", "-config", config, "-network-setup=false");
  await until("doctor to say it", async () =>
    /session 127\.0\.0\.2 .* with another signature than .*\(TCPMD5Failure [1-9]/.test((await doctor()).out.join("\n")),
  );

  await write(RIGHT);
  assert.equal((await run("reload")).code, 0, "there is no session that could be lost");
  await announced();
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
  await rm(passwordFile);
  const cleanup = await run("cleanup", "-config", config);
  assert.deepEqual([cleanup.code, cleanup.err], [0, []], "it begins no session");

  const files = await readdir(controller.folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile() && file.name !== "router.password")
    .map((file) => readFile(join(file.parentPath, file.name), "utf8"));
  for (const text of [...controller.lines, ...said, gobgpd.log, ...(await Promise.all(texts))])
    assert.doesNotMatch(text, /s3cret/);
});
