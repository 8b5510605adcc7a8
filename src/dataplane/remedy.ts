interface Remedy {
  readonly says: RegExp;
  readonly help: (argv: readonly string[]) => string;
}

const PACKAGES: Readonly<Record<string, string>> = { ip: "iproute2", ipvsadm: "ipvsadm" };

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
    // ipvsadm's netlink family looks at the first user namespace only, so root of a rootless container is refused too.
    says: /Can't initialize ipvs: Permission denied|ipvs: Operation not permitted/,
    help: () =>
      "needs CAP_NET_ADMIN outside of any user namespace: run as root, or with AmbientCapabilities=CAP_NET_ADMIN (systemd) or cap_add: [NET_ADMIN] (containers, not rootless)",
  },
  {
    says: /Operation not permitted|Permission denied/,
    help: () =>
      "needs CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN (systemd) or cap_add: [NET_ADMIN] (containers)",
  },
  {
    says: /Can't initialize ipvs|Protocol not available/,
    help: () => "the kernel module ip_vs is not there: run modprobe ip_vs on the host",
  },
  {
    says: /Scheduler or persistence engine not found/,
    help: (argv) => `the kernel has no such scheduler: run modprobe ip_vs_${schedulerOf(argv)} on the host`,
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
  return REMEDIES.find(({ says }) => says.test(said))?.help(argv);
}

function schedulerOf(argv: readonly string[]): string {
  const at = argv.indexOf("-s");
  return (at < 0 ? undefined : argv[at + 1]) ?? "<scheduler>";
}
