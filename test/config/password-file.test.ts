import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { promisify } from "node:util";
import { parseConfig } from "../../src/config/load.ts";
import { LOCAL } from "./build.ts";

/** A config file's folder with a file in it that a peer names, and what the loader says of that. */
async function folderOf(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  t.after(() => rm(folder, { recursive: true }));
  const load = (passwordFile: unknown) => {
    const peers = [{ address: "10.88.0.253", as: 65513, passwordFile }];
    return parseConfig(JSON.stringify({ bgp: { local: LOCAL, peers }, services: [] }), join(folder, "config.json"));
  };
  const says = (passwordFile: unknown): string => {
    try {
      load(passwordFile);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const write = async (content: string | Uint8Array, mode = 0o640) => {
    await writeFile(join(folder, "router.password"), content);
    await chmod(join(folder, "router.password"), mode);
  };
  return { folder, load, says, write };
}

test("the password is the one line of the file, without its end; the path is relative to the config file", async (t) => {
  const { folder, load, write } = await folderOf(t);
  for (const [content, password] of [
    ["s3cret", "s3cret"],
    ["s3cret\n", "s3cret"],
    ["s3cret\r\n", "s3cret"],
    [`${"p".repeat(80)}\n`, "p".repeat(80)],
    [`${"ü".repeat(40)}\n`, "ü".repeat(40)],
  ] as const) {
    await write(content);
    const { config, warnings } = load("router.password");
    assert.equal(config.peers[0]?.password?.reveal(), password);
    assert.equal(config.peers[0]?.password?.file, join(folder, "router.password"));
    assert.deepEqual(
      warnings.filter((line) => line.includes("password")),
      [],
    );
  }
  assert.equal(load(join(folder, "router.password")).config.peers[0]?.password?.reveal(), "ü".repeat(40));
});

// fault: password-file-unusable
test("a file that cannot be used is told with its place, its name and what would be right, and never with what is in it", async (t) => {
  const { folder, says, write } = await folderOf(t);
  const wrong = async (content: string | Uint8Array, problem: RegExp) => {
    await write(content);
    const said = says("router.password");
    assert.match(
      said,
      /config\.json:1:\d+: bgp\.peers\[0\]\.passwordFile: must name a file with the peer's password in it; "router\.password" /,
    );
    assert.match(said, problem);
    assert.doesNotMatch(said, /s3cret/);
  };
  await wrong("", /is empty$/);
  await wrong("\n", /is empty$/);
  await wrong("s3cret\n\n", /has more than one line, or a control character in it$/);
  await wrong("s3cret\ns3cret\n", /has more than one line/);
  await wrong("s3c\0ret", /a control character in it$/);
  await wrong("s3cret".repeat(14), /has more than 80 bytes in it, the most that TCP-MD5 takes$/);
  await wrong("ü".repeat(41), /has more than 80 bytes/);
  await wrong("s3cret".repeat(10_000), /has more than 80 bytes/);
  await wrong(Uint8Array.of(0x73, 0xff), /is not text in UTF-8$/);

  await mkdir(join(folder, "folder"));
  assert.match(says("./folder"), /; "\.\/folder" is a directory$/);
  await promisify(execFile)("mkfifo", [join(folder, "pipe")]);
  assert.match(says("./pipe"), /; "\.\/pipe" is no regular file$/);
  assert.match(says("/dev/zero"), /; "\/dev\/zero" is no regular file$/);
  assert.match(
    says("/nowhere/at/all"),
    /; there is no "\/nowhere\/at\/all": write it, the password alone in one line$/,
  );
  await write("s3cret", 0);
  if (process.getuid?.() !== 0)
    assert.match(says("router.password"), /; this user may not read "router\.password": chmod 640 it, owned by root/);
});

test("a password that stands where the name of its file should is not shown", async (t) => {
  const { says } = await folderOf(t);
  for (const password of ["s3cret", "s3cret/x", 5, "", ["s3cret"]])
    assert.doesNotMatch(says(password), /s3cret|5\b.*5/);
  assert.match(
    says("s3cret"),
    /there is no such file: .* \(its name is not shown, for it may be the password itself; one that begins with \/ or \.\/ is\)$/,
  );
});

// fault: password-file-open-to-all
test("a file that every user may read, and a space at an end, are told and taken", async (t) => {
  const { load, write } = await folderOf(t);
  await write(" s3cret\n", 0o644);
  const { config, warnings } = load("router.password");
  assert.equal(config.peers[0]?.password?.reveal(), " s3cret");
  const told = warnings.filter((line) => line.startsWith("bgp.peers[0].passwordFile: "));
  assert.match(
    told[0] ?? "",
    /"router\.password" has mode 0644, so every user of this host may read or change it; chmod 640 it/,
  );
  assert.match(told[1] ?? "", /"router\.password" holds a password that begins or ends with a space, which counts$/);
  assert.doesNotMatch(told.join(), /s3cret/);
});

test("what the system says of a file is told in words, by whatever user", () => {
  const says = (code: string) => {
    const readFile = () => {
      throw Object.assign(new Error("s3cret"), { code });
    };
    const peers = [{ address: "10.88.0.253", as: 65513, passwordFile: "router.password" }];
    try {
      parseConfig(JSON.stringify({ bgp: { local: LOCAL, peers }, services: [] }), "c", { readFile });
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  assert.match(
    says("EACCES"),
    /; this user may not read "router\.password": chmod 640 it, owned by root and of the group/,
  );
  assert.match(says("EIO"), /; it cannot be read \(EIO\)$/);
  assert.match(says("ENOTDIR"), /there is no such file/);
});
