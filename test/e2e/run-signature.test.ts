import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { type FaultServer, faults, Gate, lastText, startFaultServer } from '../fixtures/fault-server.js';
import { pickRow, quickInput, rows, runCommand, setTheme, statusBarItem, typeInInputBox, waitForToast } from '../workbench/widgets.mjs';
import { closeBrowser, csvRows, openSample, picture, pictureFailure, shot, type Workbench } from './support.js';

const BAKERY = 'Shares of the bakery chain fell on Thursday after it cut its forecast for the year.';
const PARCEL = 'we is sorry for the long wait, your parcel have been lost by the carrier and\nwe will send you a new one tomorrow\n';
const BETTER = 'We are sorry for the long wait. The carrier has lost your parcel, and\nwe will send you a new one tomorrow.';

/** The document's own tab, when it is the active one: the tab of a proposal names it, too. */
const DRAFT_TAB = '.tab.active[aria-label^="draft.md"]';

/** Puts the cursor before `line` (1-based) and selects `count` lines down, by keyboard. */
async function selectLines(page: Page, line: number, count: number): Promise<void> {
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('Control+Home');
  for (let step = 1; step < line; step++) await page.keyboard.press('ArrowDown');
  for (let step = 0; step < count; step++) await page.keyboard.press('Shift+ArrowDown');
}

const titleButton = (page: Page, name: string) => page.locator(`.editor-actions a.action-label[aria-label^="${name}"]`).first();

describe('running a signature on selected text', () => {
  let server: FaultServer;
  let workbench: Workbench;
  before(async () => {
    server = await startFaultServer();
    workbench = await openSample({ openFile: 'draft.md', settings: { 'files.autoSave': 'off' } });
  });
  after(async () => {
    await workbench.stop();
    await server.close();
    await closeBrowser();
  });
  afterEach(pictureFailure);
  const saved = () => readFileSync(path.join(workbench.folder, 'draft.md'), 'utf8');
  const save = async () => {
    await workbench.page.keyboard.press('Control+s');
    await workbench.page.locator(`${DRAFT_TAB}:not(.dirty)`).waitFor();
  };

  it('classifies with the embedded model, and accepts the proposal', async () => {
    const { page } = workbench;
    await selectLines(page, 3, 1);
    await runCommand(page, 'Prompt Atelier: Run Signature on Selection...');
    const listed = await rows(page);
    assert.ok(
      listed.some((row) => row.includes('sentiment')),
      'the workspace has one of its own',
    );
    await shot(page, 'run-pick');
    await pickRow(page, 'ClassifyText');
    await statusBarItem(page, 'ClassifyText · embedded').waitFor();
    await page.locator('.editor.modified .view-line', { hasText: 'sentiment: neutral' }).waitFor();
    assert.equal(saved().includes('sentiment'), false);
    await shot(page, 'proposal-dark');
    await titleButton(page, 'Accept Proposal').click();
    await page.locator(DRAFT_TAB).waitFor();
    await save();
    assert.match(saved(), new RegExp(`${BAKERY}\ntopic: business\nsentiment: neutral\n\nwe is sorry`));
    await page.keyboard.press('Control+z');
    await save();
    assert.match(saved(), new RegExp(`${BAKERY}\n\nwe is sorry`));
  });

  it('revises over an endpoint, streaming, and rejects the proposal', async () => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Choose Model');
    await pickRow(page, 'Other OpenAI-compatible endpoint');
    await typeInInputBox(page, server.url, { prompt: 'Address of the endpoint' });
    await typeInInputBox(page, 'sk-test-key-of-no-value', { prompt: "Kept in the editor's secret storage" });
    await pickRow(page, 'fault-large');
    await statusBarItem(page, 'custom:fault-large').waitFor();
    const gate = new Gate();
    server.inject(faults.gated(gate));
    server.answer((body) => (lastText(body).includes('Wish: correct the mistakes') ? `Revised: ${BETTER}` : 'what?'));
    await selectLines(page, 5, 2);
    await runCommand(page, 'Prompt Atelier: Run Signature on Selection...');
    await quickInput(page).locator('input').first().fill('ReviseText');
    await pickRow(page, 'ReviseText');
    await typeInInputBox(page, 'correct the mistakes', { prompt: 'What to change' });
    gate.open(8);
    await page.locator('.editor.modified .view-line', { hasText: 'We are sorry' }).waitFor();
    await shot(page, 'proposal-streaming');
    gate.open();
    await statusBarItem(page, 'ReviseText · custom:fault-large').waitFor();
    await page.locator('.notification-toast').first().waitFor({ state: 'detached' });
    await page.locator('.editor.modified .view-line', { hasText: 'carrier has lost your parcel' }).waitFor();
    await titleButton(page, 'Reject Proposal').click();
    await page.locator(DRAFT_TAB).waitFor();
    assert.ok(saved().includes(PARCEL));
    assert.equal(await page.locator('.tab.dirty').count(), 0);
  });

  it('remembers what was asked, and marks what comes from the cache', async () => {
    const { page } = workbench;
    const before = server.chats.length;
    await selectLines(page, 5, 2);
    await runCommand(page, 'Prompt Atelier: Run Signature on Selection...');
    assert.match((await rows(page))[0] ?? '', /ReviseText/, 'the last one comes first');
    await pickRow(page, 'ReviseText');
    const box = quickInput(page).locator('input').first();
    await page.locator('.quick-input-widget', { hasText: 'What to change' }).waitFor();
    assert.equal(await box.inputValue(), 'correct the mistakes');
    await box.press('Enter');
    await statusBarItem(page, 'cached').waitFor();
    assert.equal(server.chats.length, before);
    await page.locator('.editor.modified .line-insert').first().waitFor();
    await page.locator('.notification-toast').first().waitFor({ state: 'detached' });
    await picture(page, 'proposal');
    for (const theme of ['light', 'high-contrast', 'high-contrast-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `proposal-${theme}`);
    }
    await setTheme(page, 'dark');
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'proposal-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
    // By keyboard alone.
    await page.locator('.editor.modified .view-lines').first().click();
    await page.keyboard.press('Control+Enter');
    await page.locator(`${DRAFT_TAB}.dirty`).waitFor();
    await save();
    assert.ok(saved().includes(`${BETTER}\n`));
  });

  it('says that nothing is selected, and sends nothing', async () => {
    const { page } = workbench;
    const before = server.count;
    await page.locator('.monaco-editor .view-lines').first().click();
    await runCommand(page, 'Prompt Atelier: Run Signature on Selection...');
    await waitForToast(page, 'Nothing is selected. Nothing was sent.');
    await shot(page, 'nothing-selected');
    assert.equal(server.count, before);
  });

  it('runs on the rows of a table; a run that was cancelled goes on later', async () => {
    const { page, folder } = workbench;
    const results = () => csvRows(folder, 'reviews.sentiment.csv');
    const run = async () => {
      await runCommand(page, 'Prompt Atelier: Run Signature on Table...');
      await pickRow(page, 'reviews.csv');
      await pickRow(page, 'review → label');
      await typeInInputBox(page, 'reviews.sentiment.csv', { prompt: 'Name of the file for the results' });
    };
    const before = server.count;
    server.answer(() => 'Label: positive');
    server.inject({
      hang: true,
      times: Number.POSITIVE_INFINITY,
      when: ({ body }) => held && lastText(body as never).includes('tour starts'),
    });
    let held = true;
    await run();
    await waitForToast(page, '19 of 20 rows');
    await shot(page, 'table-progress');
    await page.locator('.notification-toast .monaco-button', { hasText: 'Cancel' }).click();
    await waitForToast(page, '19 of 20 rows are in reviews.sentiment.csv');
    await shot(page, 'table-cancelled');
    assert.equal(results().length, 19);
    held = false;
    await run();
    await page.locator('.monaco-dialog-box', { hasText: 'reviews.sentiment.csv has results already' }).waitFor();
    await shot(page, 'table-resume');
    await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Run Missing and Failed Rows' }).click();
    const toast = await waitForToast(page, '20 of 20 rows are in reviews.sentiment.csv');
    assert.deepEqual(
      results().map(({ _row, label }) => [_row, label]),
      Array.from({ length: 20 }, (_, index) => [`${index + 1}`, 'positive']),
    );
    assert.equal(server.count - before, 21, 'one that was cancelled, and no row twice');
    await toast.locator('.monaco-button', { hasText: 'Open Results' }).click();
    await page.locator('.tab.active', { hasText: 'reviews.sentiment.csv' }).waitFor();
    await shot(page, 'table-results');
  });

  it('shows a signature file with its prompt beside it, and runs it from its lens', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'Notifications: Clear All Notifications');
    await runCommand(page, 'Prompt Atelier: Open Signature...');
    await pickRow(page, 'Classify the sentiment of a review');
    await page.locator('.codelens-decoration a', { hasText: 'Preview Prompt' }).first().click();
    await page.locator('.monaco-editor .view-line', { hasText: 'sentiment, predict, 14 messages' }).first().waitFor();
    await picture(page, 'signature');
    for (const theme of ['light', 'high-contrast', 'high-contrast-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `signature-${theme}`);
    }
    await setTheme(page, 'dark');
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'signature-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.locator('.codelens-decoration a', { hasText: 'Run' }).first().click();
    await typeInInputBox(page, 'The lamp is bright and warm.', { prompt: "The review's text" });
    await page
      .locator('.monaco-editor .view-line', { hasText: /^positive$/ })
      .first()
      .waitFor();
    await shot(page, 'signature-run');
  });
});
