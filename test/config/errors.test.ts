import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/problem.ts";
import { UsageError } from "../../src/core/errors.ts";
import { BAD_CONFIGS } from "./bad-configs.ts";

const GOLDEN = new URL("../golden/config-errors.txt", import.meta.url);

function errorOf(text: string): ConfigError {
  try {
    parseConfig(text, "config.json");
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("no problem was found");
}

// After a change that is meant: UPDATE_GOLDEN=1 node --test test/config/errors.test.ts, and read the difference.
test("what is said about each bad config", async () => {
  const said = Object.entries(BAD_CONFIGS)
    .map(([name, text]) => `## ${name}\n${errorOf(text).message}\n`)
    .join("\n");
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(GOLDEN, said);
  assert.equal(said, await readFile(GOLDEN, "utf8"));
});

test("a problem holds its file, place and path", () => {
  const [first] = errorOf('{\n "bgp": { "local": { "routerID": "10.88.0.200", "as": 0 } }, "services": [] }').problems;
  assert.equal(first?.file, "config.json");
  assert.deepEqual([first?.line, first?.column, first?.path], [2, 55, "bgp.local.as"]);
});

test("a ConfigError is a usage error, so that it ends in exit code 2 without a stack", () => {
  assert.ok(errorOf("{}") instanceof UsageError);
});

test("a secret is in no message", () => {
  const secret = "s3cret";
  for (const text of [
    `{"services":[{"healthchecks":[{"kind":"http","headers":{"Authorization":["${secret}"]}}]}]}`,
    `{"services":[{"healthchecks":[{"kind":"http","headers":{"A B":"${secret}"}}]}]}`,
    `{"services":[{"healthchecks":[{"kind":"http","headers":"${secret}"}]}]}`,
    `{"services":[{"healthchecks":[{"kind":"exec","env":{"A":["${secret}"],"B=":"${secret}"}}]}]}`,
    `{"services":[{"healthchecks":[{"kind":"http","headers":{"X":${secret}}}]}]}`,
    `{"services":[{"healthchecks":[{"kind":"http","headers":{"X":"${secret}",}}]}]}`,
    `{"services":[{"healthchecks":[{"kind":"http","headers":{"X":"1" "${secret}"}}]}]}`,
    `{"token":"${secret}"}`,
    `{"bgp":{"gobgp":{"address":"https://user:${secret}@host:1"}}}`,
  ]) {
    assert.doesNotMatch(errorOf(text).message, /s3cret/, text);
  }
});

test("of very many problems the first hundred are told, and how many more there are", () => {
  const peers = Array.from({ length: 5000 }, () => 0);
  const error = errorOf(JSON.stringify({ bgp: { peers }, services: [] }));
  assert.equal(error.problems.length, 5002);
  assert.equal(error.message.split("\n").length, 101);
  assert.match(error.message, /\nand 4902 more$/);
});

test("files that cannot be read end in one clear line", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-config-"));
  t.after(() => rm(directory, { recursive: true }));
  const file = async (name: string, content: Uint8Array | string) => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const cases: [string, RegExp][] = [
    [join(directory, "absent.json"), /there is no such file; name the config file with -config FILE$/],
    [directory, /is a directory; -config must name a file$/],
    [await file("empty.json", ""), /the file is empty; /],
    [await file("latin1.json", Uint8Array.of(0x22, 0xe9, 0x22)), /is not text in UTF-8; save it as UTF-8$/],
    [await file("utf16.json", Uint8Array.of(0xff, 0xfe, 0x7b, 0)), /is not text in UTF-8; save it as UTF-8$/],
    ["/dev/zero", /is larger than 16 MiB, which no config is$/],
    [join(await file("plain", "{}"), "x.json"), /a part of the path before the last is not a directory$/],
  ];
  const locked = await file("locked.json", "{}");
  await chmod(locked, 0);
  if (process.getuid?.() !== 0) cases.push([locked, /this user may not read it/]);
  for (const [path, message] of cases) {
    await assert.rejects(loadConfig(path), (error: Error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`${path}: `));
      return true;
    });
  }
});
