import { claim } from "./claim.ts";
import type { Desired } from "./desired.ts";
import { after } from "./model.ts";
import type { Op } from "./op.ts";
import type { Ownership } from "./ownership.ts";
import { plan } from "./plan.ts";
import type { Observed } from "./state.ts";

/** All ops from what is to what should be, in their order, if every one of them goes well. */
export function forecast(desired: Desired, observed: Observed, owned: Ownership): readonly Op[] {
  const all: Op[] = [];
  let state = observed;
  let ours = owned;
  // Withdraw and build, announce, tear down: three rounds; one more would be a plan that does not converge.
  for (let round = 0; round < 4; round++) {
    ours = claim(desired, state, ours);
    const ops = plan(desired, state, ours, { blocked: () => false, tearDown: true });
    if (ops.length === 0) break;
    state = after(state, ops);
    all.push(...ops);
  }
  return all;
}
