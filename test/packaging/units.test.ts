import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

const UNITS = new URL("../../packaging/systemd/", import.meta.url).pathname;
/** Tenths of the exposure that systemd-analyze security counts at most; what is left is explained in each unit. */
const EXPOSURE: Readonly<Record<string, number>> = {
  "bgp-lb.service": 18,
  "bgp-lb-guard.service": 4,
  "gobgpd.service": 14,
};

const analyze = (...args: readonly string[]) => spawnSync("systemd-analyze", args, { encoding: "utf8" });
const skip = analyze("--version").status === 0 ? false : "this machine has no systemd-analyze";

describe("the systemd units", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "bgp-lb-units-"));
  after(() => rmSync(folder, { recursive: true }));
  for (const name of readdirSync(UNITS).filter((file) => file.endsWith(".service"))) {
    const file = join(folder, name);
    const text = readFileSync(join(UNITS, name), "utf8");
    // verify(1) looks for the programs, which this machine need not have.
    writeFileSync(file, text.replace(/^(ExecStart=)\S+/m, "$1/bin/true"));

    it(`${name} is understood in every line`, () => {
      const { status, stderr } = analyze("verify", "--man=no", file);
      assert.equal(stderr, "");
      assert.equal(status, 0);
    });

    it(`${name} is as hard as it says`, () => {
      const { status, stdout } = analyze(
        "security",
        "--offline=true",
        `--threshold=${EXPOSURE[name]}`,
        "--no-pager",
        file,
      );
      assert.equal(
        status,
        0,
        stdout
          .split("\n")
          .filter((line) => !line.startsWith("✓"))
          .join("\n"),
      );
    });
  }

  it("keep the guard out of the controller's group, for which the admin socket, the config and passwords are", () => {
    const groups = (name: string) =>
      readFileSync(join(UNITS, name), "utf8")
        .match(/(?<=^(?:Supplementary)?Groups?=).*/gm)
        ?.join(" ")
        .split(" ");
    assert.deepEqual(groups("bgp-lb-guard.service"), ["bgp-lb-guard", "gobgp"]);
    assert.deepEqual(groups("bgp-lb.service"), ["gobgp", "bgp-lb-guard"]);
    assert.match(readFileSync(join(UNITS, "bgp-lb.sysusers.conf"), "utf8"), /^u bgp-lb-guard -:bgp-lb-guard /m);
  });

  it("have users that systemd-sysusers can make", () => {
    copyFileSync(join(UNITS, "bgp-lb.sysusers.conf"), join(folder, "bgp-lb.conf"));
    const { status, stderr } = spawnSync("systemd-sysusers", ["--dry-run", join(folder, "bgp-lb.conf")], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  });
});
