import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "../../lab/chaos/main.ts";
import { Topology } from "../../lab/topology.ts";

/** A few of what `npm run lab -- --chaos` plays by the hundred: that it can, and that its laws hold for them. */
test("random faults under traffic: the laws hold, and each failed request is accounted for", async () => {
  const lab = await Topology.start({ hosts: 3 });
  try {
    await lab.converged();
    lab.client.start();
    await lab.client.next(12);
    const options = { count: 4, seed: 1, overlap: 2, duration: 0 };
    const { kept, lines } = await chaos(lab, options, () => {}, AbortSignal.any([]));
    assert.ok(kept, lines.join("\n"));
  } finally {
    await lab.stop();
  }
});
