import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import { systemClock } from "../../src/daemon/clock.ts";
import { GobgpSpeaker } from "../../src/speaker/speaker.ts";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { freePort, scene } from "./scene.ts";

const noBird = await birdMissing();
const FOREIGN = { prefix: "198.51.100.7/32" as Prefix, nextHop: "10.88.0.200" as Address };
const signal = new AbortController().signal;

/** gobgpd's own config with the router as its neighbour. */
function ownConfig({
  address,
  as,
  port,
}: {
  readonly address: string;
  readonly as: number;
  readonly port: number;
}): string {
  return `[global.config]\nas = 64512\nrouter-id = "10.88.0.200"\nport = -1\n[[neighbors]]\n[neighbors.config]\nneighbor-address = "${address}"\npeer-as = ${as}\n[neighbors.transport.config]\nremote-port = ${port}\n`;
}

/** Gives each path that is put in a MED of its own. */
const RE_MED = `[global.apply-policy.config]
import-policy-list = ["re-med"]
default-import-policy = "accept-route"
[[policy-definitions]]
name = "re-med"
[[policy-definitions.statements]]
name = "re-med-1"
[policy-definitions.statements.actions]
route-disposition = "accept-route"
[policy-definitions.statements.actions.bgp-actions]
set-med = "77"
`;

/** For a neighbour; without a deferral time it is 360 s. */
const GRACEFUL_RESTART = `[neighbors.graceful-restart.config]
enabled = true
restart-time = 120
deferral-time = 25
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = true
`;

for (const version of gobgpdVersions()) {
  const found = await findGobgpd(version);
  const skip = "missing" in found ? found.missing : (noBird ?? false);

  test(`gobgpd ${version}, shared: its own config keeps the peers, and we come and go with our paths only`, {
    skip,
  }, async (t) => {
    const { controller, gobgpd, bird, wire } = await scene(
      t,
      {},
      {},
      { mode: "shared", peers: [], local: { routerID: "10.88.0.200" } },
    );
    const { address } = bird.peer;
    const file = join(controller.folder, "gobgpd.toml");
    await writeFile(file, ownConfig(bird.peer));
    await gobgpd.start("binary" in found ? found.binary : "", "-t", "toml", "-f", file);
    const other = new GobgpSpeaker({ address: gobgpd.api, clock: systemClock, onEvent: () => {} });
    t.after(() => other.stop());
    other.start();
    const state = () => other.observe(signal).catch(() => undefined);
    await until("BGP", async () => (await state())?.identity !== undefined);
    assert.deepEqual(await other.apply([{ target: "speaker", kind: "path.announce", path: FOREIGN }], signal), [
      { op: { target: "speaker", kind: "path.announce", path: FOREIGN }, ok: true },
    ]);
    controller.start();
    await until("both routes at BIRD", async () => (await bird.routes()).length === 2);
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    await until("the foreign route alone", async () => (await bird.routes()).length === 1);
    const left = await state();
    assert.deepEqual([...(left?.paths.keys() ?? [])], [FOREIGN.prefix]);
    assert.deepEqual([...(left?.peers.keys() ?? [])], [address]);
    assert.equal(left?.originatorOnly, false, "its policy is its own");
    assert.deepEqual(
      wire().filter((change) => change.endsWith("10.88.2.1/32")),
      ["+10.88.2.1/32", "-10.88.2.1/32"],
    );
  });

  // fault: path-altered
  test(`gobgpd ${version}, shared: a policy of its own that alters our path is told once, and is no reason to say that nothing is announced`, {
    skip,
  }, async (t) => {
    const shared = { mode: "shared", peers: [], local: { routerID: "10.88.0.200" } };
    const { controller, gobgpd, bird, wire } = await scene(t, {}, {}, shared);
    const file = join(controller.folder, "gobgpd.toml");
    await writeFile(file, `${ownConfig(bird.peer)}${RE_MED}`);
    await gobgpd.start("binary" in found ? found.binary : "", "-t", "toml", "-f", file);
    controller.start("-log-level=debug");
    await controller.says(
      /^warning 10\.88\.2\.1\/32 is announced otherwise than it should be: gobgpd has .* MED 77, where/,
    );
    await until("the route at BIRD", async () => (await bird.routes()).length === 1);
    // Tried again after 1 s and after 2 s more.
    await until(
      "two more tries",
      () =>
        controller.lines.filter((line) => line.startsWith("debug answered to be done, as before: announce")).length >=
        2,
      { found: () => controller.lines },
    );
    const told = (words: RegExp) => controller.lines.filter((line) => words.test(line)).length;
    assert.equal(told(/^error cannot announce .* look for a policy/), 1);
    assert.equal(told(/^info announce/), 1);
    assert.deepEqual(wire(), ["+10.88.2.1/32"]);
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    assert.deepEqual(wire(), ["+10.88.2.1/32", "-10.88.2.1/32"]);
  });

  // It ends its restart with the first session, and holds nothing back.
  if (version === "3.36") continue;
  // fault: updates-held-back
  test(`gobgpd ${version}, shared: what it holds back in a graceful restart is not called proven, and is once it is written`, {
    skip,
  }, async (t) => {
    const shared = { mode: "shared", peers: [], local: { routerID: "10.88.0.200" } };
    const { controller, gobgpd, bird, announced, wire } = await scene(t, { reconcileInterval: "1s" }, {}, shared, {
      gracefulRestart: true,
    });
    const { run } = cliOf(controller);
    const file = join(controller.folder, "gobgpd.toml");
    const [, absent] = ownConfig({ address: "127.0.0.9", as: 64519, port: await freePort() }).split("[[neighbors]]");
    const neighbours = [ownConfig(bird.peer), `[[neighbors]]${absent}`].map((one) => `${one}${GRACEFUL_RESTART}`);
    await writeFile(file, neighbours.join(""));
    await gobgpd.start("binary" in found ? found.binary : "", "--graceful-restart", "-t", "toml", "-f", file);
    controller.start();
    await controller.says(
      /^info 10\.88\.2\.1\/32 is in gobgpd, and no peer is known to have it: peer 127\.0\.0\.2: gobgpd restarts gracefully and holds/,
    );
    assert.deepEqual(wire(), [], "the router hears nothing");
    assert.match((await run("why", "web")).out.join("\n"), /^waits +peer +127\.0\.0\.2: held /m);
    await announced();
    await controller.says(/^info 10\.88\.2\.1\/32 is proven at 127\.0\.0\.2 \(1 of 2 peers\)/);
    assert.deepEqual(wire(), ["+10.88.2.1/32"]);
  });
}
