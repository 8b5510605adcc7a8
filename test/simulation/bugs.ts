import { after } from "../../src/core/model.ts";
import type { Op } from "../../src/core/op.ts";
import { addressKey, type Ownership } from "../../src/core/ownership.ts";
import { plan } from "../../src/core/plan.ts";
import type { Observed } from "../../src/core/state.ts";
import type { Bug } from "./host.ts";
import type { Law } from "./laws.ts";

type Plan = typeof plan;

/** Faults of the daemon that are planted on purpose, to see that the walks find them. */
export const BUGS = {
  "announces before it has verified": planned((desired, observed, owned, patience) => {
    const ops = plan(desired, observed, owned, patience);
    const kernel = ops.filter(({ target }) => target === "kernel");
    const hoped = plan(desired, after(observed, kernel), owned, patience);
    const sent = new Set(ops.filter(({ kind }) => kind === "path.announce"));
    return [...ops.filter((op) => !sent.has(op)), ...hoped.filter(({ kind }) => kind === "path.announce")];
  }),
  "tears down before it has withdrawn": planned((desired, observed, owned, patience) => {
    const ops = plan(desired, observed, owned, patience);
    const withdrawals = ops.filter(({ kind }) => kind === "path.withdraw");
    const gone = plan(desired, after(observed, withdrawals), owned, { ...patience, tearDown: true });
    const deletions = gone.filter((op) => op.kind === "address.delete" || op.kind === "virtualService.delete");
    return [...deletions, ...ops.filter((op) => !deletions.includes(op as (typeof deletions)[number]))];
  }),
  "does not wait between withdrawal and teardown": planned((desired, observed, owned, patience) =>
    plan(desired, observed, owned, { ...patience, tearDown: true }),
  ),
  "keeps announcing a service whose backend is dead": planned((desired, observed, owned, patience) =>
    plan(desired, observed, owned, patience).filter((op) => !isForHealth(op, desired)),
  ),
  "uses real servers that it does not know yet": planned((desired, observed, owned, patience) =>
    plan(knowAll(desired), observed, owned, patience),
  ),
  "takes everything on its links for its own": planned((desired, observed, owned, patience) =>
    plan(desired, observed, takeAll(observed, owned), patience),
  ),
  "sets right what is right": planned((desired, observed, owned, patience) => {
    const [link] = observed.kernel === undefined ? [] : desired.links.keys();
    const marks: Op[] = link === undefined ? [] : [{ target: "kernel", kind: "link.mark", link }];
    return [...plan(desired, observed, owned, patience), ...marks];
  }),
  "does not tell the guard": ({ dialGuard }) => ({
    dialGuard: (path, events) => {
      const line = dialGuard(path, events);
      return {
        get open() {
          return line.open;
        },
        write: () => undefined,
        end: () => line.end(""),
        destroy: () => line.destroy(),
      };
    },
  }),
} as const satisfies Readonly<Record<string, Bug>>;

export type BugName = keyof typeof BUGS;

/** The laws that each breaks. */
export const BREAKS: Readonly<Record<BugName, Law>> = {
  "announces before it has verified": "verified first",
  "tears down before it has withdrawn": "withdrawn first",
  "does not wait between withdrawal and teardown": "withdrawn first",
  "keeps announcing a service whose backend is dead": "no lie",
  "uses real servers that it does not know yet": "verified first",
  "takes everything on its links for its own": "nothing foreign",
  "sets right what is right": "no needless op",
  "does not tell the guard": "no lie",
};

function planned(mutant: Plan): Bug {
  return () => ({ plan: mutant });
}

function isForHealth(op: Op, { announcements }: Parameters<Plan>[0]): boolean {
  return op.kind === "path.withdraw" && announcements.get(op.prefix)?.reason.includes(" is down: ") === true;
}

function knowAll(desired: Parameters<Plan>[0]): Parameters<Plan>[0] {
  const all = [...desired.virtualServices].map(([key, service]) => {
    return [key, { ...service, realServers: [...service.realServers, ...(desired.awaiting.get(key) ?? [])] }] as const;
  });
  return { ...desired, virtualServices: new Map(all), awaiting: new Map() };
}

function takeAll({ kernel }: Observed, owned: Ownership): Ownership {
  if (kernel === undefined) return owned;
  const links = [...kernel.links.values()].filter(({ name }) => owned.links.has(name));
  const addresses = links.flatMap(({ name, addresses: all }) => all.map((one) => addressKey(name, one)));
  return {
    ...owned,
    addresses: new Set([...owned.addresses, ...addresses]),
    virtualServices: new Set([...owned.virtualServices, ...(kernel.virtualServices?.keys() ?? [])]),
  };
}
