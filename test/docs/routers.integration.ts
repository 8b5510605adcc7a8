import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { md5Missing } from "../support/md5.ts";
import { until } from "../support/until.ts";
import { routerScene, routersMissing } from "./router-scene.ts";

const missing = await routersMissing();
const found = await findGobgpd(gobgpdVersions()[0] ?? "3.10");
const gobgpd = "binary" in found ? found.binary : "";
const noGobgpd = "missing" in found ? found.missing : undefined;
const noMd5 = await md5Missing();
const ROUTERS = [
  { kind: "bird", without: await birdMissing() },
  { kind: "frr", without: existsSync("/usr/lib/frr/bgpd") ? undefined : "no FRR: apt-get install frr" },
] as const;

describe("docs/routers.md", { concurrency: true }, () => {
  for (const { kind, without } of ROUTERS)
    it(`${kind}.conf spreads over all hosts, moves traffic off one that drains, and takes nothing but VIPs`, {
      skip: missing ?? noGobgpd ?? without ?? false,
    }, async (t) => {
      const { first, second, spreadsOver, kernelRoutes, paths } = await routerScene(t, kind, gobgpd);
      await spreadsOver(11, 12);
      assert.doesNotMatch(await kernelRoutes(), /198\.51\.100/);
      await second.bgpLb("drain", "web", "-timeout", "1h");
      await spreadsOver(11);
      assert.equal(await paths(), 2, "the path of the host that drains is there, as the worse one");
      await second.bgpLb("undrain", "web");
      await spreadsOver(11, 12);
      await first.service.stop("SIGKILL");
      await spreadsOver(12);
      await second.controller.stop("SIGTERM");
      await until("the last path to go", async () => (await paths()) === 0);
    });

  for (const { kind, without } of ROUTERS)
    it(`${kind}, with a password and TTL security on both sides, spreads over all hosts`, {
      skip: missing ?? noGobgpd ?? without ?? noMd5 ?? false,
    }, async (t) => {
      const { second, spreadsOver } = await routerScene(t, kind, gobgpd, true);
      await spreadsOver(11, 12);
      assert.partialDeepStrictEqual(JSON.parse(await second.bgpLb("status", "-json")), {
        peers: [{ session: "established", signed: true, ttlSecurity: 1 }],
      });
    });

  // fault: link-down-and-up
  it("a host whose link goes down loses its routes with the hold time, and gets them back with the link", {
    skip: missing ?? noGobgpd ?? ROUTERS[0].without ?? false,
  }, async (t) => {
    const { first, spreadsOver } = await routerScene(t, "bird", gobgpd);
    await spreadsOver(11, 12);
    await first.link("down");
    await spreadsOver(12);
    await first.link("up");
    await spreadsOver(11, 12);
    const repairs = first.controller
      .output()
      .split("\n")
      .filter((line) => /put back|withdraw /.test(line));
    assert.deepEqual(repairs, []);
  });
});
