import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

test("the images have the version of package.json", () => {
  const { version } = JSON.parse(read("package.json")) as { readonly version: string };
  assert.equal(/^ARG VERSION=(\S+)$/m.exec(read("Dockerfile"))?.[1], version);
});

test("what the Dockerfile copies is let through by .dockerignore, and is there", () => {
  const ignore = read(".dockerignore").split("\n");
  assert.ok(ignore.includes("*"), "nothing else is");
  const passed = ignore.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const copies = [...read("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = ""]) =>
    from.split(" "),
  );
  assert.ok(copies.length > 5);
  for (const from of copies) {
    assert.ok(existsSync(new URL(`../../${from}`, import.meta.url)), `${from} is there`);
    assert.ok(
      passed.some((path) => from === path || from.startsWith(`${path}/`)),
      `${from} is let through`,
    );
  }
});

test("docker-compose.yml names no version: Compose 2 warns of it, and 1.29 does without", () => {
  assert.doesNotMatch(read("docker-compose.yml"), /^version:/m);
});

test("gobgpd's API listens on a socket only", () => {
  const [, hosts = ""] = /--api-hosts (\S+)/.exec(read("packaging/docker/start-gobgpd")) ?? [];
  assert.match(hosts, /^unix:\/\/\/run\/gobgp\//);
});
