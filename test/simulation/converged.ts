import type { Prefix } from "../../src/core/address.ts";
import { missing } from "../../src/core/dataplane.ts";
import type { Desired, ServiceHealth } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { addressKey } from "../../src/core/ownership.ts";
import { describePath } from "../../src/core/path.ts";
import { intentOf } from "../../src/daemon/settings.ts";
import { POOL, poolHealth } from "./pool.ts";
import type { BackendName } from "./site.ts";
import type { World } from "./world.ts";

/** What is not yet as it should be in a world that nothing hinders, in words; empty when all is. */
export function amiss(world: World): readonly string[] {
  const { life } = world;
  if (life?.process.runs !== true || life.leaving) return ["no controller runs that is to stay"];
  const intent = intentOf(life.settings);
  const health = new Map(intent.services.map(({ name }) => [name, healthOf(world, name as BackendName)] as const));
  const desired = derive(intent, health, "serving", true);
  return [...kernelAmiss(world, desired), ...speakerAmiss(world, desired), ...statusAmiss(world, desired)];
}

function healthOf(world: World, name: BackendName): ServiceHealth {
  const serves = (one: BackendName) => world.backend(one).how === "serves";
  if (!world.site.pool || name !== "web") return { verdict: serves(name) ? "up" : "down", reason: "" };
  return { verdict: POOL.some(serves) ? "up" : "down", reason: "", realServers: poolHealth(serves) };
}

function kernelAmiss({ kernel, ledgerLost }: World, desired: Desired): string[] {
  const state = { links: kernel.links, virtualServices: kernel.table };
  const lacking = [...desired.announcements.values()].flatMap((one) => missing(one, desired, state));
  for (const key of desired.virtualServices.keys())
    if (!kernel.table.has(key)) lacking.push(`virtual service ${key} is absent`);
  const surplus: string[] = [];
  for (const [name, { addresses }] of kernel.links) {
    if (kernel.foreign.has(`link ${name}`)) continue;
    const wanted = desired.links.get(name);
    const foreign = addresses.filter((one) => kernel.isForeign(name, one));
    // What has somebody else's address on it stays.
    if (wanted === undefined && foreign.length === 0) surplus.push(`link ${name} is too much`);
    for (const one of addresses)
      if (!foreign.includes(one) && wanted?.some(({ address }) => address === one.address) !== true)
        surplus.push(`address ${addressKey(name, one)} is too much`);
  }
  for (const [key, { realServers }] of kernel.table) {
    if (kernel.foreign.has(`service ${key}`)) continue;
    const wanted = desired.virtualServices.get(key);
    if (wanted?.realServers.length !== realServers.length) surplus.push(`virtual service ${key} is another`);
  }
  // What was made before the ledger was lost, and is not in the config any more, is nobody's.
  return ledgerLost ? lacking : [...lacking, ...surplus];
}

function speakerAmiss({ gobgpd, routers, site, ledgerLost }: World, desired: Desired): string[] {
  const wanted = new Map(
    [...desired.announcements.values()]
      .filter(({ want }) => want === "announce")
      .map(({ path }) => [path.prefix, describePath(path)]),
  );
  const table = new Map([...gobgpd.paths].map(([prefix, path]) => [prefix, describePath(path)]));
  const mine = (prefix: Prefix) => !gobgpd.foreign.has(prefix) && (!ledgerLost || desired.announcements.has(prefix));
  const own = new Map([...table].filter(([prefix]) => mine(prefix)));
  const found = differ(wanted, own, "gobgpd");
  for (const router of routers.values()) {
    // Peers of a gobgpd with a config of its own are not ours to bring back.
    if (!router.established && site.mode === "managed") found.push(`no session with ${router.address}`);
    if (router.established) found.push(...differ(table, router.table, `router ${router.address}`));
  }
  return found;
}

function differ(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>, where: string): string[] {
  const lacking = [...a].filter(([prefix, path]) => b.get(prefix) !== path);
  const surplus = [...b.keys()].filter((prefix) => !a.has(prefix));
  return [
    ...lacking.map(([prefix]) => `${where} has not ${prefix}`),
    ...surplus.map((prefix) => `${where} has ${prefix}`),
  ];
}

/** What the controller says of itself has to be so. */
function statusAmiss({ life, routers }: World, desired: Desired): string[] {
  const status = life?.actions?.status();
  if (status === undefined) return ["no status"];
  const sessions = [...routers.values()].filter(({ established }) => established).length;
  const found = status.announcements.flatMap(({ prefix, state }) => {
    const announced = [...desired.announcements.values()].some(
      ({ path, want }) => path.prefix === prefix && want === "announce",
    );
    const right = announced ? (sessions > 0 ? "proven" : "unproven") : "withdrawn";
    return state === right || (announced && sessions === 0)
      ? []
      : [`status says that ${prefix} is ${state}, not ${right}`];
  });
  return [
    ...found,
    ...Object.keys(status.failing).map((op) => `failing: ${op}`),
    ...status.left.map((op) => `left: ${op}`),
    ...(status.services.some(({ override }) => override !== undefined) ? ["an operator's word stands"] : []),
  ];
}
