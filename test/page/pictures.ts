import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, scene } from "../daemon/scene.ts";
import { noBrowser, openBrowser } from "../support/browser.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

const IMAGES = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const found = await findGobgpd(gobgpdVersions().at(-1) ?? "3.36");
const missing = noBrowser ?? ("missing" in found ? found.missing : undefined);

// Run by hand, `node --test test/page/pictures.ts`, so that a usual run leaves the tree as it was.
void test("the pictures of docs/page.md", { skip: missing ?? false }, take);

async function take(t: TestContext): Promise<void> {
  const port = await freePort();
  const closed = await freePort();
  const check = (to: number) => ({ kind: "tcp", port: to, name: "front", interval: "1s", rise: 2, fall: 2 });
  const services = ["dns", "mail", "registry", "matchbox"].map((name, at) => ({
    name,
    vips: [`10.88.3.${at + 1}`],
    healthchecks: [check(name === "registry" ? closed : port)],
  }));
  const page = { address: `127.0.0.1:${port}`, buttons: true };
  const { gobgpd, controller, backend, bird } = await scene(t, { page, services });
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start();
  const routes = (count: number) => until(`${count} routes`, async () => (await bird.routes()).length === count);
  await routes(4);
  await wait(70_000);
  backend.die();
  await routes(3);
  await wait(65_000);
  await backend.start();
  await routes(4);
  const browser = await openBrowser(t);
  const tab = await browser.newPage({ viewport: { width: 1180, height: 900 }, colorScheme: "light" });
  const url = `http://127.0.0.1:${port}/`;
  const shoot = async (path: string, name: string) => {
    await tab.goto(`${url}${path}`);
    await until("it follows", async () => path.startsWith("act") || (await tab.locator(".lamp.on").count()) === 1);
    await tab.screenshot({ path: join(IMAGES, name), fullPage: !name.includes("phone") });
  };
  await shoot("", "page.png");
  await shoot("service?name=web", "page-service.png");
  await shoot("act?do=drain&name=web", "page-confirm.png");
  await tab.emulateMedia({ colorScheme: "dark" });
  await tab.setViewportSize({ width: 390, height: 844 });
  await shoot("", "page-phone.png");
}
