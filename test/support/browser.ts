import { existsSync } from "node:fs";
import type { TestContext } from "node:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = PLACES.find((path) => existsSync(path));

/** Why there is no browser here; undefined: there is one. */
export const noBrowser = executablePath === undefined ? "no chromium here (Debian package chromium)" : undefined;

/** A real Chromium without a window. */
export async function openBrowser(t: TestContext): Promise<Browser> {
  if (executablePath === undefined) throw new Error(noBrowser);
  // Its own sandbox wants rights that root in a container lacks; the pages are our own.
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  t.after(() => browser.close());
  return browser;
}

/** What axe-core finds against WCAG 2.2 AA and its best practices, a line for each; the page's own script policy stays in force. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return results.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`,
  );
}
