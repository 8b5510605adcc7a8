import assert from "node:assert/strict";
import { test } from "node:test";
import { FLAGS, normaliseArgv, parseGoBool } from "../../src/config/flags.ts";

function argv(line: string): string {
  return normaliseArgv(line.split(" ")).join(" ");
}

test("Go's four forms of a flag with a value are one", () => {
  for (const form of ["-config x", "-config=x", "--config x", "--config=x"]) assert.equal(argv(form), "--config=x");
});

test("a boolean never takes the next word", () => {
  assert.equal(argv("-ipvs-setup check"), "--ipvs-setup=true check");
  assert.equal(argv("--network-setup false"), "--network-setup=true false");
  assert.equal(argv("-network-setup=F -ipvs-setup=1"), "--network-setup=F --ipvs-setup=1");
});

test("a flag with a value takes the next word whatever it looks like, as in Go", () => {
  assert.equal(argv("-config -h"), "--config=-h");
  assert.deepEqual(normaliseArgv(["-metrics-address", ""]), ["--metrics-address="]);
  assert.deepEqual(normaliseArgv(["-config", "a b=c\n"]), ["--config=a b=c\n"]);
  assert.equal(argv("-state-dir -- -config"), "--state-dir=-- --config");
});

test("subcommands, short flags, other flags and what follows -- keep their meaning", () => {
  assert.equal(argv("check -config x --verbose -h -V"), "check --config=x --verbose -h -V");
  assert.equal(argv("-verbose x -help"), "--verbose x --help");
  assert.equal(argv("plan -- -config x --"), "plan -- -config x --");
  assert.equal(argv("- --- -=x -1"), "- --- -=x -1");
  assert.deepEqual(normaliseArgv([]), []);
});

test("booleans of the caller", () => {
  assert.deepEqual(normaliseArgv(["-json", "x"], ["json"]), ["--json=true", "x"]);
});

test("Go's spellings of a boolean, and no other", () => {
  for (const text of ["1", "t", "T", "TRUE", "true", "True"]) assert.equal(parseGoBool(text, "ipvs-setup"), true);
  for (const text of ["0", "f", "F", "FALSE", "false", "False"]) assert.equal(parseGoBool(text, "ipvs-setup"), false);
  for (const text of ["", "yes", "tRUE", "on", " true"]) {
    assert.throws(() => parseGoBool(text, "ipvs-setup"), {
      name: "UsageError",
      message: /^-ipvs-setup: must be true or false .*; found "/,
    });
  }
});

test("the original's flags with the original's defaults", () => {
  assert.deepEqual(
    FLAGS.slice(0, 5).map((flag) => [flag.name, flag.default]),
    [
      ["config", "/etc/bgp-lb/config.json"],
      ["log-level", "info"],
      ["network-setup", "true"],
      ["ipvs-setup", "false"],
      ["metrics-address", ":8081"],
    ],
  );
});
