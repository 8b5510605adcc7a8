import type { DataplaneView } from "./dataplane.ts";
import type { Span } from "./routes.ts";

/** A look at a VIP on a host that saw something else than the look before. */
export interface Sight {
  readonly host: string;
  readonly vip: string;
  /** The look before, and this one. */
  readonly before: number;
  readonly at: number;
  readonly view: DataplaneView;
}

/** What was seen of the hosts' dataplanes, look by look. */
export class Sights {
  readonly #last = new Map<string, { readonly at: number; readonly view: DataplaneView }>();
  readonly #changes: Sight[] = [];

  take(host: string, vip: string, at: number, view: DataplaneView): void {
    const key = `${host} ${vip}`;
    const last = this.#last.get(key);
    const same = last !== undefined && JSON.stringify(last.view) === JSON.stringify(view);
    if (!same) this.#changes.push({ host, vip, before: last?.at ?? at, at, view });
    this.#last.set(key, { at, view });
  }

  changes(): readonly Sight[] {
    return this.#changes;
  }
}

export function isWhole(view: DataplaneView): boolean {
  return view.address && view.serves;
}

/** When the dataplane of a VIP was seen not to be whole, by `host vip`. */
export function brokenSpans(changes: readonly Sight[]): ReadonlyMap<string, readonly Span[]> {
  const spans = new Map<string, Span[]>();
  for (const { host, vip, at, view } of changes) {
    const own = spans.get(`${host} ${vip}`) ?? [];
    const last = own.at(-1);
    const open = last !== undefined && last.to === Number.POSITIVE_INFINITY;
    if (isWhole(view) && open) own[own.length - 1] = { from: last.from, to: at };
    if (!isWhole(view) && !open) own.push({ from: at, to: Number.POSITIVE_INFINITY });
    spans.set(`${host} ${vip}`, own);
  }
  return spans;
}
