import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Address } from "../../src/core/address.ts";
import type { PeerConfig } from "../../src/core/state.ts";
import { BgpTap } from "./bgp-tap.ts";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

const run = promisify(execFile);
/** Debian puts it where a plain user's PATH does not look. */
const env = { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

export interface BirdOptions {
  /** A loopback address of its own; gobgpd dials it from 127.0.0.1. */
  readonly address: Address;
  readonly as: number;
  readonly neighborAs: number;
  /** What BIRD announces to gobgpd. */
  readonly originates?: readonly string[];
  /** False: the session carries IPv4 routes only. */
  readonly ipv6?: boolean;
  /** `graceful restart on` (RFC 4724). */
  readonly gracefulRestart?: boolean;
  /** Of TCP-MD5; the tap knows it not, so the session has to be one without it. */
  readonly password?: string;
  /** Seconds. */
  readonly holdTime?: number;
  /** GTSM: what came over more hops is dropped, and its own leaves with TTL 255. */
  readonly ttlSecurity?: number;
  /** The port of gobgpd that it dials; it waits for gobgpd's call unless given. */
  readonly dials?: number;
}

/** The reason why tests with BIRD are to be skipped, or undefined. */
export async function birdMissing(): Promise<string | undefined> {
  for (const tool of ["bird", "birdc"]) {
    const found = await run("sh", ["-c", `command -v ${tool}`], { env }).catch(() => undefined);
    if (found === undefined) return `no ${tool}: apt-get install bird2`;
  }
  return undefined;
}

/** A real BIRD without privileges, as gobgpd's peer, behind a tap that records what gobgpd sends it. */
export class Bird {
  /** As gobgpd is to be told about it. */
  readonly peer: PeerConfig;
  /** The same, past the tap. */
  readonly untapped: PeerConfig;
  readonly tap: BgpTap;
  readonly #folder: string;
  #process: ChildProcess;

  private constructor(untapped: PeerConfig, tap: BgpTap, folder: string, process: ChildProcess) {
    this.untapped = untapped;
    this.peer = { ...untapped, port: tap.port };
    this.tap = tap;
    this.#folder = folder;
    this.#process = process;
  }

  static async start(options: BirdOptions): Promise<Bird> {
    const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
    const port = await freePort(options.address);
    await writeFile(join(folder, "bird.conf"), config(options, port));
    const bird = await launch(folder);
    const tap = await BgpTap.open(options.address, port, "127.0.0.1" as Address);
    return new Bird({ address: options.address, as: options.as, port }, tap, folder, bird);
  }

  /** kill -9; resolves when the process is gone, and its sessions with it. */
  async kill(): Promise<void> {
    const exit = once(this.#process, "exit");
    if (this.#process.kill("SIGKILL")) await exit;
    await rm(join(this.#folder, "ctl"), { force: true });
  }

  /** Starts it again after `kill`: it has forgotten every route. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#folder);
  }

  /** Prefixes that BIRD learned from gobgpd, sorted, each with its next hop: `192.0.2.1/32 via 10.0.0.1`. */
  async routes(): Promise<readonly string[]> {
    const { stdout } = await run("birdc", ["-s", `${this.#folder}/ctl`, "show", "route", "all", "protocol", "lb"], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    const routes: string[] = [];
    let prefix = "";
    for (const line of stdout.split("\n")) {
      prefix = /^([0-9a-f.:]+\/\d+)\s/.exec(line)?.[1] ?? prefix;
      const nextHop = /^\s+BGP\.next_hop: (\S+)/.exec(line)?.[1];
      if (nextHop !== undefined) routes.push(`${prefix} via ${nextHop}`);
    }
    return routes.sort();
  }

  /** Seconds: what both sides agreed on; undefined: no session stands. */
  async holdTime(): Promise<number | undefined> {
    const { stdout } = await run("birdc", ["-s", `${this.#folder}/ctl`, "show", "protocols", "all", "lb"], { env });
    const [, seconds] = /Hold timer: +[\d.]+\/(\d+)/.exec(stdout) ?? [];
    return seconds === undefined ? undefined : Number(seconds);
  }

  /** MED and communities that BIRD sees on its routes, in its own words: `med 5`, `community (65535,0)`. */
  async attributes(): Promise<readonly string[]> {
    const { stdout } = await run("birdc", ["-s", `${this.#folder}/ctl`, "show", "route", "all", "protocol", "lb"], {
      env,
    });
    return [...stdout.matchAll(/^\s+BGP\.(med|local_pref|community|large_community): (.*)$/gm)].map(
      ([, name, value]) => `${name} ${value?.trim()}`,
    );
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.tap.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when its control socket is there. */
async function launch(folder: string): Promise<ChildProcess> {
  const bird = spawn("bird", ["-f", "-c", `${folder}/bird.conf`, "-s", `${folder}/ctl`, "-P", `${folder}/pid`], {
    env,
  });
  let log = "";
  bird.stderr.on("data", (bytes: Buffer) => {
    log += bytes.toString();
  });
  await until("BIRD's control socket", () => {
    if (bird.exitCode !== null) throw new Error(`bird exited with ${bird.exitCode}: ${log}`);
    return existsSync(`${folder}/ctl`);
  });
  return bird;
}

/**
 * The next hop of its own routes is no loopback address: GoBGP 3.10 would not pass such a route on. Multihop, because its gateways then need no interface: BIRD keeps routes that it cannot resolve on this host.
 */
function config(
  { address, as, neighborAs, originates = [], ipv6 = true, gracefulRestart = false, ...options }: BirdOptions,
  port: number,
): string {
  const { password, holdTime, ttlSecurity, dials } = options;
  const routes = originates.map((prefix) => `  route ${prefix} blackhole;`).join("\n");
  return `
router id ${address};
protocol device {}
protocol static own4 {
  ipv4;
${routes}
}
protocol bgp lb {
  local ${address} port ${port} as ${as};
  strict bind on;
  neighbor 127.0.0.1 ${dials === undefined ? "" : `port ${dials} `}as ${neighborAs};
  multihop${ttlSecurity === undefined ? "" : ` ${ttlSecurity}; ttl security on`};
  ${dials === undefined ? "passive on;" : "connect delay time 1; connect retry time 1; error wait time 1, 2;"}
  ${password === undefined ? "" : `password "${password}";`}
  ${holdTime === undefined ? "" : `hold time ${holdTime};`}
  graceful restart ${gracefulRestart ? "on" : "off"};
  ipv4 { import all; export filter { if proto != "own4" then reject; bgp_next_hop = 198.18.0.1; accept; }; };
  ${ipv6 ? "ipv6 { import all; export none; };" : ""}
}
`;
}
