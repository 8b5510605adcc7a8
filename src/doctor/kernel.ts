import { family } from "../core/address.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { fail, ok, unknown, warn } from "./finding.ts";
import { configOf, pinged, servicesOf } from "./wanted.ts";

/** Bits of capabilities(7), as in linux/capability.h. */
const NET_ADMIN = 12n;
const NET_RAW = 13n;

/** The kernel's modules that are looked for: those that are needed with the flags and the config. */
export function neededModules(network: boolean, ipvs: boolean, schedulers: Iterable<string>): readonly string[] {
  const needed = new Set(schedulers);
  return [
    ...(network ? ["dummy"] : []),
    ...(ipvs ? ["ip_vs", ...[...needed].map((scheduler) => `ip_vs_${scheduler}`)] : []),
  ];
}

/** Modules, TCP-MD5 and capabilities. */
export function kernelFindings(facts: Facts): Finding[] {
  return [...moduleFindings(facts), md5Finding(facts), ...rightFindings(facts)];
}

function moduleFindings({ kernel: { modules, release } }: Facts): Finding[] {
  return Object.entries(modules).map(([name, state]) => {
    const about = `module ${name}`;
    if (state === "loadable") return ok(about, "is loaded when it is first used");
    if (state === "unknown")
      return unknown(
        about,
        `is not loaded, and there is no /lib/modules/${release} to look in: try modprobe ${name} on the host`,
      );
    if (state !== "missing") return ok(about, state === "loaded" ? "is loaded" : "is built into the kernel");
    return fail(
      about,
      `kernel ${release} has none`,
      `install the kernel package that has it (linux-modules-extra-* on Ubuntu, for some clouds), then modprobe ${name}`,
    );
  });
}

function md5Finding(facts: Facts): Finding {
  const { md5, release } = facts.kernel;
  const about = "TCP-MD5";
  const signed = configOf(facts)?.peers.find((peer) => peer.password !== undefined);
  if (md5 === undefined) return unknown(about, "the kernel tells neither its configuration nor its symbols");
  if (md5) return ok(about, "the kernel can sign BGP sessions (CONFIG_TCP_MD5SIG)");
  if (signed !== undefined)
    return fail(
      about,
      `kernel ${release} was built without CONFIG_TCP_MD5SIG, and peer ${signed.address} has a password`,
      "use a kernel with CONFIG_TCP_MD5SIG=y, or take the password away on both sides",
    );
  return warn(
    about,
    `kernel ${release} was built without CONFIG_TCP_MD5SIG: a peer that wants a password cannot be reached`,
    "use a kernel with CONFIG_TCP_MD5SIG=y, or peers without a password",
  );
}

function rightFindings(facts: Facts): Finding[] {
  const { wanted, rights, sysctls } = facts;
  const has = (bit: bigint) => (rights.capabilities & (1n << bit)) !== 0n;
  const found: Finding[] = [];
  if (wanted.network) {
    found.push(
      has(NET_ADMIN)
        ? ok("capability CAP_NET_ADMIN", `${rights.whose} has it`)
        : fail(
            "capability CAP_NET_ADMIN",
            `${rights.whose} does not have it, and can change neither links, addresses nor IPVS`,
            "run as root, or with AmbientCapabilities=CAP_NET_ADMIN (systemd) or cap_add: [NET_ADMIN] (containers)",
          ),
    );
  }
  if (wanted.ipvs && rights.userNamespace)
    found.push(
      fail(
        "user namespace",
        `${rights.whose} runs in a user namespace of its own, where IPVS refuses even root`,
        "run outside of rootless containers and of PrivateUsers=",
      ),
    );
  if (pinged(facts).length > 0) {
    const range = sysctls["net.ipv4.ping_group_range"];
    const [from = 1, to = 0] = (range ?? "").split(/\s+/).map(Number);
    const open = rights.groups.some((group) => group >= from && group <= to);
    const about = "capability CAP_NET_RAW";
    if (has(NET_RAW)) found.push(ok(about, `${rights.whose} has it`));
    else if (open)
      found.push(ok(about, `is not needed: net.ipv4.ping_group_range = ${range} lets ${rights.whose} ping`));
    else
      found.push(
        fail(
          about,
          `${rights.whose} does not have it, and net.ipv4.ping_group_range = ${range ?? "(none)"} does not let it ping without`,
          'sysctl -w net.ipv4.ping_group_range="0 2147483647", or AmbientCapabilities= and CapabilityBoundingSet=CAP_NET_RAW (systemd), cap_add: [NET_RAW] (containers)',
        ),
      );
  }
  if (servicesOf(facts).some(({ service }) => service.vips.some(({ address }) => family(address) === "ipv6")))
    found.push(ipv6Finding(sysctls));
  return found;
}

function ipv6Finding(sysctls: Facts["sysctls"]): Finding {
  const about = "sysctl disable_ipv6";
  const values = ["all", "default"].map((link) => sysctls[`net.ipv6.conf.${link}.disable_ipv6`]);
  if (values.every((value) => value === "0")) return ok(about, "0: IPv6 VIPs can be bound");
  if (values.includes(undefined))
    return fail(about, "the kernel has no IPv6, and a VIP is IPv6", "start the kernel without ipv6.disable=1");
  return fail(
    about,
    `net.ipv6.conf.all.disable_ipv6 = ${values[0]}, default = ${values[1]}: IPv6 VIPs cannot be bound`,
    "sysctl -w net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0",
  );
}
