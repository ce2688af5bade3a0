import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type FaultServer, startFaultServer } from '../fixtures/fault-server.js';
import { folder, until, withSetting } from './support.js';

describe('evaluations in the editor', () => {
  let server: FaultServer;
  before(async () => {
    server = await startFaultServer();
    server.answer(() => 'Label: positive');
  });
  after(() => server.close());
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('run from the Test Explorer, open a report, and are not paid again', async () => {
    await vscode.workspace.openTextDocument(path.join(folder(), 'signatures/sentiment.signature.yaml'));
    await vscode.commands.executeCommand('testing.refreshTests');
    const evaluated = () =>
      withSetting('provider.baseUrls', { custom: server.url }, () =>
        withSetting('model', 'custom:fault-large', async () => {
          await vscode.commands.executeCommand('testing.runAll');
          await until(vscode.window.tabGroups.onDidChangeTabs, () =>
            vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.startsWith('sentiment ('))),
          );
        }),
      );
    await evaluated();
    // 7 of the 20 reviews are positive.
    assert.match(vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '', /^sentiment \(0\.35 ±0\.\d\d\)$/);
    assert.equal(server.chats.length, 20);
    assert.equal(readdirSync(path.join(folder(), '.atelier/evaluations')).length, 1);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await evaluated();
    assert.equal(server.chats.length, 20, 'results of before count');
  });
});
