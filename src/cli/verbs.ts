import { version } from "../daemon/version.ts";
import { EXIT } from "./exit.ts";
import type { Verb } from "./verb.ts";

/** Each is loaded when it is asked for: --help does not wait for gRPC. */
export const VERBS: readonly Verb[] = [
  {
    name: "run",
    meaning: "run the controller (the default)",
    more: "Serves until SIGTERM or SIGINT; then drains (stopDrain), withdraws, holds (withdrawHold) and tears down what is ours. A second signal ends it at once. SIGHUP reads the config anew; one that cannot be used changes nothing.",
    act: async (options) => (await import("./run.ts")).run(options),
  },
  {
    name: "check",
    meaning: "validate the config and print it with every default",
    more: "Prints JSON that is itself a config with the same meaning.",
    act: async (options) => (await import("./check.ts")).check(options),
  },
  {
    name: "plan",
    meaning: "print what a config would do, in order, and what that touches; change nothing",
    more: "Asks the running controller what a reload of this config would do: sessions that would be lost, VIPs that would be withdrawn, virtual services and the connections through them. Where none runs it tells what a start would do: reads the kernel and gobgpd, and runs each check once. Exit code 1 when something could not be looked at.",
    flags: ["json"],
    act: async (options) => (await import("./plan.ts")).plan(options),
  },
  {
    name: "cleanup",
    meaning: "withdraw and remove exactly what is ours",
    more: "For a host whose controller is not running any more. What is not ours stays.",
    act: async (options) => (await import("./cleanup.ts")).cleanup(options),
  },
  {
    name: "guard",
    meaning: "run the guard, which ends announcements whose controller is dead",
    more: "Needs no privileges and no config: the controller tells it what to watch over its socket (-guard-socket), and renews a lease (config: lease). When the lease ends without a renewal the guard withdraws what the controller has announced. What it watches is kept beside the socket, or in -state-dir.",
    act: async (options) => (await import("./guard.ts")).guard(options),
  },
  {
    name: "health",
    meaning: "ask the running controller how it is",
    more: "Prints one line: VIPs announced, peers established, what is in trouble. Exit code 0 while the controller is ready and at work, 1 when none runs here, or it is still starting, leaving or stalled. Whether anything is announced does not count. With -guard: 0 while the guard listens and could act, 1 when none does, it does not answer, gobgpd cannot be opened, or the lease is lost.",
    flags: ["guard"],
    act: async (options) => (await import("./health.ts")).health(options),
  },
  {
    name: "status",
    meaning: "tell what the running controller does and why",
    more: "VIPs with the peers that have them, services with their checks, real servers, peers, what drains, the lease. PROOF 1/2: one of two peers is known to have it. With a service or a VIP only what belongs to it.",
    words: "[SERVICE|VIP]",
    operands: ["service"],
    flags: ["watch", "json"],
    act: async (options, words) => (await import("./status.ts")).status(options, words),
  },
  {
    name: "why",
    meaning: "tell why a service is announced or not, and what to do",
    more: "Follows the chain: checks, health, the operator's word, what is wanted, dataplane, gobgpd, each peer; names its first broken link and the remedy.",
    words: "SERVICE|VIP",
    operands: ["service"],
    flags: ["json"],
    act: async (options, words) => (await import("./why.ts")).why(options, words),
  },
  {
    name: "events",
    meaning: "print the journal: what changed, why, and how long it took",
    more: "(after 3m): it had been as before for so long. (took 78 ms): so much later than the service's own change. Times are UTC. It is kept over restarts.",
    words: "[SERVICE|VIP]",
    operands: ["service"],
    flags: ["follow", "since", "json"],
    act: async (options, words) => (await import("./events.ts")).events(options, words),
  },
  {
    name: "drain",
    meaning: "move traffic away from a service, then withdraw it",
    more: "Announces its VIPs worse (RFC 8326 community, MED), withdraws when no connection is open and none came for 5 s, or at the timeout, holds, and tears down. It stands over restarts until undrain.",
    words: "[SERVICE...]",
    operands: ["service"],
    flags: ["all", "timeout", "wait", "reason"],
    act: async (options, words) => (await import("./drain.ts")).drain(options, words),
  },
  {
    name: "undrain",
    meaning: "take back a drain or a force",
    more: "",
    words: "[SERVICE...]",
    operands: ["service"],
    flags: ["all"],
    act: async (options, words) => (await import("./undrain.ts")).undrain(options, words),
  },
  {
    name: "force",
    meaning: "announce or withdraw a service whatever its checks say",
    more: "bgp-lb force up SERVICE, or force down SERVICE. What is forced up is still announced only while address and IPVS were seen to stand. It stands over restarts.",
    words: "[up|down SERVICE]",
    operands: [["up", "down"], "service"],
    flags: ["for", "reason"],
    act: async (options, words) => (await import("./force.ts")).force(options, words),
  },
  {
    name: "reload",
    meaning: "have the running controller read its config anew",
    more: "As SIGHUP does it. What is wrong with the config comes back: exit code 2, and the one before stays. One that resets or ends BGP sessions that stand is refused: exit code 4; bgp-lb plan shows what a new config would do.",
    flags: ["allow-session-reset"],
    act: async (options) => (await import("./reload.ts")).reload(options),
  },
  {
    name: "doctor",
    meaning: "look at this host and say what is right, what is not and what to do",
    more: "Before and after installing; with or without a config, and with the flags that the controller is to have. Changes nothing. Each line is ok, warn, fail or unknown (it could not be looked at). Exit code 1 where one is fail.",
    flags: ["json"],
    act: async (options) => (await import("./doctor.ts")).doctor(options),
  },
  {
    name: "completion",
    meaning: "print the completion for a shell",
    more: "Made from this program's own commands and flags. Names of services are asked of the running controller, else read from the config.",
    words: "bash|zsh|fish",
    operands: [["bash", "zsh", "fish"]],
    act: async (options, words, tree) => (await import("./completion.ts")).completion(options, words, tree),
  },
  {
    name: "import",
    meaning: "print a config with the meaning of another program's",
    more: "From ExaBGP's exabgp.conf whose processes run its healthcheck (or a file of that healthcheck), or from anycast-healthchecker's folder of services. What has no equal stands as $comment in the config, and on stderr. Nothing is changed.",
    words: "exabgp FILE | anycast-healthchecker DIR [FILE]",
    operands: [["exabgp", "anycast-healthchecker"], "file"],
    act: async (_options, words) => (await import("./import.ts")).importConfig(words),
  },
  {
    name: "version",
    meaning: "print the version",
    more: "",
    act: async () => {
      process.stdout.write(`bgp-lb ${version} (Node ${process.version})\n`);
      return EXIT.ok;
    },
  },
];
