import type { Address } from "../src/core/address.ts";
import { claim, prune } from "../src/core/claim.ts";
import { conflicts } from "../src/core/conflict.ts";
import { derive, type Intent, type ServiceHealth } from "../src/core/desired.ts";
import { after } from "../src/core/model.ts";
import { OWNS_NOTHING, type Ownership } from "../src/core/ownership.ts";
import { plan } from "../src/core/plan.ts";
import { judge, NO_PROOFS, type Proofs, see } from "../src/core/proof.ts";
import type { Observed, Peer } from "../src/core/state.ts";
import { type Status, summarise } from "../src/core/status.ts";
import { BARE, intent, service } from "../test/support/world.ts";
import type { Bench } from "./bench.ts";
import { median } from "./row.ts";
import { inTurn } from "./samples.ts";

const FEW = 10;
/** Of each sample, whatever a pass has: so the small one is as long a measurement as the large. */
const SERVICES_A_SAMPLE = 10_000;
const SAMPLES = 20;
const PATIENCE = { blocked: () => false, tearDown: true };

/** A host on which everything stands as it is wanted, each VIP proven at the router. */
interface Settled {
  readonly intent: Intent;
  readonly health: ReadonlyMap<string, ServiceHealth>;
  readonly observed: Observed;
  readonly owned: Ownership;
  readonly proofs: Proofs;
}

/** All that is computed in one pass; what waits for the kernel and gobgpd is left out. */
function think({ intent, health, observed, owned, proofs }: Settled): Status {
  const desired = derive(intent, health, "serving", true);
  const ours = claim(desired, observed, owned);
  const ops = plan(desired, observed, ours, PATIENCE);
  if (ops.length > 0) throw new Error(`${ops.length} ops are left where nothing is to be done`);
  const kept = prune(ours, desired, observed);
  return summarise(desired, observed, proofs, {
    conflicts: conflicts(desired, observed, kept),
    failing: new Map(),
    left: [],
  });
}

function settled(count: number): Settled {
  const services = Array.from({ length: count }, (_, i) => service(`svc${i}`, [`10.88.${i >> 8}.${i & 255}`]));
  const wanted = intent(services);
  const health = new Map(services.map(({ name }) => [name, { verdict: "up", reason: "1 of 1 check is up" }] as const));
  let [observed, owned]: [Observed, Ownership] = [BARE, OWNS_NOTHING];
  for (let round = 0; ; round++) {
    const desired = derive(wanted, health, "serving", true);
    owned = claim(desired, observed, owned);
    const ops = plan(desired, observed, owned, PATIENCE);
    if (ops.length === 0) break;
    if (round > 5) throw new Error(`the plan does not come to an end: ${ops.length} ops are left`);
    observed = after(observed, ops);
  }
  return { intent: wanted, health, owned, ...withSessions(observed) };
}

/** Its sessions stand, and every path is proven there. */
function withSessions(observed: Observed): Pick<Settled, "observed" | "proofs"> {
  const { speaker } = observed;
  if (typeof speaker !== "object") throw new Error("there is no gobgpd");
  const peers = new Map(
    [...speaker.peers].map(([address, peer]): [Address, Peer] => [address, { ...peer, session: "established" }]),
  );
  const paths = new Map([...speaker.paths.keys()].map((prefix) => [prefix, prefix] as const));
  const addresses = [...peers.keys()];
  const sent = new Map(addresses.map((address) => [address, { session: "1", updates: 1, paths }]));
  const proofs = judge(
    see(NO_PROOFS, sent, 0),
    new Map(addresses.map((address) => [address, 0])),
    new Map(addresses.map((address) => [address, "1"])),
    1000,
  );
  return { observed: { ...observed, speaker: { ...speaker, peers } }, proofs };
}

/** As a new look would give it: nothing that is kept by the identity of a list may serve again. */
function seenAnew(host: Settled): Settled {
  const { kernel } = host.observed;
  if (kernel === undefined) throw new Error("there is no kernel");
  const links = new Map([...kernel.links].map(([name, link]) => [name, { ...link, addresses: [...link.addresses] }]));
  return { ...host, observed: { ...host.observed, kernel: { ...kernel, links } } };
}

/** Microseconds for each service, over as many passes as there are hosts' worth in a sample. */
function perService(host: Settled): () => Promise<number> {
  const count = host.intent.services.length;
  return () => {
    const seen = Array.from({ length: SERVICES_A_SAMPLE / count }, () => seenAnew(host));
    const began = performance.now();
    for (const one of seen)
      if (think(one).announcements.some(({ state }) => state !== "proven")) throw new Error("not all is proven");
    return Promise.resolve(((performance.now() - began) * 1000) / (count * seen.length));
  };
}

async function measure(): ReturnType<Bench["measure"]> {
  const few = perService(settled(FEW));
  const rows = [];
  for (const count of [1000, 10_000]) {
    const many = perService(settled(count));
    for (let round = 0; round < 10; round++) await many().then(few); // until the code is compiled
    const samples = await inTurn(SAMPLES, many, few);
    const ms = (median(samples.ours) * count) / 1000;
    const what = `a pass over ${count.toLocaleString("en-US")} services (${ms.toPrecision(3)} ms), by service`;
    rows.push({ what, unit: "us" as const, ...samples, against: `the same with ${FEW} services, by service` });
  }
  return rows;
}

export const pass: Bench = {
  name: "pass",
  about: "what a pass computes where nothing is to be done, for each of many services beside each of ten",
  reading:
    "a VIP, a link, a virtual service and a real server for each service. 1 would be linear. The looks at kernel and gobgpd are not in it.",
  needs: "nothing",
  measure,
};
