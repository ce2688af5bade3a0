import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXTENSION_ID, generate } from './support.js';

interface Api {
  loadedBundles(): string[];
}

describe('activation', () => {
  it('loads neither engine nor store, and registers every declared command', async () => {
    const extension = vscode.extensions.getExtension<Api>(EXTENSION_ID);
    assert.ok(extension, 'the extension is there');
    const api = await extension.activate();
    assert.deepEqual(api.loadedBundles(), ['extension.js']);
    const registered = new Set(await vscode.commands.getCommands(true));
    const declared = extension.packageJSON.contributes.commands.map((entry: { command: string }) => entry.command);
    assert.deepEqual(
      declared.filter((command: string) => !registered.has(command)),
      [],
    );
  });

  it('loads them on first use', async () => {
    await generate({ taste: 'anime', description: 'a dragon flying over a castle' });
    const api = vscode.extensions.getExtension<Api>(EXTENSION_ID)?.exports;
    assert.deepEqual(api?.loadedBundles().sort(), ['engine.js', 'extension.js', 'store.js']);
  });
});
