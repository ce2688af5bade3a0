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
    await page.locator('.codelens-decoration a', { hasText: 'Evaluate' }).first().click();
    await pickRow(page, 'reviews.csv');
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
    await shot(page, 'test-explorer');
  });
});
