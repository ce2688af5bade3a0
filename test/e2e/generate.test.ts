import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import {
  openSideBar,
  pickRow,
  quickInput,
  rows,
  runCommand,
  setTheme,
  statusBarItem,
  typeInInputBox,
  waitForToast,
} from '../workbench/widgets.mjs';
import { closeBrowser, csvRows, generateFrame, openSample, picture, pictureFailure, shot, type Workbench } from './support.js';

const IDEA = 'a dragon flying over a castle';

describe('generating with the embedded model', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openSample({ openFile: 'ideas.md' });
  });
  afterEach(pictureFailure);
  after(async () => {
    await workbench.stop();
    await closeBrowser();
  });

  it('goes from the palette over taste and description to a prompt in the view', async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'Prompt Atelier: Generate Image Prompt');
    const tastes = (await rows(page)).join('\n');
    for (const taste of ['Photorealistic', 'Oil Painting', 'Anime', 'Cyberpunk', 'Watercolor', '3D Render', 'Paper Cut', 'New taste…']) {
      assert.match(tastes, new RegExp(taste, 'i'));
    }
    await shot(page, 'taste-picker');
    await pickRow(page, 'Anime');
    await typeInInputBox(page, 'ab', { prompt: 'What does the picture show', confirm: false });
    await quickInput(page).getByText('The description has 2 characters; it needs at least 3.').waitFor();
    await shot(page, 'description-too-short');
    await typeInInputBox(page, IDEA, { prompt: 'at least 3' });
    const frame = await generateFrame(page, (text) => /dragon flying over a castle, /.test(text));
    const prompt = await promptOf(frame);
    assert.match(prompt, /a dragon flying over a castle/);
    assert.ok(prompt.split(/\s+/).length > 25, prompt);
    await frame.getByText('anime@built-in · embedded').waitFor();
    await statusBarItem(page, 'embedded').waitFor();
    const [row, ...others] = csvRows(folder, 'prompt_history.csv');
    assert.equal(others.length, 0);
    assert.equal(row?.final_prompt, prompt);
    assert.equal(row?.user_input, IDEA);
    assert.equal(row?.status, 'ok');
    assert.ok(prompt.startsWith(row?.dspy_prompt ?? '?'), 'the enhanced prompt goes on from the structured one');
  });

  it('saves four stars, the reason and a correction to the CSV files, and takes a rating back', async () => {
    const { page, folder } = workbench;
    const frame = await generateFrame(page);
    await frame.locator('.star').nth(3).click();
    await frame.getByText('Saved to user_feedback.csv and training_data.csv').waitFor();
    assert.deepEqual(
      csvRows(folder, 'user_feedback.csv').map((row) => row.rating),
      ['4'],
    );
    const [training] = csvRows(folder, 'training_data.csv');
    assert.equal(training?.quality_score, '0.8');
    assert.equal(training?.user_input, IDEA);
    await frame.locator('.reason').fill('good light');
    await frame.locator('.reason').press('Enter');
    await frame.locator('.reason').blur();
    await eventually(() => csvRows(folder, 'user_feedback.csv').at(-1)?.comment === 'good light', 'the reason is saved');
    await page.locator('.notification-toast').waitFor({ state: 'detached' });
    await frame.locator('summary', { hasText: 'Structure' }).click();
    await picture(page, 'generate');
    await frame.locator('summary', { hasText: 'Structure' }).click();
    await frame.getByRole('button', { name: 'Undo' }).click();
    await frame.getByText('Rating taken back').waitFor();
    assert.equal(csvRows(folder, 'user_feedback.csv').at(-1)?.rating, '');
    assert.equal(csvRows(folder, 'training_data.csv').at(-1)?.quality_score, '0', 'the training row no longer counts');
    await frame.getByRole('button', { name: 'Correct the prompt' }).click();
    const editor = frame.getByLabel('Corrected prompt');
    await editor.fill('Anime key visual of a dragon flying over a castle, gilded rim light');
    await shot(page, 'correcting');
    await frame.getByText('Save correction').click();
    await frame.getByText('Saved to user_feedback.csv and training_data.csv').waitFor();
    assert.equal(
      csvRows(folder, 'training_data.csv').at(-1)?.final_prompt,
      'Anime key visual of a dragon flying over a castle, gilded rim light',
    );
  });

  it('generates again with another seed, compares the stages in the native diff, inserts at the cursor', async () => {
    const { page } = workbench;
    const frame = await generateFrame(page);
    const before = await promptOf(frame);
    await frame.getByRole('button', { name: 'Generate again' }).click();
    await frame.getByText('seed 2').waitFor();
    const prompt = await promptOf(frame);
    assert.notEqual(prompt, before);
    await frame.getByRole('button', { name: 'Compare stages' }).click();
    await page.locator('.monaco-diff-editor .modified .view-line').first().waitFor();
    await page.locator('.tab', { hasText: 'anime: structure ↔ prompt' }).waitFor();
    await shot(page, 'compare');
    await page.locator('.tab', { hasText: 'ideas.md' }).click();
    await page.locator('.editor-instance .view-line', { hasText: 'Paste your prompts here' }).first().click();
    await page.keyboard.press('Control+End');
    await frame.getByRole('button', { name: 'Insert at cursor' }).click();
    await page
      .locator('.editor-instance .view-line', { hasText: prompt.slice(0, 30) })
      .first()
      .waitFor();
  });

  it('works with the keyboard alone', async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'Prompt Atelier: Open Generate View');
    const frame = await generateFrame(page);
    // The window hands the focus over in steps: a person looks whether it is there, and asks again.
    await eventually(async () => {
      if ((await frame.evaluate('document.hasFocus() && document.activeElement.id')) !== 'description') {
        await runCommand(page, 'Prompt Atelier: Open Generate View');
        return false;
      }
      await page.keyboard.press('Control+A');
      await page.keyboard.type('an old fisherman mending nets');
      return (await frame.locator('#description').inputValue()) === 'an old fisherman mending nets';
    }, 'the description has the focus and takes what is typed');
    await page.keyboard.press('Control+Enter');
    await frame.locator('#prompt', { hasText: /an old fisherman mending nets, / }).waitFor();
    // The prompt streams; its stars come when it is saved.
    await frame.locator('.provenance').waitFor();
    for (let presses = 0; presses < 30 && (await focused(frame)) !== 'star'; presses++) await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    assert.equal(await frame.locator('.star:focus').getAttribute('aria-label'), '2 of 5, weak');
    await page.keyboard.press('5');
    await frame.getByText('5 – just right').waitFor();
    assert.equal(csvRows(folder, 'user_feedback.csv').at(-1)?.rating, '5');
  });

  it('keeps a correction that is being written while the view is hidden or another candidate is shown', async () => {
    const { page } = workbench;
    const frame = await generateFrame(page);
    await frame.getByRole('button', { name: 'Correct the prompt' }).click();
    await frame.getByLabel('Corrected prompt').fill('half a correc');
    await openSideBar(page, 'Explorer');
    await openSideBar(page, 'Prompt Atelier');
    const again = await generateFrame(page);
    await again.locator('.correction textarea:visible').waitFor();
    assert.equal(await again.getByLabel('Corrected prompt').inputValue(), 'half a correc');
    await again.getByText('Discard').click();
    assert.equal(await again.locator('.correction:visible').count(), 0);
  });

  it('keeps the result over a reload of the window', async () => {
    const { page } = workbench;
    const before = await promptOf(await generateFrame(page));
    await workbench.reload();
    await runCommand(page, 'Prompt Atelier: Open Generate View');
    const frame = await generateFrame(page, before.slice(0, 40));
    assert.equal(await promptOf(frame), before);
    await frame.getByText('5 – just right').waitFor();
  });

  it('shows several candidates, and looks right in every theme and at 300 px', async () => {
    const { page } = workbench;
    const frame = await generateFrame(page);
    await frame.getByRole('button', { name: 'Options' }).click();
    await frame.locator('#candidates').click();
    await frame.locator('#candidates vscode-option', { hasText: '3' }).click();
    await frame.getByText('Generate', { exact: true }).click();
    await frame.getByRole('tab', { name: '3' }).click();
    await frame.getByText('seed 3').waitFor();
    const shown = await promptOf(frame);
    await frame.locator('.star').nth(1).click();
    await frame.getByRole('tab', { name: '1' }).click();
    await frame.getByText('seed 1').waitFor();
    await frame.getByRole('tab', { name: '3' }).click();
    await frame.getByText('2 – weak').waitFor();
    const rated = csvRows(workbench.folder, 'user_feedback.csv').at(-1)?.prompt_id;
    assert.equal(csvRows(workbench.folder, 'prompt_history.csv').find((row) => row.id === rated)?.final_prompt, shown);
    await frame.getByRole('button', { name: 'Undo' }).click();
    await frame.getByText('Rating taken back').waitFor();
    await shot(page, 'candidates-dark');
    await setTheme(page, 'light');
    await picture(page, 'candidates-light');
    await setTheme(page, 'high-contrast');
    await shot(page, 'high-contrast');
    await setTheme(page, 'dark');
    const sash = page.locator('.monaco-sash.vertical').filter({ visible: true });
    await page.setViewportSize({ width: 620, height: 900 });
    await sash.first().waitFor({ state: 'attached' });
    await shot(page, 'narrow');
    const overflow = await frame.locator('html').evaluate((element) => element.scrollWidth - element.clientWidth);
    assert.equal(overflow, 0, 'nothing is cut off sideways');
  });

  it('names the line of a mistake in tastes.yaml and goes on with the others', async () => {
    const { page, folder } = workbench;
    await page.setViewportSize({ width: 1280, height: 900 });
    await runCommand(page, 'Prompt Atelier: New Taste');
    await page.locator('.tab', { hasText: 'tastes.yaml' }).waitFor();
    assert.match(readFileSync(path.join(folder, 'tastes.yaml'), 'utf8'), /paper cut/);
    await page.locator('.editor-instance .view-line', { hasText: 'paper cut' }).first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('broken: [1\n');
    await page.keyboard.press('Control+S');
    await page.locator('.statusbar-item [aria-label*="1 Problem"], .statusbar-item a[aria-label*="Errors: "]').first().waitFor();
    await runCommand(page, 'Problems: Focus on Problems View');
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'tastes.yaml' }).first().waitFor();
    await shot(page, 'tastes-problem');
    await runCommand(page, 'Prompt Atelier: Generate Image Prompt');
    assert.match((await rows(page)).join('\n'), /Watercolor/i);
    await page.keyboard.press('Escape');
  });

  it('answers a test of the connection', async () => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Test Connection');
    await waitForToast(page, 'embedded answers');
  });
});

/** The class of the element that has the focus. */
function focused(frame: Frame): Promise<unknown> {
  return frame.evaluate('document.activeElement.className');
}

async function promptOf(frame: Frame): Promise<string> {
  return (await frame.locator('#prompt').textContent()) ?? '';
}

/** Waits for something outside of the page. */
async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not in 30 s: ${what}`);
}
