import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { grantTrust, openSideBar, pickRow, runCommand, waitForToast } from '../workbench/widgets.mjs';
import { closeBrowser, generateFrame, openSample, pictureFailure, shot } from './support.js';

afterEach(pictureFailure);
after(closeBrowser);

describe('states of the Generate view', () => {
  it('in Restricted Mode nothing runs until the folder is trusted', async () => {
    const workbench = await openSample({ trust: true });
    const { page, folder } = workbench;
    try {
      await openSideBar(page, 'Prompt Atelier');
      const frame = await generateFrame(page, 'In Restricted Mode no model runs');
      await frame.locator('#description').fill('a dragon flying over a castle');
      assert.notEqual(await frame.locator('vscode-button.primary').first().getAttribute('disabled'), null);
      await shot(page, 'untrusted');
      for (const name of ['data/prompt_history.csv', '.atelier']) assert.ok(!existsSync(path.join(folder, name)), name);
      await grantTrust(page);
      await runCommand(page, 'Prompt Atelier: Open Generate View');
      const trusted = await generateFrame(page, (text) => text.includes('Description') && !text.includes('Restricted'));
      await trusted.locator('#description').fill('a dragon flying over a castle');
      // The page learns of the trust after it was drawn.
      await trusted.locator('vscode-button.primary:not([disabled])').first().waitFor();
      await trusted.locator('#description').press('Control+Enter');
      await trusted.getByText('photorealistic@built-in').waitFor();
    } finally {
      await workbench.stop();
    }
  });

  it('without a folder it generates, and says that nothing is saved', async () => {
    const workbench = await openSample({ withFolder: false });
    const { page } = workbench;
    try {
      await runCommand(page, 'Prompt Atelier: Open Generate View');
      const frame = await generateFrame(page, 'No folder on disk is open');
      await frame.getByRole('button', { name: 'Open Folder' }).first().waitFor();
      await frame.locator('#description').fill('a dragon flying over a castle');
      await frame.locator('#description').press('Control+Enter');
      await frame.locator('#prompt', { hasText: 'a dragon flying over a castle' }).waitFor();
      await frame.getByText('Not saved: no folder is open.').waitFor();
      await frame.locator('.star').nth(3).click();
      await frame.locator('.rating .notice.error', { hasText: 'no folder is open' }).waitFor();
      await shot(page, 'no-folder');
    } finally {
      await workbench.stop();
    }
  });

  it('without a key for the chosen model it leads to the key', async () => {
    const workbench = await openSample({ machineSettings: { 'promptAtelier.model': 'groq:any-model' } });
    const { page } = workbench;
    try {
      await runCommand(page, 'Prompt Atelier: Open Generate View');
      const frame = await generateFrame(page, 'There is no key for Groq yet');
      await shot(page, 'no-key');
      await frame.getByRole('button', { name: 'Set API Key' }).click();
      await pickRow(page, 'Groq');
      await page.keyboard.type('gsk-some-key-for-the-test');
      await page.keyboard.press('Enter');
      await generateFrame(page, (text) => text.includes('Description') && !text.includes('There is no key'));
    } finally {
      await workbench.stop();
    }
  });

  it('has a walkthrough that leads from the model over the first prompt to the rating', async () => {
    const workbench = await openSample();
    const { page } = workbench;
    try {
      await runCommand(page, 'Welcome: Open Walkthrough...');
      await pickRow(page, 'Get Started with Prompt Atelier');
      await page.locator('.getting-started-step', { hasText: 'Choose a model' }).first().waitFor();
      await shot(page, 'walkthrough');
      await runCommand(page, 'Prompt Atelier: Test Connection');
      await waitForToast(page, 'embedded answers');
    } finally {
      await workbench.stop();
    }
  });
});
