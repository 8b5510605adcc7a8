import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { freePort, scene } from "../daemon/scene.ts";
import { birdMissing } from "../support/bird.ts";
import { axeFindings, noBrowser, openBrowser } from "../support/browser.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

const found = await findGobgpd(gobgpdVersions().at(-1) ?? "3.36");
const skip = noBrowser ?? ("missing" in found ? found.missing : ((await birdMissing()) ?? false));
const binary = "binary" in found ? found.binary : "";

/** A controller that announces, and a browser before its page. */
async function stage(t: TestContext, page: object = {}) {
  const port = await freePort();
  const all = await scene(t, { page: { address: `127.0.0.1:${port}`, ...page } });
  await all.gobgpd.start(binary);
  all.controller.start();
  await all.announced();
  const browser = await openBrowser(t);
  const url = `http://127.0.0.1:${port}/`;
  const complaints: string[] = [];
  const open = async (path = "", options: BrowserContextOptions = {}) => {
    const tab = await (await browser.newContext(options)).newPage();
    tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(`${url}${path}`);
    return tab;
  };
  return { ...all, browser, url, port, open, complaints };
}

async function heading(tab: Page): Promise<string> {
  return (await tab.locator("h1").textContent()) ?? "";
}

async function shows(tab: Page, pattern: RegExp): Promise<void> {
  await until(`a heading like ${pattern}`, async () => pattern.test(await heading(tab)), { found: () => heading(tab) });
}

test("a backend dies and comes back, and the page shows it without being loaded anew", { skip }, async (t) => {
  const { backend, open, complaints } = await stage(t);
  const tab = await open();
  const bare = await open("", { javaScriptEnabled: false });
  await shows(tab, /1 of 1 VIP announced/);
  assert.match(await heading(bare), /1 of 1 VIP announced/);
  await tab.evaluate("window.mark = 'not loaded anew'");
  await tab.locator("#q").fill("10.88.2");
  await tab.locator("#q").focus();
  backend.die();
  await shows(tab, /0 of 1 VIP announced/);
  const why = () => tab.locator(".vips tbody .why").textContent();
  await until("the reason", async () => /refused/.test((await why()) ?? ""), { found: why });
  await backend.start();
  await shows(tab, /1 of 1 VIP announced/);
  assert.equal(await tab.evaluate("window.mark"), "not loaded anew");
  assert.equal(await tab.evaluate("document.activeElement.id"), "q", "the focus stays");
  assert.equal(await tab.locator("#q").inputValue(), "10.88.2", "and so does what was typed");
  assert.deepEqual(complaints, []);
});

test("each page says the same to those who see and those who hear it, in both lights and on a phone", {
  skip,
}, async (t) => {
  const { open, complaints } = await stage(t, { buttons: true });
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true };
  for (const path of ["", "service?name=web", "act?do=force-down&name=web"])
    for (const [light, options] of [
      ["light", {}],
      ["dark", phone],
    ] as const) {
      const tab = await open(path, { colorScheme: light, ...options });
      assert.deepEqual(await axeFindings(tab), [], `${path} ${light}`);
      const wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      assert.equal(await tab.evaluate(wide), 0, `${path} is as wide as the window`);
    }
  assert.deepEqual(complaints, []);
});

test("a drain by a button says what it would do, asks for the token, and is on every page a moment later", {
  skip,
}, async (t) => {
  const { controller, open, complaints, withdrawn } = await stage(t, { buttons: true });
  const token = (await readFile(join(controller.folder, "state/page-token"), "utf8")).trim();
  const watching = await open();
  const tab = await open("service?name=web", { javaScriptEnabled: false });
  await tab.getByRole("link", { name: "Drain…" }).click();
  assert.match((await tab.locator(".blast").textContent()) ?? "", /10\.88\.2\.1\/32: announced anew .*\(1 of 1 peers/);
  const fill = async (secret: string) => {
    await tab.getByLabel("Withdraw").selectOption("at once");
    await tab.getByLabel("Who you are").fill("alice");
    await tab.getByLabel(/Why/).fill("a new kernel");
    await tab.getByLabel(/Token/).fill(secret);
    await tab.getByRole("button", { name: "Drain web" }).click();
  };
  await fill("guessed");
  assert.match((await tab.locator("body").textContent()) ?? "", /^that is not the token/);
  await tab.goBack();
  await fill(token);
  await shows(tab, /Done/);
  await withdrawn();
  await shows(watching, /0 of 1 VIP announced/);
  await until("the word", async () =>
    /drained/.test((await watching.locator(".vips tbody .state").textContent()) ?? ""),
  );
  assert.ok(controller.lines.some((line) => /web is draining by alice: a new kernel/.test(line)));
  assert.deepEqual(
    complaints.filter((line) => !/40[34]/.test(line)),
    [],
  );
});
