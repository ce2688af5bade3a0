import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { type FaultServer, faults, Gate, startFaultServer } from '../fixtures/fault-server.js';
import { repoRoot } from '../workbench/paths.mjs';
import { clickStatusBarItem, pickRow, runCommand, statusBarItem, typeInInputBox, waitForToast } from '../workbench/widgets.mjs';
import {
  closeBrowser,
  csvRows,
  filesWith,
  generateFrame,
  openSample,
  pictureFailure,
  pressGenerate,
  shot,
  type Workbench,
} from './support.js';

/** Must be found nowhere but in the secret storage. */
const CANARY = `sk-canary-${randomUUID()}`;

afterEach(pictureFailure);
after(closeBrowser);

describe('generating over an OpenAI-compatible endpoint', () => {
  let server: FaultServer;
  let workbench: Workbench;
  before(async () => {
    server = await startFaultServer({ key: CANARY, chunkDelayMs: 20 });
    workbench = await openSample({ mode: 'wrapper' });
  });
  after(async () => {
    await workbench.stop();
    await server.close();
  });

  it('asks for the key, lists the models, keeps the choice in the status bar', async () => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Choose Model');
    await shot(page, 'choose-model');
    await pickRow(page, 'Other OpenAI-compatible endpoint');
    await typeInInputBox(page, server.url, { prompt: 'Address of the endpoint' });
    await typeInInputBox(page, CANARY, { prompt: "Kept in the editor's secret storage" });
    await pickRow(page, 'fault-large');
    await statusBarItem(page, 'custom:fault-large').waitFor();
    await runCommand(page, 'Prompt Atelier: Test Connection');
    await waitForToast(page, 'custom:fault-large answers');
  });

  it('streams both stages, and can be cancelled half-way', async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'Prompt Atelier: Open Generate View');
    const frame = await generateFrame(page);
    await frame.locator('#description').fill('a dragon flying over a castle');
    const gate = new Gate();
    server.inject(faults.gated(gate));
    await frame.getByText('Generate', { exact: true }).click();
    gate.open(6);
    await frame.getByText('Structuring').first().waitFor();
    await frame.locator('details .prompt', { hasText: /\S/ }).waitFor();
    await shot(page, 'streaming');
    await frame.getByText('Cancel', { exact: true }).click();
    await frame.getByText('Cancelled. Nothing was saved.').waitFor();
    assert.throws(() => csvRows(folder, 'prompt_history.csv'), /ENOENT/);
    await frame.getByText('Generate', { exact: true }).click();
    await frame.getByText('photorealistic@built-in · custom:fault-large').waitFor();
    assert.equal(csvRows(folder, 'prompt_history.csv').length, 1);
    assert.equal(csvRows(folder, 'prompt_history.csv')[0]?.model, 'custom:fault-large');
    await frame.locator('.star').nth(4).click();
    await frame.getByText('Saved to user_feedback.csv and training_data.csv').waitFor();
  });

  it('says what is wrong and what to do when the endpoint fails', async () => {
    const { page } = workbench;
    const frame = await generateFrame(page);
    server.inject(faults.quota());
    await frame.getByRole('button', { name: 'Generate again' }).click();
    await frame.getByText(/The quota at .* is used up/).waitFor();
    await frame.getByRole('button', { name: 'Choose Model' }).waitFor();
    await shot(page, 'quota');
  });

  it('keeps the key over a reload, sends it to its own address alone, and leaves it in no file, log or page', async () => {
    const { page, folder, dataDir } = workbench;
    await workbench.reload();
    await runCommand(page, 'Prompt Atelier: Test Connection');
    await waitForToast(page, 'custom:fault-large answers');
    assert.ok(server.requests.every((request) => request.headers.authorization === `Bearer ${CANARY}`));
    await runCommand(page, 'Prompt Atelier: Show Log');
    await page.locator('.output-view-container, .part.panel').filter({ hasText: 'attempt 1' }).first().waitFor();
    await shot(page, 'log');
    for (const where of [folder, dataDir]) assert.deepEqual(filesWith(where, CANARY), [], where);
    for (const frame of page.frames()) assert.ok(!(await frame.content()).includes(CANARY), frame.url());
  });

  it('removes all keys after asking', async () => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Remove All Keys');
    await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Remove' }).click();
    await waitForToast(page, 'Removed the keys of Other OpenAI-compatible endpoint.');
    await runCommand(page, 'Prompt Atelier: Test Connection');
    await waitForToast(page, 'refused the key');
  });
});

describe('generating with a model of the editor', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openSample({ extensions: [path.join(repoRoot, 'test/fixtures/model-provider')] });
  });
  after(() => workbench.stop());

  it('offers it, generates with it, rates the prompt', async () => {
    const { page, folder } = workbench;
    // The status bar item is there once the extension runs.
    await runCommand(page, 'Prompt Atelier: Open Generate View');
    const frame = await generateFrame(page);
    await frame.locator('#description:focus').waitFor();
    await clickStatusBarItem(page, 'embedded');
    await pickRow(page, 'Test scribe');
    await statusBarItem(page, 'vscode:atelier-test/scribe').waitFor();
    await frame.locator('#description').fill('a dragon flying over a castle');
    await pressGenerate(frame);
    await frame.locator('#prompt', { hasText: 'editor style picture of a dragon flying over a castle' }).waitFor();
    await frame.locator('.star').nth(3).click();
    await frame.getByText('Saved to user_feedback.csv and training_data.csv').waitFor();
    await shot(page, 'editor-model');
    assert.equal(csvRows(folder, 'prompt_history.csv')[0]?.model, 'vscode:atelier-test/scribe');
    assert.equal(csvRows(folder, 'training_data.csv').length, 1);
    assert.equal(csvRows(folder, 'user_feedback.csv').length, 1);
  });
});
