import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { blocksOf } from "../../lab/page-blocks.ts";
import type { StatusDocument } from "../../src/admin/api.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { codeIn, PAGES, ROOT } from "./pages.ts";

const README = PAGES.find(({ file }) => file === "README.md") ?? assert.fail("no README");
const CONFIG = blocksOf(README.text).find(({ language }) => language === "json")?.text ?? "";
const MAIN = join(ROOT, "src/main.ts");
const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : false;

/** The command line of the README that begins so. */
const line = (begin: string) =>
  codeIn(README).find((code) => code.startsWith(begin)) ?? assert.fail(`README has no line ${begin}`);

test("the README's lines for a start by hand, to the letter, with its smallest config", {
  skip,
  timeout: 180_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  const config = join(folder, "config.json");
  await writeFile(config, CONFIG);
  const binary = "binary" in found ? found.binary : "";
  const env = { PATH: `${dirname(binary)}${delimiter}${process.env["PATH"]}`, RUNTIME_DIRECTORY: folder };
  const start = (command: string) => {
    const [program = "", ...words] = command.split(" ");
    const child = spawn(program, words, { cwd: ROOT, env: { ...process.env, ...env }, detached: true });
    const seen = { text: "", child };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        seen.text += chunk.toString();
      });
    return seen;
  };
  const gobgpd = start(line("gobgpd "));
  const controller = start(line("npm start ").replace("FILE", config));
  t.after(async () => {
    // npm and its shell pass no signal on: each is the first of a group.
    for (const { child } of [controller, gobgpd]) if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await rm(folder, { recursive: true });
  });
  const says = (pattern: RegExp) =>
    until(`the controller to say ${pattern}`, () => pattern.test(controller.text), {
      ms: 60_000,
      found: () => controller.text,
    });
  await says(/bgp-lb \S+ starts with .*config\.json: VIPs 10\.88\.2\.1\b/);
  await says(/gobgpd at 127\.0\.0\.1:50051 answers \(GoBGP 3\)/);
  await says(/start BGP as AS 65512, router ID 10\.88\.0\.200/);
  await says(/add peer 10\.88\.0\.253 AS 65512/);
  const { stdout } = await execa(process.execPath, [MAIN, "status", "-json"], { env });
  process.kill((JSON.parse(stdout) as StatusDocument).pid, "SIGTERM");
  await says(/SIGTERM: leaving in order/);
});
