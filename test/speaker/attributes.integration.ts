import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { Community, LargeCommunity } from "../../src/core/community.ts";
import type { SpeakerOp } from "../../src/core/op.ts";
import type { Path } from "../../src/core/path.ts";
import { describePath } from "../../src/core/path.ts";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { addPeer, policy, ROUTER_ID, Stage, start } from "./stage.ts";
import { Wire } from "./tapped.ts";

const TOR_A = { address: "127.0.0.2" as Address, as: 64513 };
const VIP = "192.0.2.1/32";
const noBird = await birdMissing();
const tell = (path: Path): SpeakerOp => ({ target: "speaker", kind: "path.announce", path });

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const skip = "missing" in gobgpd ? gobgpd.missing : (noBird ?? false);
  const binary = "binary" in gobgpd ? gobgpd.binary : "";

  test(`gobgpd ${version}: a changed attribute is one UPDATE, and is read back as it was told`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR_A);
    await stage.up(binary);
    const six = { prefix: "2001:db8::1/128" as Prefix, nextHop: "2001:db8::f" as Address };
    const bare = { prefix: VIP as Prefix, nextHop: ROUTER_ID };
    await stage.must(start(), policy, tell(bare), tell(six), addPeer(bird.peer));
    await until("both routes at BIRD", async () => (await bird.routes()).length === 2);
    const rich: Path = {
      ...bare,
      med: 4_294_967_295,
      localPref: 200,
      communities: ["65000:120", "65535:0", "65535:65281"] as Community[],
      largeCommunities: ["65000:1:4294967295"] as LargeCommunity[],
    };
    const steps: readonly (readonly [Path, readonly string[]])[] = [
      [{ ...bare, med: 0 }, ["med 0"]],
      [{ ...bare, med: 7 }, ["med 7"]],
      [rich, ["med 4294967295", "communities 65000:120 65535:0 65535:65281", "large communities 65000:1:4294967295"]],
      [{ ...six, med: 5, communities: rich.communities ?? [] }, ["med 5", "communities 65000:120 65535:0 65535:65281"]],
      [bare, []],
    ];
    for (const [path, attributes] of steps) {
      const before = bird.tap.updates.length;
      const wire = new Wire(stage, bird.tap);
      assert.deepEqual(await wire.of(tell(path)), [`+${path.prefix} via ${path.nextHop}`], describePath(path));
      // Local preference does not go to an eBGP peer.
      assert.deepEqual(bird.tap.updates[before]?.attributes, attributes);
      assert.deepEqual((await stage.observe()).paths.get(path.prefix), path, "read back");
      assert.deepEqual(await wire.of(tell(path)), [], "the same again is silent");
      if (path === rich)
        assert.deepEqual(
          (await bird.attributes()).filter((line) => !line.startsWith("local_pref")),
          ["med 4294967295", "community (65000,120) (65535,0) (65535,65281)", "large_community (65000, 1, 4294967295)"],
        );
    }
  });
}
