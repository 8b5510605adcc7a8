import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { execa } from "execa";
import { commandTree } from "../../src/cli/program.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../config-example.json", import.meta.url).pathname;
const COMMANDS = commandTree().commands.map(({ name }) => name);

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bgp-lb-completion-"));
  await writeFile(join(folder, "bgp-lb"), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
  await chmod(join(folder, "bgp-lb"), 0o755);
  for (const shell of SHELLS) {
    const { stdout } = await execa(process.execPath, [MAIN, "completion", shell]);
    await writeFile(join(folder, shell === "zsh" ? "_bgp-lb" : shell), stdout);
  }
});
after(() => rm(folder, { recursive: true }));

const env = () => ({ PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, TERM: "dumb" });

/** What bash offers at the end of the words, which are as readline splits them: -flag=value is three. */
async function bash(...words: string[]): Promise<string[]> {
  const script = `source ${folder}/bash; COMP_WORDS=(bgp-lb "$@"); COMP_CWORD=$#; _bgp_lb; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await execa("bash", ["--norc", "-c", script, "bash", ...words], { env: env() });
  assert.equal(stderr, "");
  return stdout.split("\n").filter(Boolean);
}

async function fish(line: string): Promise<string[]> {
  const { stdout } = await execa(
    "fish",
    ["--no-config", "-c", `source ${folder}/fish; complete -C ${JSON.stringify(`bgp-lb ${line}`)}`],
    { env: env() },
  );
  return stdout
    .split("\n")
    .map((one) => one.split("\t")[0] ?? "")
    .filter(Boolean);
}

/** What the completion gives to compadd, which a zsh without a terminal has nobody to show to. */
async function zsh(...words: string[]): Promise<string[]> {
  const script = `
    compadd() { [[ $1 == -a ]] && print -l -- "\${(@P)2}" || print -l -- "$@" }
    _describe() { [[ $1 == -o ]] && shift; print -l -- "\${(@)\${(@P)2}%%:*}" }
    _files() { print FILES "$@" } ; _message() { : } ; compset() { : } ; compdef() { : }
    source ${folder}/_bgp-lb
    words=(bgp-lb "$@"); CURRENT=$#words; _bgp_lb`;
  const { stdout, stderr } = await execa("zsh", ["-f", "-c", script, "zsh", ...words], { env: env() });
  assert.equal(stderr, "");
  return stdout.split("\n").filter(Boolean);
}

const SHELLS = ["bash", "zsh", "fish"] as const;

test("each command and each flag of commander's own is offered, by every shell", async () => {
  assert.deepEqual((await bash("")).sort(), [...COMMANDS].sort());
  assert.deepEqual((await zsh("")).sort(), [...COMMANDS].sort());
  assert.deepEqual((await fish("")).sort(), [...COMMANDS].sort());
  for (const { name, flags } of commandTree().commands) {
    const all = [...commandTree().flags, ...flags]
      .map((flag) => `--${flag.name}`)
      .concat("--help")
      .sort();
    assert.deepEqual((await bash(name, "--")).sort(), all, `bash, ${name}`);
    assert.deepEqual((await zsh(name, "--")).sort(), all, `zsh, ${name}`);
  }
  const drain = (await fish("drain --")).map((one) => one.replace(/=$/, ""));
  for (const flag of ["--config", "--wait", "--timeout", "--help"]) assert.ok(drain.includes(flag), `fish: ${drain}`);
  assert.ok(!(await fish("check --")).some((one) => one.startsWith("--wait")));
});

test("one dash is as good as two", async () => {
  assert.deepEqual(await bash("drain", "-t"), ["-timeout"]);
  assert.ok((await zsh("drain", "-t")).includes("-timeout"));
  assert.ok((await fish("drain -tim")).some((one) => one.startsWith("-timeout")));
});

test("values of flags: choices, files and folders", async () => {
  assert.deepEqual(await bash("-log-level", "w"), ["warning"]);
  assert.deepEqual(await bash("-log-level", "=", "w"), ["warning"]);
  assert.deepEqual(await bash("-log-level", "="), ["debug", "info", "warning", "error"]);
  assert.deepEqual(await bash("-network-setup", "=", "f"), ["false"]);
  assert.deepEqual(await bash("-config", `${folder}/ba`), [`${folder}/bash`]);
  assert.deepEqual(await bash("-timeout", ""), []);
  assert.deepEqual(await zsh("-log-level", ""), ["debug", "info", "warning", "error"]);
  assert.deepEqual(await zsh("-log-level=w"), ["debug", "info", "warning", "error"]);
  assert.deepEqual(await zsh("-config", ""), ["FILES"]);
  assert.deepEqual(await zsh("-state-dir", ""), ["FILES -/"]);
  assert.deepEqual(await fish("--log-level w"), ["warning"]);
});

test("words of commands, and services by name from the config where no controller runs", async () => {
  const where = ["-config", CONFIG, "-state-dir", folder];
  assert.deepEqual(await bash(...where, "drain", "-timeout", "5m", ""), ["matchbox", "dns"]);
  assert.deepEqual(await bash(...where, "drain", "matchbox", "d"), ["dns"]);
  assert.deepEqual(await bash("force", ""), ["up", "down"]);
  assert.deepEqual(await bash(...where, "force", "up", "m"), ["matchbox"]);
  assert.deepEqual(await bash("completion", ""), ["bash", "zsh", "fish"]);
  assert.deepEqual(await bash("status", ""), []);
  assert.deepEqual(await zsh(...where, "drain", ""), ["matchbox", "dns"]);
  assert.deepEqual(await zsh("force", ""), ["up", "down"]);
  assert.deepEqual(await zsh(...where, "force", "up", ""), ["matchbox", "dns"]);
  assert.deepEqual(await fish(`-config ${CONFIG} -state-dir ${folder} drain `), ["dns", "matchbox"]);
  assert.deepEqual(await fish("force u"), ["up"]);
  assert.deepEqual(
    await bash("-config", "/nowhere", "-state-dir", folder, "drain", ""),
    [],
    "no error for whoever presses Tab",
  );
});

test("the shells find no fault in the scripts", async () => {
  await execa("bash", ["-n", `${folder}/bash`]);
  await execa("zsh", ["-n", `${folder}/_bgp-lb`]);
  await execa("fish", ["-n", `${folder}/fish`]);
  // As a user has it: compinit finds the file by its first line and loads it on first use.
  const { stdout } = await execa(
    "zsh",
    ["-f", "-c", `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[bgp-lb]`],
    { env: env() },
  );
  assert.equal(stdout, "_bgp-lb");
});

test("which shell?", async () => {
  for (const words of [[], ["csh"], ["bash", "zsh"]]) {
    const { exitCode, stderr, stdout } = await execa(process.execPath, [MAIN, "completion", ...words], {
      reject: false,
    });
    assert.deepEqual([exitCode, stdout, stderr], [2, "", "bgp-lb: which shell? bgp-lb completion bash|zsh|fish"]);
  }
});
