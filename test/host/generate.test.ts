import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { csvRows, generate, until, withSetting } from './support.js';

describe('generating in the editor', () => {
  it('returns the prompt and writes one row of history', async () => {
    const before = csvRows('prompt_history.csv').length;
    const result = await generate({ taste: 'watercolor', description: 'a quiet library without people', seed: 7 });
    assert.equal(result.status, 'ok');
    assert.match(result.final_prompt, /a quiet library without people/);
    const rows = csvRows('prompt_history.csv');
    assert.equal(rows.length, before + 1);
    assert.equal(rows.at(-1)?.id, result.id);
    assert.equal(rows.at(-1)?.user_id, 'local');
  });

  it('gives the same prompt for the same seed, another one for another', async () => {
    const request = { taste: 'cyberpunk', description: 'a courier on a rooftop' };
    const first = await generate({ ...request, seed: 3 });
    const again = await generate({ ...request, seed: 3 });
    const other = await generate({ ...request, seed: 4 });
    assert.equal(again.final_prompt, first.final_prompt);
    assert.notEqual(other.final_prompt, first.final_prompt);
  });

  it('is not held back by the limits for paid endpoints', async () => {
    await withSetting('limits.requestsPerMinute', 1, async () => {
      for (const seed of [1, 2, 3]) await generate({ taste: 'anime', description: 'a kite over the dunes', seed });
    });
  });

  it('refuses bad input to the caller, with what is right', async () => {
    await assert.rejects(generate({ taste: 'anmie', description: 'a cat' }), /There is no taste "anmie"/);
    await assert.rejects(generate({ taste: 'anime', description: 'ab' }), /2 characters; it needs at least 3/);
    await assert.rejects(generate({ taste: 'anime', description: 'x'.repeat(501) }), /501 characters; the most is 500/);
  });

  it('compares the stages as read-only documents that can be opened again from their address', async () => {
    const result = await generate({ taste: 'oil painting', description: 'a teapot on a windowsill' });
    await vscode.commands.executeCommand('promptAtelier.compareStages');
    await until(
      vscode.window.tabGroups.onDidChangeTabs,
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
    );
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input as vscode.TabInputTextDiff;
    const original = await vscode.workspace.openTextDocument(input.original);
    const modified = await vscode.workspace.openTextDocument(input.modified);
    assert.equal(original.getText().trim(), result.dspy_prompt.replaceAll(', ', '\n'));
    assert.equal(modified.getText().trim(), result.final_prompt.replaceAll(', ', '\n'));
    await generate({ taste: 'anime', description: 'something else entirely' });
    const reopened = await vscode.workspace.openTextDocument(input.modified.with({ query: 'again' }));
    assert.equal(reopened.getText(), modified.getText(), 'taken from the history');
  });

  it('inserts at every cursor, and one undo takes it back', async () => {
    const result = await generate({ taste: 'anime', description: 'two foxes in the snow' });
    const document = await vscode.workspace.openTextDocument({ content: 'first: \nsecond: \n' });
    const editor = await vscode.window.showTextDocument(document);
    editor.selections = [new vscode.Selection(0, 7, 0, 7), new vscode.Selection(1, 8, 1, 8)];
    await vscode.commands.executeCommand('promptAtelier.insertPrompt');
    assert.equal(document.getText(), `first: ${result.final_prompt}\nsecond: ${result.final_prompt}\n`);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), 'first: \nsecond: \n');
  });

  it('copies, and opens the prompt as a document', async () => {
    const result = await generate({ taste: 'anime', description: 'a lighthouse keeper' });
    await vscode.commands.executeCommand('promptAtelier.copyPrompt');
    assert.equal(await vscode.env.clipboard.readText(), result.final_prompt);
    await vscode.commands.executeCommand('promptAtelier.openPrompt');
    assert.equal(vscode.window.activeTextEditor?.document.getText().trim(), result.final_prompt);
  });

  it("puts the user's name of the settings into the history", async () => {
    await withSetting('userId', 'ada', async () => {
      const result = await generate({ taste: 'paper cut', description: 'a lighthouse on a rock' });
      assert.equal(csvRows('prompt_history.csv').find((row) => row.id === result.id)?.user_id, 'ada');
    });
  });
});
