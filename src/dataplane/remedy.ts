interface Remedy {
  readonly says: RegExp;
  /** What must have been run; absent: anything. */
  readonly to?: (argv: readonly string[]) => boolean;
  readonly help: (argv: readonly string[]) => string;
}

const PACKAGES: Readonly<Record<string, string>> = { ip: "iproute2", ipvsadm: "ipvsadm" };

const NEEDS_NET_ADMIN =
  "needs CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN (systemd) or cap_add: [NET_ADMIN] (containers)";

const NEEDS_IP_VS = "the kernel module ip_vs is not there: run modprobe ip_vs on the host";

/** What the tools say (iproute2 6.1, ipvsadm 1.31) and what an operator does about it; the first match wins. */
const REMEDIES: readonly Remedy[] = [
  {
    says: /^is not installed$/,
    help: ([file = ""]) => {
      const name = PACKAGES[file] ?? file;
      return `install ${name} (apt-get install ${name})`;
    },
  },
  {
    says: /there is no \/proc\/net\/ip_vs/,
    help: () => NEEDS_IP_VS,
  },
  {
    // ipvsadm's netlink family looks at the first user namespace only, so root of a rootless container is refused too.
    says: /Can't initialize ipvs: Permission denied|ipvs: Operation not permitted/,
    help: () =>
      "needs CAP_NET_ADMIN outside of any user namespace: run as root, or with AmbientCapabilities=CAP_NET_ADMIN (systemd) or cap_add: [NET_ADMIN] (containers, not rootless)",
  },
  {
    // Linux 6.1 answers the first, 6.18 the second; who lacks the capability is told that the operation is not permitted.
    says: /Permission denied|IPv6 is disabled on this device/,
    to: addsIpv6,
    help: (argv) => {
      const link = argv[argv.indexOf("dev") + 1] ?? "";
      const names = ["all", "default", link.replaceAll(".", "/")].map((name) => `net.ipv6.conf.${name}.disable_ipv6`);
      return `IPv6 is switched off on ${link}: set ${names.join(", ")} to 0 (sysctl -w ${names[0]}=0 sets every link), or take the IPv6 VIPs out of the config`;
    },
  },
  {
    says: /Operation not permitted|Permission denied/,
    help: () => NEEDS_NET_ADMIN,
  },
  {
    // ip(8) without the capability drops what else it has, and ends without a word where a system call filter forbids that.
    says: /^no message$/,
    to: ([file]) => file === "ip",
    help: () => NEEDS_NET_ADMIN,
  },
  {
    says: /Can't initialize ipvs|Protocol not available/,
    help: () => NEEDS_IP_VS,
  },
  {
    says: /Scheduler or persistence engine not found/,
    help: (argv) => `the kernel has no such scheduler: run modprobe ip_vs_${schedulerOf(argv)} on the host`,
  },
  {
    says: /Operation not supported/,
    to: addsIpv6,
    help: () =>
      "the kernel was started without IPv6 (ipv6.disable=1): start it with IPv6, or take the IPv6 VIPs out of the config",
  },
  {
    says: /Unknown device type|Operation not supported/,
    help: (argv) =>
      argv.includes("dummy") || argv.includes("-batch")
        ? "the kernel module dummy is not there: run modprobe dummy on the host"
        : "the kernel does not support this",
  },
];

/** What an operator can do about what `argv` answered, or undefined where we do not know. */
export function remedy(argv: readonly string[], said: string): string | undefined {
  return REMEDIES.find(({ says, to }) => says.test(said) && to?.(argv) !== false)?.help(argv);
}

function addsIpv6(argv: readonly string[]): boolean {
  return argv[1] === "address" && argv[2] === "add" && argv[3]?.includes(":") === true;
}

function schedulerOf(argv: readonly string[]): string {
  const at = argv.indexOf("-s");
  return (at < 0 ? undefined : argv[at + 1]) ?? "<scheduler>";
}
