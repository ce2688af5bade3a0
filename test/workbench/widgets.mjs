// What a person does in the workbench: the palette, quick picks, input boxes, notifications, the status bar, the side bar.

import { THEMES } from './settings.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').Locator} Locator
 */

/**
 * @param {Page} page
 * @returns {Locator} the open quick pick, input box or command palette
 */
export function quickInput(page) {
  return page.locator('.quick-input-widget:visible');
}

/**
 * Runs a command from the palette by its full title ("Category: Title").
 * @param {Page} page
 * @param {string} title
 * @param {number} [timeout] milliseconds
 */
export async function runCommand(page, title, timeout = 30_000) {
  const row = quickInput(page).locator('.monaco-list-row', { hasText: title }).first();
  for (const giveUpAt = Date.now() + timeout; Date.now() < giveUpAt; ) {
    try {
      await page.keyboard.press('F1'); // lost when it comes before the keybindings are there
      await quickInput(page).locator('input').first().fill(`>${title}`, { timeout: 1500 });
      // Not Enter: the first row is the match that was used last, not the best one. Not waiting for a page that a command loads anew: that
      // may take longer than a click, and the command would be run twice.
      await row.click({ timeout: 1500, noWaitAfter: true });
      return;
    } catch {
      // The palette's list is a snapshot: opened before the extension was there, it never gets the command. Close it and look again.
      await page.keyboard.press('Escape');
      await page.waitForTimeout(300);
    }
  }
  throw new Error(`The command palette offers no "${title}" after ${timeout} ms.`);
}

/**
 * Chooses a row of the open quick pick.
 * @param {Page} page
 * @param {string | RegExp} text a part of the row's label, description or detail
 */
export async function pickRow(page, text) {
  await quickInput(page).locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
}

/**
 * The rows of the open quick pick, as far as they are drawn.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
export async function rows(page) {
  const found = quickInput(page).locator('.quick-input-list .monaco-list-row');
  await found.first().waitFor();
  const labels = await found.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? row.textContent ?? ''));
  return labels;
}

/**
 * Fills the open input box and confirms it.
 * @param {Page} page
 * @param {string} text
 * @param {{prompt?: string | RegExp, confirm?: boolean}} [options] `prompt`: waits for the box that shows this text, so that a box which
 *   is just closing is not taken for it; `confirm: false` leaves the box open (to look at its validation message)
 */
export async function typeInInputBox(page, text, { prompt, confirm = true } = {}) {
  const box = prompt === undefined ? quickInput(page) : page.locator('.quick-input-widget:visible', { hasText: prompt });
  const input = box.locator('input[type="text"], input[type="password"]').first();
  await input.fill(text);
  if (confirm) await input.press('Enter');
}

/**
 * Waits for a notification. Shown only without the test driver.
 * @param {Page} page
 * @param {string | RegExp} text
 * @param {number} [timeout] milliseconds
 * @returns {Promise<Locator>}
 */
export async function waitForToast(page, text, timeout = 30_000) {
  const toast = page.locator('.notification-toast', { hasText: text }).first();
  await toast.waitFor({ timeout });
  return toast;
}

/**
 * The first status bar item with this text.
 * @param {Page} page
 * @param {string | RegExp} text
 * @returns {Locator}
 */
export function statusBarItem(page, text) {
  return page.locator('.statusbar-item', { hasText: text }).first();
}

/**
 * @param {Page} page
 * @param {string | RegExp} text
 */
export async function clickStatusBarItem(page, text) {
  await statusBarItem(page, text).locator('a').first().click();
}

/**
 * Opens a container of the side bar by the title of its icon; one that is already open stays so.
 * @param {Page} page
 * @param {string} title
 */
export async function openSideBar(page, title) {
  const icon = page.locator(`.activitybar .action-item:has(a.action-label[aria-label^="${title}"])`).first();
  await icon.waitFor({ timeout: 30_000 });
  if (!/\bchecked\b/.test((await icon.getAttribute('class')) ?? '')) await icon.click();
}

/**
 * Trusts the workspace, the way a person does.
 * @param {Page} page
 */
export async function grantTrust(page) {
  await clickStatusBarItem(page, 'Restricted Mode');
  await page
    .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
    .first()
    .click();
  await statusBarItem(page, 'Restricted Mode').waitFor({ state: 'detached' });
  await page.locator('.monaco-modal-editor-block a[aria-label^="Close Modal Editor"]').click();
}

/**
 * Changes the colour theme of a running workbench, and waits until it wears it. (To start in one, pass
 * `settings: { 'workbench.colorTheme': THEMES.dark.setting }` to the server.)
 * @param {Page} page
 * @param {keyof typeof THEMES} theme
 */
export async function setTheme(page, theme) {
  const { label, className } = THEMES[theme];
  await runCommand(page, 'Preferences: Color Theme');
  await quickInput(page).locator('input').first().fill(label);
  await quickInput(page)
    .locator('.monaco-list-row', { has: page.getByText(label, { exact: true }) })
    .first()
    .click();
  await page.locator(`.monaco-workbench.${className}`).waitFor();
}
