import { spawn } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ENVIRONMENT } from "../lab/command.ts";
import { Backend } from "../test/support/backend.ts";
import type { Update } from "../test/support/bgp-tap.ts";
import type { Bird } from "../test/support/bird.ts";
import { until } from "../test/support/until.ts";
import type { Bench } from "./bench.ts";
import { AS, ROUTER_AS, ROUTER_ID, router, serve, VIP } from "./scene.ts";
import { versionOf } from "./version.ts";

const KILLS = 30;
const INTERVAL_MS = 1000;
/** How often the wire is looked at. */
const LOOK_MS = 1;

/** ExaBGP with its own health check, which announces the VIP to this router while the backend answers each second. */
async function startExabgp(backend: Backend, bird: Bird): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "exabgp-"));
  const { address, port } = bird.peer;
  const command = `curl -fsS -o /dev/null --max-time 3 http://127.0.0.1:${backend.port}/`;
  const check = [
    "exabgp-healthcheck --no-ip-setup --no-syslog",
    `--name web --ip ${VIP}/32 --next-hop ${ROUTER_ID} --withdraw-on-down`,
    `--interval 1 --fast-interval 1 --timeout 3 --rise 1 --fall 1 --command "${command}"`,
  ].join(" ");
  await writeFile(join(folder, "check"), `#!/bin/sh\nexec ${check}\n`, { mode: 0o755 });
  await writeFile(
    join(folder, "exabgp.conf"),
    `process web { run ${folder}/check; encoder text; }
neighbor ${address} {
  router-id ${ROUTER_ID}; local-address 127.0.0.1; local-as ${AS}; peer-as ${ROUTER_AS}; connect ${port};
  family { ipv4 unicast; }
  api { processes [ web ]; }
}
`,
  );
  const env = {
    ...ENVIRONMENT,
    "exabgp.api.cli": "false",
    "exabgp.daemon.drop": "false",
    "exabgp.log.destination": "stderr",
  };
  const exabgp = spawn("exabgp", [join(folder, "exabgp.conf")], { env });
  let said = "";
  for (const stream of [exabgp.stdout, exabgp.stderr])
    stream.on("data", (bytes: Buffer) => {
      said = `${said}${bytes.toString()}`.slice(-2000);
    });
  await until("ExaBGP's route at BIRD", async () => (await bird.routes()).length === 1, { found: () => said });
}

/** When the router is sent an UPDATE like this, of those after the first `from`, on performance.now(). */
async function heard({ tap }: Bird, from: number, like: (update: Update) => boolean): Promise<number> {
  const began = performance.now();
  while (!tap.updates.slice(from).some(like)) {
    if (performance.now() - began > 30_000) throw new Error("the router has heard nothing for 30 s");
    await sleep(LOOK_MS);
  }
  return performance.now();
}

async function measure(): ReturnType<Bench["measure"]> {
  const version = await versionOf(["exabgp", "--version"]);
  const backend = new Backend();
  await backend.start();
  const birds = [await router("127.0.0.2"), await router("127.0.0.3")] as const;
  await serve(backend, birds[0]);
  await startExabgp(backend, birds[1]);
  /** When both routers have been told after the change, on performance.now(). */
  const told = (like: (update: Update) => boolean) => {
    const from = birds.map(({ tap }) => tap.updates.length);
    return Promise.all(birds.map((bird, at) => heard(bird, from[at] ?? 0, like)));
  };
  const sinceDeath: Samples = { ours: [], baseline: [] };
  const sinceDue: Samples = { ours: [], baseline: [] };
  for (let kill = 0; kill < KILLS; kill++) {
    // When it dies within a second decides how long it goes unnoticed: so the deaths are spread evenly over it, to and fro.
    const phase = (((kill * 7) % KILLS) + Math.random()) / KILLS;
    await sleep(INTERVAL_MS * (2 + phase) - (performance.now() % INTERVAL_MS));
    const died = performance.now();
    backend.die();
    const [ours = 0, baseline = 0] = await told(({ withdrawn }) => withdrawn.length > 0);
    sinceDeath.ours.push(ours - died);
    sinceDeath.baseline.push(baseline - died);
    sinceDue.ours.push(ours - due(backend, "bgp-lb"));
    sinceDue.baseline.push(baseline - due(backend, "curl"));
    const back = told(({ announced }) => announced.length > 0);
    await backend.start();
    await back;
  }
  const against = `exabgp-healthcheck ${version}, with curl`;
  return [
    { what: "backend gone to withdrawal heard", unit: "ms", ...sinceDeath, against },
    { what: "of it since the next probe was due", unit: "ms", ...sinceDue, against },
  ];
}

interface Samples {
  readonly ours: number[];
  readonly baseline: number[];
}

/** When this program's next probe after the last that was answered was due, by its interval. */
function due({ asked }: Backend, program: string): number {
  const last = asked.get(program);
  if (last === undefined) throw new Error(`no request of ${program}, but of ${[...asked.keys()].join(", ")}`);
  return last + INTERVAL_MS;
}

export const failover: Bench = {
  name: "failover",
  about: "a backend that is gone, until the router hears the withdrawal, beside ExaBGP's health check",
  reading:
    "both probe once a second (HTTP, rise 1, fall 1), so of the first row half a second is the wait for the next probe, a whole one at most, and its medians differ by a tenth of a second from run to run. What each adds is the second row (a probe that came late makes the next one seem early). Both watch one backend and have a BIRD each, so each kill is a sample of both.",
  needs: "network",
  measure,
};
