import type { Facts, ProgramName } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { fail, ok, warn } from "./finding.ts";
import { configOf, pinged } from "./wanted.ts";

/** engines.node of package.json. */
const NODE = [22, 18] as const;
const PACKAGES: Readonly<Record<ProgramName, string>> = {
  ip: "iproute2",
  ipvsadm: "ipvsadm",
  ping: "iputils-ping",
  "systemd-notify": "systemd",
  gobgpd: "gobgpd",
};

/** Config, Node, and the programs that are run. */
export function programFindings(facts: Facts): Finding[] {
  const { wanted, rights } = facts;
  const withPing = configOf(facts) === undefined ? "maybe" : pinged(facts).length > 0;
  return [
    ...configFindings(facts),
    nodeFinding(facts.node),
    program(facts, "ip", wanted.network, "links and addresses are set up with it; needed unless -network-setup=false"),
    program(facts, "ipvsadm", wanted.ipvs, "needed only with -ipvs-setup"),
    program(facts, "ping", withPing, "needed only for checks by ping"),
    program(facts, "systemd-notify", rights.systemd, "needed only under systemd, which is told the state by it"),
    program(facts, "gobgpd", false, "needed only where gobgpd runs on this host and outside of a container"),
  ];
}

function configFindings({ wanted: { config, file } }: Facts): Finding[] {
  if (config.state === "absent")
    return [
      {
        about: "config",
        verdict: "unknown",
        says: `there is no ${file}: what depends on it is not looked at; name the file with -config FILE`,
      },
    ];
  if (config.state === "broken")
    return config.problems.map((problem) =>
      fail("config", problem, "correct it; bgp-lb check tells when the file can be used"),
    );
  const { services } = config.config;
  const vips = new Set(services.flatMap(({ service }) => service.vips.map(({ address }) => address)));
  return [
    ok("config", `${file}: ${count(services.length, "service")}, ${count(vips.size, "VIP")}`),
    ...config.warnings.map((text) => warn("config", text, "see docs/configuration.md for this key")),
  ];
}

function nodeFinding(node: string): Finding {
  const [major = 0, minor = 0] = node.replace(/^v/, "").split(".").map(Number);
  const good = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  if (good) return ok("program node", node);
  return fail("program node", `${node} is older than ${NODE.join(".")}`, "install Node 24 (npm install node@24)");
}

function program({ programs }: Facts, name: ProgramName, needed: boolean | "maybe", why: string): Finding {
  const about = `program ${name}`;
  const version = programs[name];
  if (version !== undefined) return ok(about, version);
  const remedy = `apt-get install ${PACKAGES[name]}`;
  if (needed === true) return fail(about, "is not installed", remedy);
  return needed === "maybe" ? warn(about, `is not installed; ${why}`, remedy) : ok(about, `is not installed; ${why}`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
