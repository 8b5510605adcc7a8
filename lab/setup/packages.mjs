import { existsSync, readFileSync } from "node:fs";
import { ask, findProgram, runLong, SetupError, say } from "./process.mjs";

/** Debian's and Ubuntu's packages: name, what shows that it is there, what it is for. */
const PACKAGES = {
  network: [
    ["iproute2", program("ip"), "links, addresses and routes"],
    ["ipvsadm", program("ipvsadm"), "the kernel's load balancer"],
    ["iputils-ping", program("ping"), "health checks by ping"],
    ["kmod", program("modprobe"), "lets the kernel load dummy and ip_vs"],
  ],
  lab: [
    ["bird2", program("bird"), "the router of the lab", ["bird.service"]],
    ["gobgpd", program("gobgpd"), "the BGP speaker that is driven", ["gobgpd.service"]],
    ["busybox-static", program("busybox"), "the web service and the web client of the lab"],
    ["util-linux", program("nsenter"), "programs in network namespaces"],
    ["openssl", program("openssl"), "test certificates"],
    ["curl", program("curl"), "to try the lab by hand"],
    ["ca-certificates", () => existsSync("/etc/ssl/certs/ca-certificates.crt"), "test downloads by TLS"],
  ],
  rivals: [["exabgp", program("exabgp"), "its health check is measured beside ours", ["exabgp.service"]]],
  capture: [["tcpdump", program("tcpdump"), "tells which host a request was sent to"]],
  // Ubuntu has it as a snap only, which is no package of apt's: there the tests of the page say that they were skipped.
  browser: [
    [
      "chromium",
      () => findProgram("chromium") !== undefined || !hasCandidate("chromium", /./),
      "looks at the status page as a person would",
    ],
  ],
  routers: [
    ["frr", () => existsSync("/usr/lib/frr/bgpd"), "the other router that docs/routers.md shows", ["frr.service"]],
  ],
  monitoring: [["prometheus", program("promtool"), "checks the alerts and the dashboard", ["prometheus.service"]]],
  roots: [
    ["debootstrap", program("debootstrap"), "clean Debian roots, to install the package in"],
    ["util-linux", program("unshare"), "programs in roots of their own"],
  ],
  shells: [
    ["zsh", program("zsh"), "tests the completion"],
    ["fish", program("fish"), "tests the completion"],
    ["groff-base", program("groff"), "reads the man page"],
  ],
  units: [["systemd", program("systemd-analyze"), "checks the units, and runs them in the guest"]],
  containers: [
    [
      "docker.io",
      program("dockerd"),
      "builds and runs the images",
      ["docker.service", "docker.socket", "containerd.service"],
    ],
    // Part of docker.io until Debian 12.
    ["docker-cli", () => findProgram("docker") !== undefined || !hasCandidate("docker-cli", /./), "makes base images"],
    ["debootstrap", program("debootstrap"), "makes base images where no image registry answers"],
    ["docker-compose", () => !hasCandidate("docker-compose", /^1\.29\./), "runs the compose file as Debian 12 does"],
  ],
  guest: [
    ["qemu-system-x86", program("qemu-system-x86_64"), "runs the guest"],
    ["busybox-static", isStaticBusybox, "the guest's first program"],
    ["kmod", program("depmod"), "the guest's kernel modules"],
    ["xz-utils", program("xz"), "unpacks the guest's kernel"],
    ["zstd", program("zstd"), "unpacks the guest's kernel, from Debian 13 on"],
  ],
};

function program(name) {
  return () => findProgram(name) !== undefined;
}

/** Whether apt could install a package of such a version that is not installed yet. */
function hasCandidate(name, version) {
  const policy = findProgram("apt-cache") === undefined ? "" : ask("apt-cache", ["policy", name]).stdout;
  const [, installed = "", candidate = ""] = /Installed: (\S+)\s+Candidate: (\S+)/.exec(policy) ?? [];
  return installed === "(none)" && candidate !== "(none)" && version.test(candidate);
}

function isStaticBusybox() {
  const path = findProgram("busybox");
  return path !== undefined && !readFileSync(path).subarray(0, 4096).includes("ld-linux"); // only a dynamic one names its loader
}

/** Installs what is missing of these groups. Looks for programs, not for packages: a gobgpd from elsewhere is as good. */
export async function ensurePackages(groups) {
  const missing = groups.flatMap((group) => PACKAGES[group]).filter(([, isThere]) => !isThere());
  if (missing.length === 0) return;
  const names = [...new Set(missing.map(([name]) => name))];
  if (findProgram("apt-get") === undefined)
    throw new SetupError(
      `this is neither Debian nor Ubuntu; install what these Debian packages hold and run this again: ${names.join(" ")}`,
    );
  if (process.getuid() !== 0)
    throw new SetupError(
      `root is needed once, to install packages: sudo apt-get install --no-install-recommends ${names.join(" ")}`,
    );
  for (const [name, , purpose] of missing) say(`apt-get install ${name} (${purpose})`);
  await withoutServices(
    missing.flatMap(([, , , units = []]) => units),
    () => install(names),
  );
  const still = missing.filter(([, isThere]) => !isThere()).map(([name]) => name);
  if (still.length > 0) throw new SetupError(`installed, but without the expected program: ${still.join(" ")}`);
}

async function install(names) {
  const progress = /^(Get:|Setting up )/;
  const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C", RUNLEVEL: "1" }; // 1: a SysV init starts no service either
  const options = ["-y", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=600"];
  const update = () =>
    runLong("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=600", "update"], { progress: /^(?!)/, env });
  const known = names.every((name) => /Candidate: (?!\(none\))/.test(ask("apt-cache", ["policy", name]).stdout));
  if (!known) {
    say("apt-get update (the package lists are missing)");
    await update();
  }
  const args = [...options, "install", "--no-install-recommends", ...names];
  if (await runLong("apt-get", args, { progress, env, quiet: known })) return;
  if (known) {
    say("apt-get update (the package lists may be old)");
    if ((await update()) && (await runLong("apt-get", args, { progress, env }))) return;
  }
  throw new SetupError(`apt-get could not install ${names.join(" ")}; see above`);
}

/**
 * Debian's daemons start when they are installed, and at each boot. Here only the programs are wanted: the units are masked while apt
 * runs (below /run, so that even a kill in between lasts until the next boot at most) and disabled after it.
 */
async function withoutServices(units, work) {
  const systemd = units.length > 0 && existsSync("/run/systemd/system");
  if (systemd) ask("systemctl", ["mask", "--runtime", ...units]);
  try {
    await work();
  } finally {
    if (systemd) ask("systemctl", ["unmask", "--runtime", ...units]);
    if (units.length > 0 && findProgram("systemctl") !== undefined) ask("systemctl", ["disable", "--now", ...units]);
  }
}
