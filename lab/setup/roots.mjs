import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { runLong, say } from "./process.mjs";

/** The Debian releases that the package is tried on, and what it depends on: dpkg there has no network to fetch it by. */
const SUITES = ["bookworm", "trixie"];
const INCLUDE = "iproute2,ipvsadm,kmod,systemd,libstdc++6";

/**
 * A clean root of each Debian release below the user's cache, for tests that install the package for real (they put a layer of their
 * own over it). Where one cannot be made its tests say so: no reason to stop here.
 */
export async function prepareRoots() {
  const cache = `${process.env.XDG_CACHE_HOME || `${process.env.HOME}/.cache`}/bgp-lb/roots`;
  const missing = SUITES.filter((suite) => !existsSync(`${cache}/${suite}`));
  if (missing.length === 0) return;
  if (process.getuid() !== 0) return say("clean Debian roots need root to be made: tests that want one are skipped");
  say(`clean roots of Debian ${missing.join(" and ")} are made by debootstrap (once, about a minute)`);
  mkdirSync(cache, { recursive: true });
  const mirror = mirrorOfThisMachine();
  // Side by side: most of the time is waiting, for the mirror and for the disk.
  await Promise.all(missing.map((suite) => make(suite, cache, mirror)));
}

async function make(suite, cache, mirror) {
  const work = `${cache}/.${suite}.${process.pid}`;
  const options = ["--variant=minbase", `--include=${INCLUDE}`];
  if (await runLong("debootstrap", [...options, suite, work, mirror], { progress: /^(?!)/ })) {
    rmSync(`${work}/var/cache/apt`, { recursive: true, force: true });
    rmSync(`${work}/var/lib/apt/lists`, { recursive: true, force: true });
    renameSync(work, `${cache}/${suite}`);
  } else {
    say(`no root of Debian ${suite} could be made; its tests say so`);
    rmSync(work, { recursive: true, force: true });
  }
}

function mirrorOfThisMachine() {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
  for (const file of [...files, "/etc/apt/sources.list"].filter((path) => existsSync(path))) {
    const found = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(
      readFileSync(file, "utf8"),
    );
    if (found) return found[1];
  }
  return process.env.DEBIAN_MIRROR ?? "http://deb.debian.org/debian";
}
