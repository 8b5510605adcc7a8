import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { execa } from "execa";
import { AdminServer } from "../../src/admin/admin-server.ts";
import type { AdminActionsOptions } from "../../src/daemon/admin-actions.ts";
import { adminActions } from "../../src/daemon/admin-actions.ts";
import type { Reloaded } from "../../src/daemon/reloader.ts";
import { stage as operatorStage } from "../daemon/operator-stage.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const GOLDEN = new URL("../golden/words.txt", import.meta.url);

/** The real admin socket over the real operator of two services, `web` and `api`; what a reload answers is said beforehand. */
async function stage(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-words-"));
  const socket = join(directory, "admin.sock");
  const scene = await operatorStage(t);
  const { operator } = await scene.start();
  const reloads: Reloaded[] = [];
  const reloader = { settled: () => Promise.resolve(false), reload: () => Promise.resolve(reloads.shift()) };
  const actions = adminActions({
    operator,
    reloader: reloader as unknown as AdminActionsOptions["reloader"],
    services: () =>
      new Map([
        ["web", ["tcp 10.88.2.1:80" as never]],
        ["api", []],
      ]),
  } as unknown as AdminActionsOptions);
  const server = new AdminServer(actions, (error) => assert.fail(String(error)));
  await server.listen(socket, undefined);
  t.after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  /** The command as alice types it, and all that she gets. */
  const type = async (line: string, at = socket) => {
    const argv = [...line.split(" "), "-admin-socket", at, "-log-format", "json"];
    const env = { SUDO_USER: "alice" };
    const { exitCode, stdout, stderr } = await execa(process.execPath, [MAIN, ...argv], { reject: false, env });
    const said = [...(stdout === "" ? [] : stdout.split("\n")), ...(stderr === "" ? [] : stderr.split("\n"))];
    const text = [`$ bgp-lb ${line}`, ...said, `exit code ${exitCode}`, ""].join("\n");
    return text.replaceAll(directory, "/run/bgp-lb").replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "2026-01-02T03:04:05Z");
  };
  return { type, reloads };
}

test("drain, undrain, force and reload: what they print and their exit codes, where all is well and where it is not", async (t) => {
  const { type, reloads } = await stage(t);
  reloads.push(
    { at: "", line: "config reloaded from /etc/bgp-lb/config.json: VIPs 10.88.2.1; no network setup" },
    { at: "", error: "bad", line: "the config is not reloaded, the one before stays: config.json:1:3: not JSON" },
    { at: "", error: "costs", refused: true, line: "peer 10.88.0.253: AS 65512 is now 65513, so its session is lost" },
  );
  const texts: string[] = [];
  for (const line of [
    "drain web -reason update",
    "drain web",
    "drain wbe",
    "drain",
    "drain web -all",
    "drain api -timeout 5",
    "drain api -timeout 10m",
    "undrain web",
    "undrain web",
    "undrain -all",
    "force up web -for 10m -reason disaster",
    "force down api",
    "force sideways web",
    "force up",
    "force up wbe",
    "undrain -all",
    "reload",
    "reload",
    "reload",
    "reload now",
  ])
    texts.push(await type(line));
  for (const line of ["drain web", "status", "why web", "events", "reload"])
    texts.push(await type(line, "/run/bgp-lb-that-is-not/admin.sock"));
  texts.push(await type("drain web", "off"));
  const text = texts.join("\n");
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(GOLDEN, text);
  assert.equal(text, await readFile(GOLDEN, "utf8"));
});
