import type { KernelOp } from "./op.ts";
import type { Ownership } from "./ownership.ts";
import type { KernelState } from "./state.ts";

/**
 * What IPVS needs so that no connection hangs on a real server that is gone, by the names of sysctl(8) (Linux, Documentation/networking/ipvs-sysctl.rst):
 * a connection of a removed real server ends at once, persistence does not bind clients to one of weight 0, and a client that uses a port
 * again is scheduled anew. net.ipv4.vs.conntrack is left as it is: it hangs on the host's firewall.
 */
export const IPVS_SYSCTLS: ReadonlyMap<string, string> = new Map([
  ["net.ipv4.vs.conn_reuse_mode", "1"],
  ["net.ipv4.vs.expire_nodest_conn", "1"],
  ["net.ipv4.vs.expire_quiescent_template", "1"],
]);

/** What is wanted, as far as it matters here; see Desired. */
interface Wanting {
  readonly sysctls: ReadonlyMap<string, string>;
}

/** What it was before us, as `sysctlKey` kept it; undefined: it was never ours to set. */
function original(owned: Ownership, name: string): string | undefined {
  const key = [...owned.sysctls].find((one) => one.startsWith(`${name}=`));
  return key?.slice(name.length + 1);
}

/** Names a setting with the value that it had before us: `net.ipv4.vs.conn_reuse_mode=0`. */
function sysctlKey(name: string, value: string): string {
  return `${name}=${value}`;
}

/** Those that we are about to set for the first time, with what they were. */
export function claimSysctls(desired: Wanting, kernel: KernelState, owned: Ownership): ReadonlySet<string> {
  const fresh = [...desired.sysctls].flatMap(([name, wanted]) => {
    const found = kernel.sysctls?.get(name);
    const untouched = found !== undefined && found !== wanted && original(owned, name) === undefined;
    return untouched ? [sysctlKey(name, found)] : [];
  });
  return new Set(fresh);
}

/** Without those that nobody wants any more and that are what they were, or what somebody else made of them. */
export function pruneSysctls(owned: Ownership, desired: Wanting, kernel: KernelState): ReadonlySet<string> {
  const kept = [...owned.sysctls].filter((key) => {
    const [name = "", before = ""] = key.split("=");
    const found = kernel.sysctls?.get(name);
    return kernel.sysctls === undefined || desired.sysctls.has(name) || (isOurs(name, found) && found !== before);
  });
  return new Set(kept);
}

/** Sets what is still as it was before us. What somebody else has set since is left. */
export function setSysctls(desired: Wanting, kernel: KernelState, owned: Ownership): KernelOp[] {
  return [...desired.sysctls].flatMap(([name, value]): KernelOp[] => {
    const found = kernel.sysctls?.get(name);
    if (found === undefined || found === value || found !== original(owned, name)) return [];
    return [{ target: "kernel", kind: "sysctl.set", name, value }];
  });
}

/** Puts back what is still as we have set it and is not wanted any more. */
export function restoreSysctls(desired: Wanting, kernel: KernelState, owned: Ownership): KernelOp[] {
  return [...owned.sysctls].flatMap((key): KernelOp[] => {
    const [name = "", value = ""] = key.split("=");
    const found = kernel.sysctls?.get(name);
    if (desired.sysctls.has(name) || !isOurs(name, found) || found === value) return [];
    return [{ target: "kernel", kind: "sysctl.restore", name, value }];
  });
}

/** What somebody else has set since, one line each. */
export function sysctlConflicts(desired: Wanting, kernel: KernelState, owned: Ownership): string[] {
  return [...desired.sysctls].flatMap(([name, wanted]) => {
    const found = kernel.sysctls?.get(name);
    const before = original(owned, name);
    if (found === undefined || found === wanted || before === undefined || found === before) return [];
    return [
      `${name} is ${found}: somebody else has set it since we set it to ${wanted}; it is left alone; "ipvsSysctls": "keep" leaves all of them to you`,
    ];
  });
}

function isOurs(name: string, found: string | undefined): boolean {
  return found !== undefined && IPVS_SYSCTLS.get(name) === found;
}
