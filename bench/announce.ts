import { run } from "../lab/command.ts";
import type { Address, Prefix } from "../src/core/address.ts";
import type { SpeakerOp } from "../src/core/op.ts";
import { systemClock } from "../src/daemon/clock.ts";
import { GobgpSpeaker } from "../src/speaker/speaker.ts";
import { Gobgpd } from "../test/support/gobgpd.ts";
import { until } from "../test/support/until.ts";
import type { Bench } from "./bench.ts";
import { inTurn, timed } from "./samples.ts";
import { versionOf } from "./version.ts";

const PATHS = 1000;
/** Of the CLI, which is called for each path; its time is multiplied up to all of them. */
const CALLS = 100;
const SAMPLES = 7;
/** Where gobgpd listens, and its CLI looks, unless told otherwise. */
const API = "127.0.0.1:50051";
const NEXT_HOP = "10.0.0.1" as Address;
const PREFIXES = Array.from({ length: PATHS }, (_, i) => `10.88.${i >> 8}.${i & 255}/32` as Prefix);

const ANNOUNCE = PREFIXES.map(
  (prefix): SpeakerOp => ({ target: "speaker", kind: "path.announce", path: { prefix, nextHop: NEXT_HOP } }),
);
const WITHDRAW = PREFIXES.map((prefix): SpeakerOp => ({ target: "speaker", kind: "path.withdraw", prefix }));

const signal = new AbortController().signal;

/** A real gobgpd without peers, and our speaker to it. */
async function connect(): Promise<GobgpSpeaker> {
  const gobgpd = await Gobgpd.place(API);
  await gobgpd.start("gobgpd", "-l", "warn");
  let up = false;
  const speaker = new GobgpSpeaker({
    address: API,
    clock: systemClock,
    onEvent: ({ kind }) => {
      if (kind === "up") up = true;
    },
  });
  speaker.start();
  await until("our speaker's connection to gobgpd", () => up);
  await must(speaker, [
    { target: "speaker", kind: "bgp.start", identity: { as: 64512, routerId: NEXT_HOP, listenPort: -1 } },
    { target: "speaker", kind: "policy.set" },
  ]);
  return speaker;
}

async function must(speaker: GobgpSpeaker, ops: readonly SpeakerOp[]): Promise<void> {
  for (const result of await speaker.apply(ops, signal)) if (!result.ok) throw new Error(result.error);
}

/** A shell that calls the CLI once for each path: no more than a script has to do. */
function byCli(verb: "add" | "del"): Promise<string> {
  const lines = PREFIXES.slice(0, CALLS).map((prefix) => `gobgp global rib ${verb} ${prefix} nexthop ${NEXT_HOP}`);
  return run(["sh", "-ec", lines.join("\n")]);
}

async function measure(): ReturnType<Bench["measure"]> {
  const gobgp = await versionOf(["gobgp", "--version"]);
  const speaker = await connect();
  const paths = async () => (await speaker.observe(signal)).paths.size;
  const expect = async (count: number) => {
    const found = await paths();
    if (found !== count) throw new Error(`gobgpd has ${found} paths, not ${count}`);
  };
  const withdrawn = { ours: [] as number[], baseline: [] as number[] };
  const announced = await inTurn(
    SAMPLES,
    async () => {
      const ms = await timed(() => must(speaker, ANNOUNCE));
      await expect(PATHS);
      withdrawn.ours.push(await timed(() => must(speaker, WITHDRAW)));
      await expect(0);
      return ms;
    },
    async () => {
      const ms = await timed(() => byCli("add"));
      await expect(CALLS);
      withdrawn.baseline.push((await timed(() => byCli("del"))) * (PATHS / CALLS));
      await expect(0);
      return ms * (PATHS / CALLS);
    },
  );
  await must(speaker, ANNOUNCE);
  const read = await inTurn(
    4 * SAMPLES,
    () => timed(() => expect(PATHS)),
    () =>
      timed(async () => {
        const table = JSON.parse(await run(["gobgp", "global", "rib", "-j"])) as object;
        if (Object.keys(table).length !== PATHS) throw new Error("gobgp global rib -j does not show all paths");
      }),
  );
  const calls = `gobgp ${gobgp}, a call for each path (${CALLS} made, time x ${PATHS / CALLS})`;
  return [
    { what: "announce 1,000 paths", unit: "ms", ...announced, against: calls },
    {
      what: "withdraw 1,000 paths",
      unit: "ms",
      ours: withdrawn.ours.slice(1), // the first of each is uncounted there too
      baseline: withdrawn.baseline.slice(1),
      against: calls,
    },
    { what: "read 1,000 paths", unit: "ms", ...read, against: `gobgp ${gobgp} global rib -j, parsed` },
  ];
}

export const announce: Bench = {
  name: "announce",
  about: "paths into a real gobgpd and out again, and its table read, beside its own CLI",
  reading:
    "the CLI has no call for many paths, and begins a process and a connection each time; ours keeps one connection. Our read takes identity, policy and peers along.",
  needs: "network",
  measure,
};
