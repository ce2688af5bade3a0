import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { grantTrust, pickRow, quickInput, rows, runCommand } from '../workbench/widgets.mjs';
import { closeBrowser, openSample, pictureFailure, shot, type Workbench } from './support.js';

/** The text of the editor in a tab, as far as it is drawn. */
const shows = (page: Page, text: string) => page.locator('.monaco-editor .view-lines', { hasText: text }).first();
const tab = (page: Page, name: string) => page.locator('.tab', { hasText: name }).first();

describe('signature files in the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openSample({ trust: true, width: 1500 });
  });
  afterEach(pictureFailure);
  after(async () => {
    await workbench.stop();
    await closeBrowser();
  });

  it('preview their prompt in Restricted Mode, also after the window was reloaded', async () => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Open Signature...');
    await pickRow(page, 'sentiment');
    await page.locator('.codelens-decoration', { hasText: 'Run' }).first().waitFor({ timeout: 60_000 });
    await page.locator('.codelens-decoration a', { hasText: 'Preview Prompt' }).first().click();
    await tab(page, 'sentiment prompt').waitFor();
    await shows(page, 'sentiment, predict, 14 messages').waitFor();
    await shot(page, 'signature-preview');
    await page.keyboard.press('Escape');
    await workbench.reload();
    await tab(page, 'sentiment prompt').waitFor({ timeout: 60_000 });
    await shows(page, 'sentiment, predict, 14 messages').waitFor({ timeout: 60_000 });
  });

  it('complete and explain, and show what is wrong', async () => {
    const { page } = workbench;
    await tab(page, 'sentiment.signature.yaml').click();
    await shows(page, 'name: sentiment').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget.visible', { hasText: 'New signature' }).waitFor();
    await shot(page, 'signature-completion');
    await page.keyboard.press('Escape');
    await page.keyboard.type('nam: x');
    await shows(page, 'nam: x').waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await shot(page, 'signature-problems');
    for (let step = 0; step < 6; step++) await page.keyboard.press('Control+z');
    await shows(page, 'name: sentiment').waitFor();
    await page.locator('.view-line span', { hasText: 'instructions' }).first().hover();
    await page.locator('.monaco-hover', { hasText: 'How the task is to be done' }).first().waitFor();
    await shot(page, 'signature-hover');
  });

  it('come from a list, and the built-in ones into the workspace', async () => {
    const { page, folder } = workbench;
    await grantTrust(page);
    const broken = 'name: tone\ninput_fields: [{name: text, type: strng}]\noutput_fields: [{name: tone}]\n';
    writeFileSync(path.join(folder, 'signatures/tone.signature.yaml'), broken);
    await runCommand(page, 'Prompt Atelier: Open Signature...');
    const listed = (await rows(page)).join('\n');
    assert.match(listed, /sentiment[\s\S]*tone[\s\S]*There is no type "strng"[\s\S]*ClassifyText/);
    await shot(page, 'signature-list');
    const row = quickInput(page).locator('.monaco-list-row', { hasText: 'ClassifyText' }).first();
    await row.hover();
    await row.locator('.codicon-copy').click();
    await tab(page, 'ClassifyText.signature.yaml').waitFor();
    await shows(page, 'name: ClassifyText').waitFor();
    assert.ok(existsSync(path.join(folder, 'signatures/ClassifyText.signature.yaml')));
  });
});
