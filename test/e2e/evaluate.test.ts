import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { webviewFrame } from '../workbench/page.mjs';
import { pickRow, runCommand, setTheme } from '../workbench/widgets.mjs';
import { closeBrowser, openSample, picture, pictureFailure, shot, type Workbench } from './support.js';

describe('evaluating a signature in the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openSample({ openFile: 'signatures/sentiment.signature.yaml' });
  });
  after(async () => {
    await workbench.stop();
    await closeBrowser();
  });
  afterEach(pictureFailure);

  it('shows score, interval and rows in a report; keys find the wrong ones, Enter opens a row', async () => {
    const { page } = workbench;
    await page.locator('.codelens-decoration a', { hasText: 'Evaluate' }).first().click({ timeout: 60_000 });
    await pickRow(page, 'reviews.csv');
    await shot(page, 'evaluation-choices');
    await pickRow(page, '20 answers');
    await page.locator('.tab.active', { hasText: /^sentiment \(0\.\d\d ±0\.\d\d\)/ }).waitFor();
    const frame = await webviewFrame(page, 'n = 20', 30_000);
    await picture(page, 'evaluation');
    await frame.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('f');
    await frame.getByText('13 of 20 results').waitFor();
    await shot(page, 'evaluation-wrong-rows');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await frame.getByText('Does not match: expected "negative", got "positive".').waitFor();
    await shot(page, 'evaluation-row');
    for (const theme of ['light', 'high-contrast', 'high-contrast-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `evaluation-${theme}`);
    }
    await setTheme(page, 'dark');
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'evaluation-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('takes a score of one’s own by keyboard, with the reason, and gives it back', async () => {
    const { page } = workbench;
    const frame = await webviewFrame(page, 'n = 20', 30_000);
    await frame.locator('.list details[open] summary').focus();
    await page.keyboard.press('s');
    await page.keyboard.type('1');
    await frame.getByPlaceholder('Why').fill('Irony: it is praise.');
    await shot(page, 'evaluation-set-score');
    await page.keyboard.press('Enter');
    await frame.getByText('1 score was set by hand.').waitFor();
    // It is no wrong row any more; the cursor is on the one in its place.
    await frame.getByText('12 of 20 results').waitFor();
    assert.equal(
      await frame
        .locator('.list summary')
        .first()
        .evaluate((row) => row.ownerDocument.activeElement === row),
      true,
    );
    await page.keyboard.press('f');
    await frame.getByRole('searchbox').fill('by hand');
    await frame.getByText('1 of 20 results').waitFor();
    await frame.locator('.list summary').click();
    await frame.getByText('Set to 1.00 by hand; the metric gave 0.00.').waitFor();
    await shot(page, 'evaluation-by-hand');
    await frame.getByRole('button', { name: 'Change…' }).click();
    for (const theme of ['light', 'high-contrast', 'high-contrast-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `evaluation-by-hand-${theme}`);
    }
    await setTheme(page, 'dark');
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'evaluation-by-hand-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
    await frame.getByRole('button', { name: 'Cancel' }).click();
    const kept = readFileSync(path.join(workbench.folder, 'data/score_overrides.csv'), 'utf8');
    assert.match(kept, /,sentiment,exact_match,1,Irony: it is praise\.,/);
    await page.locator('.tab.active', { hasText: /^sentiment \(0\.40 ±/ }).waitFor();
    await frame.getByRole('button', { name: 'Take back' }).click();
    await page.locator('.tab.active', { hasText: /^sentiment \(0\.35 ±/ }).waitFor();
  });

  it('compares with a revision of git, with a metric and repeats of one’s choice', async () => {
    const { page, folder } = workbench;
    const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
    git('init', '-q');
    git('add', 'signatures');
    git('commit', '-qm', 'The first words');
    const file = path.join(folder, 'signatures/sentiment.signature.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^instructions: \|\n( *)/m, 'instructions: |\n$1Answer with one word.\n$1'));
    await runCommand(page, 'Prompt Atelier: Evaluate Signature');
    await pickRow(page, 'reviews.csv');
    await pickRow(page, 'Compare with');
    await page.getByText('The first words').waitFor();
    await shot(page, 'evaluation-revisions');
    await pickRow(page, 'The first words');
    await pickRow(page, 'Rows');
    await pickRow(page, 'validation');
    await pickRow(page, 'Metric');
    await pickRow(page, 'contains');
    await shot(page, 'evaluation-chosen');
    await pickRow(page, 'answers of');
    const frame = await webviewFrame(page, 'No real difference from', 30_000);
    await frame.getByText('validation, 5 rows').waitFor();
    await frame.getByText('5 results', { exact: true }).waitFor();
    await frame.getByText('contains').first().waitFor();
    await page.locator('.notification-toast').waitFor({ state: 'detached' });
    await shot(page, 'evaluation-compared');
  });

  it('lists datasets and rows in the Test Explorer', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'Testing: Focus on Test Explorer View');
    const tree = page.locator('.test-explorer-tree, .testing-explorer-view, .test-explorer');
    await tree.getByText('sentiment').first().waitFor();
    await runCommand(page, 'Test: Run All Tests');
    await page
      .locator('.tab', { hasText: /^sentiment \(0\.\d\d ±0\.\d\d\)/ })
      .first()
      .waitFor();
    await page.getByText('7/20').first().waitFor();
    await webviewFrame(page, 'n = 20', 30_000);
    await tree.locator('.monaco-list-row', { hasText: 'sentiment' }).first().click();
    await page.keyboard.press('ArrowRight');
    await tree.locator('.monaco-list-row', { hasText: 'Two hours on hold' }).waitFor();
    await page.locator('.test-output-peek-tree .monaco-list-row', { hasText: 'Two hours on hold' }).click();
    const sides = page.locator('.panel .monaco-diff-editor');
    await sides.locator('.view-line', { hasText: 'label: negative' }).waitFor();
    await sides.locator('.view-line', { hasText: 'label: positive' }).waitFor();
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      await setTheme(page, theme);
      await shot(page, `test-explorer-${theme}`);
    }
  });
});

describe('an evaluation that is open', () => {
  let workbench: Workbench;
  before(async () => {
    // A file to open would be opened in place of what was there before the reload.
    workbench = await openSample();
  });
  after(async () => {
    await workbench.stop();
    await closeBrowser();
  });
  afterEach(pictureFailure);

  it('is still there when the window was reloaded, and still takes scores', async () => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Evaluate Signature');
    await pickRow(page, 'reviews.csv');
    await pickRow(page, '20 answers');
    await webviewFrame(page, 'n = 20', 30_000);
    await workbench.reload();
    const frame = await webviewFrame(page, 'n = 20', 60_000);
    await frame.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    await page.keyboard.type('1');
    await page.keyboard.press('Enter');
    await frame.getByText('1 score was set by hand.').waitFor();
    await page.locator('.tab.active', { hasText: /^sentiment \(0\.40 ±/ }).waitFor();
  });
});
