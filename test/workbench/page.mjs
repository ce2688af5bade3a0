import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ensureChromium } from './chromium.mjs';
import { atExit } from './cleanup.mjs';
import { remoteUri, workbenchUrl } from './workbench-url.mjs';

/**
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').Frame} Frame
 * @typedef {import('./server.mjs').Server} Server
 */

const LOAD_TIMEOUT_MS = 60_000;
const QUIET_BROWSER = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a headless Chromium, installing one first when there is none. It is closed when this process ends.
 * @param {{headed?: boolean}} [options]
 * @returns {Promise<Browser>}
 */
export async function launchBrowser({ headed = false } = {}) {
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    headless: !headed,
    args: QUIET_BROWSER,
    // Playwright's own handlers end this process before the server is down: cleanup.mjs does both.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
  });
  browser.on('disconnected', atExit({ stop: () => browser.close() }));
  return browser;
}

/**
 * A page in a profile of its own. Reduced motion: otherwise pictures catch menus half faded in.
 * @param {Browser} browser
 * @param {{width?: number, height?: number}} [size]
 * @returns {Promise<Page>}
 */
export async function newPage(browser, { width = 1280, height = 800 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

/**
 * Opens the workbench and waits until it has drawn itself. Extensions may still be starting: `runCommand` and the waits of Playwright's
 * locators cover that.
 * @param {Page} page
 * @param {Server} server
 * @param {{folder?: string, workspace?: string, openFile?: string, payload?: [string, string][]}} [open]
 */
export async function openWorkbench(page, server, { openFile, payload = [], ...open } = {}) {
  /** @type {[string, string][]} */
  const file = openFile === undefined ? [] : [['openFile', remoteUri(server, openFile)]];
  await page.goto(workbenchUrl(server, { ...open, payload: [...file, ...payload] }));
  await page.locator('.monaco-workbench .statusbar-item').first().waitFor({ timeout: LOAD_TIMEOUT_MS });
}

/**
 * Finds the document that an extension put into a webview (which is two frames deep). A hidden webview has none.
 * @param {Page} page
 * @param {string | ((text: string) => boolean)} matches a part of its visible text, or a test of that text
 * @param {number} [timeout] milliseconds
 * @returns {Promise<Frame>}
 */
export async function webviewFrame(page, matches, timeout = 30_000) {
  const fits = typeof matches === 'string' ? (/** @type {string} */ text) => text.includes(matches) : matches;
  /** @type {string[]} */
  let seen = [];
  for (const giveUpAt = Date.now() + timeout; Date.now() < giveUpAt; await page.waitForTimeout(100)) {
    seen = [];
    for (const frame of page.frames().filter((each) => each.url().includes('/webview/browser/pre/fake.html'))) {
      const text = await frame
        .locator('body')
        .innerText({ timeout: 500 })
        .catch(() => undefined); // replaced while we looked
      if (text === undefined) continue;
      if (fits(text)) return frame;
      seen.push(text.slice(0, 200));
    }
  }
  throw new Error(`No webview matches ${String(matches)} after ${timeout} ms. Webviews there: ${JSON.stringify(seen)}`);
}

/**
 * Makes a camera that numbers its pictures: `01-empty.png`, `02-done.png`, …
 * @param {string} folder
 * @returns {(page: Page, name: string) => Promise<string>} takes one and returns its path
 */
export function screenshots(folder) {
  fs.mkdirSync(folder, { recursive: true });
  let count = 0;
  return async (page, name) => {
    count += 1;
    const file = path.join(folder, `${String(count).padStart(2, '0')}-${name}.png`);
    await page.screenshot({ path: file });
    return file;
  };
}
