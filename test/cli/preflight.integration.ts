import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const skip = process.getuid?.() === 0 ? false : "needs root, for a network namespace of its own";

/** Runs `check` for a service of this name, in a namespace where a veth device of the name `uplink` exists. */
async function check(name: string) {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  try {
    const service = {
      name,
      ip: "10.88.2.1",
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: 8080 }],
      httphealthcheck: { port: 8080 },
    };
    const file = join(folder, "config.json");
    await writeFile(
      file,
      JSON.stringify({ bgp: { peers: [], local: { routerID: "10.88.0.200", as: 65512, listenPort: -1 } }, service }),
    );
    const script = 'ip link add uplink type veth peer name other && exec "$0" "$@"';
    const argv = [process.execPath, MAIN, "check", "-config", file, "-state-dir", folder];
    return await execa("unshare", ["--net", "sh", "-c", script, ...argv], { reject: false });
  } finally {
    await rm(folder, { recursive: true });
  }
}

// fault: foreign-device-of-that-name
test("a service named like a device of somebody else is refused before anything is touched", { skip }, async () => {
  const { exitCode, stdout, stderr } = await check("uplink");
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(
    stderr,
    /link uplink exists and is not ours \(a veth device\).*give the service another "interface" or remove the link/,
  );
});

test("a name that is free is not", { skip }, async () => {
  assert.equal((await check("web")).exitCode, 0);
});
