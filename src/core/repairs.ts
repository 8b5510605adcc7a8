import type { Announcement } from "./desired.ts";
import type { KernelOp, Op } from "./op.ts";
import { isBuilding } from "./plan-build.ts";
import { virtualServiceKey } from "./service.ts";

/** Tells for each VIP whether the building ops at hand will mend its dataplane now. */
export class Repairs {
  /** By the thing that is mended; true when one of its ops has to wait for its next try. */
  readonly #waiting = new Map<string, boolean>();

  constructor(building: readonly KernelOp[], blocked: (op: Op) => boolean) {
    for (const op of building) {
      if (!isBuilding(op)) continue;
      const part = partOf(op);
      this.#waiting.set(part, this.#waiting.get(part) === true || blocked(op));
    }
  }

  /** True when ops of this announcement's own link, address and virtual services are at hand and none of them has to wait. */
  mend({ vips, virtualServices }: Announcement): boolean {
    const parts = vips.flatMap((vip) => [`link ${vip.link}`, `address ${vip.link} ${vip.address}`]);
    const found = [...parts, ...virtualServices]
      .map((part) => this.#waiting.get(part))
      .filter((one) => one !== undefined);
    return found.length > 0 && !found.includes(true);
  }
}

function partOf(op: KernelOp): string {
  if ("name" in op) return op.name;
  if ("service" in op) return virtualServiceKey(op.service);
  return "address" in op ? `address ${op.link} ${op.address}` : `link ${op.link}`;
}
