import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { buildDeb } from "../../lab/deb/build.ts";
import { DebianRoot } from "./debian-root.ts";

const PROGRAM_AS_USER = "setpriv --reuid=bgp-lb --regid=bgp-lb --clear-groups bgp-lb";
const OURS = ["bgp-lb.service", "bgp-lb-guard.service", "bgp-lb-gobgpd.service"];
/** A systemd that is up, of which only what it was asked is of interest. */
const SYSTEMCTL = '#!/bin/sh\necho "$@" >> /asked\n';

const sum = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");

describe("the Debian package", () => {
  let folder: string;
  let first: string;
  let next: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
    first = await buildDeb({ folder });
    next = await buildDeb({ folder, version: "99.0.0" });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("is the same, bit by bit, when it is built again by somebody with another umask", async () => {
    const again = await mkdtemp(join(folder, "again-"));
    const before = process.umask(0o077);
    try {
      assert.equal(await sum(await buildDeb({ folder: again })), await sum(first));
    } finally {
      process.umask(before);
    }
  });

  for (const suite of ["bookworm", "trixie"]) {
    const obstacle = DebianRoot.obstacle(suite);
    describe(`in a clean Debian ${suite}`, { skip: obstacle ?? false }, () => {
      let root: DebianRoot;
      let clean: readonly string[];
      const install = (file: string) => root.do(`dpkg -i /deb/${basename(file)}`);
      /** What systemd was asked of our units since the last time, in order. */
      const asked = async () => {
        const lines = (await root.do("cat /asked; rm /asked")).split("\n");
        return lines.filter((line) => OURS.some((unit) => line.includes(unit)));
      };

      before(async () => {
        root = await DebianRoot.enter(suite, folder);
        clean = await root.files();
      });
      after(() => root?.leave());

      it("installs, starts nothing, and says what to do", async () => {
        assert.match(
          await install(first),
          /nothing is started; edit \/etc\/bgp-lb\/config\.json, then: systemctl enable --now /,
        );
        assert.match(await root.do(`${PROGRAM_AS_USER} version`), /^bgp-lb \d+\.\d+\.\d+ \(Node v24\./);
        const { services } = JSON.parse(await root.do(`${PROGRAM_AS_USER} check 2>/dev/null`)) as {
          services: { name: string }[];
        };
        assert.deepEqual(
          services.map(({ name }) => name),
          ["matchbox", "dns"],
        );
        const modes = "stat -c '%a %U:%G %n' /etc/bgp-lb /etc/bgp-lb/config.json /var/lib/bgp-lb /var/lib/bgp-lb-guard";
        assert.deepEqual((await root.do(modes)).split("\n"), [
          "750 root:bgp-lb /etc/bgp-lb",
          "640 root:bgp-lb /etc/bgp-lb/config.json",
          "700 bgp-lb:bgp-lb /var/lib/bgp-lb",
          "700 bgp-lb-guard:bgp-lb-guard /var/lib/bgp-lb-guard",
        ]);
        for (const unit of OURS) assert.equal((await root.sh(`systemctl is-enabled ${unit}`)).said, "disabled");
        assert.match(await root.do("id bgp-lb-guard"), /gid=\d+\(bgp-lb-guard\) groups=\d+\(bgp-lb-guard\)$/m);
        assert.equal(await root.do("dpkg --verify bgp-lb"), "");
      });

      it("brings the man page, and completes commands in its bash", async () => {
        assert.match(await root.do("zcat /usr/share/man/man8/bgp-lb.8.gz"), /^\.TH BGP-LB 8/m);
        const script = "source /usr/share/bash-completion/completions/bgp-lb; COMP_WORDS=(bgp-lb doc); COMP_CWORD=1";
        assert.equal(await root.do(`bash -c '${script}; _bgp_lb; printf %s "$COMPREPLY"'`), "doctor");
      });

      it("brings units that systemd understands in every line, and whose programs are there", async () => {
        const names = OURS.filter((unit) => !unit.includes("gobgpd")).join(" ");
        assert.equal(await root.do(`cd /usr/lib/systemd/system && systemd-analyze verify --man=no ${names}`), "");
        // gobgpd is recommended, and this root has none.
        await root.write("/usr/local/bin/gobgpd", "#!/bin/sh\n", "755");
        assert.equal(
          await root.do(`systemd-analyze verify --man=no bgp-lb-gobgpd.service; rm /usr/local/bin/gobgpd`),
          "",
        );
      });

      it("is upgraded: the config stays, and where nothing runs nothing is started", async () => {
        await root.write("/etc/bgp-lb/config.json", '{"mine": true}', "640");
        assert.doesNotMatch(await install(next), /nothing is started/);
        assert.match(await root.do("bgp-lb version"), /^bgp-lb 99\.0\.0 /);
        assert.equal(await root.do("cat /etc/bgp-lb/config.json"), '{"mine": true}');
      });

      // fault: package-upgraded
      it("restarts what runs on an upgrade, the controller before its guard and gobgpd not at all", async () => {
        await root.do("mkdir -p /run/systemd/system");
        await root.write("/usr/local/bin/systemctl", SYSTEMCTL, "755");
        await install(next);
        assert.deepEqual(await asked(), ["try-restart bgp-lb.service", "try-restart bgp-lb-guard.service"]);
      });

      it("is not restarted where the host's policy forbids it", async () => {
        await root.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", "755");
        await install(next);
        await root.do("rm /usr/sbin/policy-rc.d");
        assert.deepEqual(await asked(), []);
      });

      // fault: package-removed
      it("is removed in order, controller first, and takes away what a dead controller has left", async () => {
        await root.write("/var/lib/bgp-lb/ledger.json", "{}", "600");
        const said = await root.do("dpkg -r bgp-lb");
        assert.match(said, /config\.json.*mine/s, "bgp-lb cleanup was run, and refused the config of this test");
        assert.deepEqual(await asked(), [
          "stop bgp-lb.service",
          "stop bgp-lb-guard.service bgp-lb-gobgpd.service",
          `--quiet disable ${OURS.join(" ")}`,
        ]);
        assert.equal((await root.sh("ls /usr/bin/bgp-lb /usr/lib/bgp-lb")).code, 2);
        await root.do("test -e /etc/bgp-lb/config.json && test -d /var/lib/bgp-lb && test -e /etc/default/bgp-lb");
        await root.do("rm -r /usr/local/bin/systemctl /run/systemd");
      });

      it("leaves nothing behind when it is purged, but its users", async () => {
        await root.do("dpkg -P bgp-lb");
        const users = /\/etc\/(passwd|group|shadow|gshadow)-?( |$)|\/etc\/\.(pwd|updated)/;
        const rest = (lines: readonly string[]) => lines.filter((line) => !users.test(line));
        assert.deepEqual(rest(await root.files()), rest(clean));
        assert.match(await root.do("getent passwd bgp-lb"), /nologin$/);
      });

      it("does not take what it has not made", async () => {
        await install(first);
        await root.write("/etc/bgp-lb/ca.pem", "mine");
        assert.match(await root.do("dpkg -P bgp-lb"), /holds files that the package has not made: \/etc\/bgp-lb/);
        assert.equal(await root.do("ls /etc/bgp-lb"), "ca.pem");
      });
    });
  }
});
