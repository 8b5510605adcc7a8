import { kernelAfter, speakerAfter } from "../../src/core/model.ts";
import type { KernelOp, SpeakerOp } from "../../src/core/op.ts";
import { addressKey } from "../../src/core/ownership.ts";
import { samePath } from "../../src/core/path.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import type { KernelState, SpeakerState } from "../../src/core/state.ts";

/** To whoever saw the kernel like this, the op is plainly one that changes nothing. */
export function changesNothing(seen: KernelState, op: KernelOp): boolean {
  if ("name" in op) return seen.sysctls?.get(op.name) === op.value;
  const after = kernelAfter(seen, [op]);
  // Its virtual service failed right before it.
  if ("server" in op && seen.virtualServices?.has(virtualServiceKey(op.service)) !== true)
    return op.kind === "realServer.delete";
  // So did its link.
  if ("link" in op && op.kind !== "link.add" && !seen.links.has(op.link)) return op.kind.endsWith(".delete");
  if (!("link" in op))
    return JSON.stringify([...(seen.virtualServices ?? [])]) === JSON.stringify([...(after.virtualServices ?? [])]);
  const [before, then] = [seen.links.get(op.link), after.links.get(op.link)];
  if (op.kind === "address.add" || op.kind === "address.delete") {
    const key = addressKey(op.link, op);
    const has = (link: typeof before) => link?.addresses.some((one) => one.usable && addressKey(op.link, one) === key);
    const there = before?.addresses.some((one) => addressKey(op.link, one) === key);
    return op.kind === "address.add" ? has(before) === true : there !== true;
  }
  return JSON.stringify(before) === JSON.stringify(then);
}

/** The same for gobgpd. */
export function repeatsItself(seen: SpeakerState, op: SpeakerOp): boolean {
  if (op.kind === "path.announce") {
    const there = seen.paths.get(op.path.prefix);
    return there !== undefined && samePath(there, op.path);
  }
  if (op.kind === "path.withdraw") return !seen.paths.has(op.prefix);
  const after = speakerAfter(seen, [op]);
  return op.kind === "policy.set" && after.originatorOnly === seen.originatorOnly;
}
