import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { grantTrust, openSideBar, pickRow, runCommand, typeInInputBox, waitForToast } from '../workbench/widgets.mjs';
import { closeBrowser, generateFrame, inWorkbench, pressGenerate, shot } from './support.js';

after(closeBrowser);

describe('states of the Generate view', () => {
  it('in Restricted Mode nothing runs until the folder is trusted', async () => {
    await inWorkbench({ trust: true }, async ({ page, folder }) => {
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
      await pressGenerate(trusted);
      await trusted.getByText('photorealistic@built-in').waitFor();
    });
  });

  it('without a folder it generates, and says that nothing is saved', async () => {
    await inWorkbench({ withFolder: false }, async ({ page }) => {
      await runCommand(page, 'Prompt Atelier: Open Generate View');
      const frame = await generateFrame(page, 'No folder on disk is open');
      await frame.getByRole('button', { name: 'Open Folder' }).first().waitFor();
      await frame.locator('#description').fill('a dragon flying over a castle');
      await pressGenerate(frame);
      await frame.locator('#prompt', { hasText: 'a dragon flying over a castle' }).waitFor();
      await frame.getByText('Not saved: no folder is open.').waitFor();
      await frame.locator('.star').nth(3).click();
      await frame.locator('.rating .notice.error', { hasText: 'no folder is open' }).waitFor();
      await shot(page, 'no-folder');
    });
  });

  it('without a key for the chosen model it leads to the key', async () => {
    await inWorkbench({ machineSettings: { 'promptAtelier.model': 'groq:any-model' } }, async ({ page }) => {
      await runCommand(page, 'Prompt Atelier: Open Generate View');
      const frame = await generateFrame(page, 'There is no key for Groq yet');
      await shot(page, 'no-key');
      await frame.getByRole('button', { name: 'Set API Key' }).click();
      await pickRow(page, 'Groq');
      await typeInInputBox(page, 'gsk-some-key-for-the-test', { prompt: 'secret storage' });
      await generateFrame(page, (text) => text.includes('Description') && !text.includes('There is no key'));
    });
  });

  it('has a walkthrough that leads from the model over the first prompt to the rating', async () => {
    await inWorkbench({}, async ({ page }) => {
      await runCommand(page, 'Welcome: Open Walkthrough...');
      await pickRow(page, 'Get Started with Prompt Atelier');
      await page.locator('.getting-started-step', { hasText: 'Choose a model' }).first().waitFor();
      await shot(page, 'walkthrough');
      await runCommand(page, 'Prompt Atelier: Test Connection');
      await waitForToast(page, 'embedded answers');
    });
  });
});
