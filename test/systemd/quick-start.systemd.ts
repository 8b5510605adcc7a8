import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { run } from "../../lab/command.ts";
import { Ground } from "../../lab/ground.ts";
import { blocksOf } from "../../lab/page-blocks.ts";
import { until } from "../../lab/patience.ts";
import { Unit } from "./unit.ts";

const BLOCKS = blocksOf(readFileSync(new URL("../../docs/quick-start.md", import.meta.url), "utf8"));
const LINES = BLOCKS.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));
const CONFIG = BLOCKS.find(({ language }) => language === "json")?.text ?? "";
const GOOD = BLOCKS.find(({ language }) => language === "")?.text.trim() ?? "";
const VIP = "203.0.113.10";

/** The line of the page that begins so, run where the runner has put the package, by somebody who says yes when apt asks. */
const line = (begin: string) => {
  const found = LINES.find((one) => one.startsWith(begin)) ?? assert.fail(`docs/quick-start.md has no line ${begin}`);
  return run(["sh", "-euc", `cd /opt/pack; ${found}`], "y\n");
};

describe("docs/quick-start.md, to the letter", () => {
  let ground: Ground;

  before(async () => {
    // A container's image, which may be what this machine is, forbids packages to start or stop anything; a host with systemd does not.
    await rm("/usr/sbin/policy-rc.d", { force: true });
    ground = await Ground.start();
  });
  after(async () => {
    await run(["apt-get", "purge", "-y", "bgp-lb"]).catch(() => {});
    await ground?.stop();
  });

  const status = async (first: string | RegExp) => {
    let seen = "";
    await until(
      `bgp-lb status says ${first}`,
      async () => {
        seen = await line("bgp-lb status");
        return typeof first === "string" ? seen.startsWith(`${first}\n`) : first.test(seen);
      },
      { seconds: 30, seen: () => seen },
    );
  };

  it("installs from the package, which `npm run package` has built", async () => {
    await line("apt-get install");
    assert.equal(await new Unit("bgp-lb").property("ActiveState"), "inactive");
  });

  it("the config is a config, and the host announces and serves with it", async () => {
    await writeFile("/etc/bgp-lb/config.json", CONFIG);
    await line("bgp-lb check");
    await line("systemctl enable");
    await status(GOOD);
    assert.deepEqual(await ground.router.nextHops(VIP), [ground.host.ipv4]);
    assert.equal((await ground.get(VIP)).trim(), "h1");
  });

  it("the route goes with the service, and comes with it; address and IPVS stay", async () => {
    await ground.service.stop("SIGKILL");
    await status(/^0 of 1 VIP announced;[\s\S]*connection refused/);
    assert.deepEqual(await ground.router.nextHops(VIP), []);
    assert.match(await run(["ip", "addr", "show", "web"]), /203\.0\.113\.10\/32/);
    assert.match(await run(["ipvsadm", "-Sn"]), /-A -t 203\.0\.113\.10:80 /);
    ground.service.start();
    await status(GOOD);
  });

  it("is drained and comes back", async () => {
    await line("bgp-lb drain");
    assert.deepEqual(await ground.router.nextHops(VIP), []);
    await status(/kernel update/);
    await line("bgp-lb undrain");
    await status(GOOD);
  });

  it("leaves nothing when it is removed", async () => {
    await run(["apt-get", "remove", "-y", "bgp-lb"]);
    assert.deepEqual(await ground.router.nextHops(VIP), []);
    assert.doesNotMatch(await run(["ip", "link"]), /: web:/);
    assert.equal(await run(["ipvsadm", "-Sn"]), "");
  });
});
