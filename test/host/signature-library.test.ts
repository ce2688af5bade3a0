import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { builtIn, closeAll, file, problemsOf, replace, run, TEXT, typed } from './signature-support.js';
import { until, withSetting } from './support.js';

const ofUri = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Prompt Atelier');
const shownPreview = (source: vscode.Uri) =>
  vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'promptAtelier-preview' && uri.query === source.toString());
const previewOf = (source: vscode.Uri) =>
  vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: 'promptAtelier-preview', path: '/x prompt', query: source.toString() }));

/** Files that hold these texts while the work lasts. */
async function withFiles(texts: Record<string, string>, work: () => Promise<void>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) writeFileSync(file(name).fsPath, text);
  try {
    await work();
  } finally {
    await closeAll();
    for (const name of Object.keys(texts)) rmSync(file(name).fsPath, { force: true });
  }
}

describe('signature files of a workspace', () => {
  afterEach(closeAll);

  it('show their prompt also after they were saved for the first time', async () => {
    const editor = await typed('kept', TEXT);
    await vscode.commands.executeCommand('promptAtelier.previewPrompt', editor.document.uri);
    const find = () => shownPreview(editor.document.uri);
    await until(vscode.workspace.onDidOpenTextDocument, () => find() !== undefined);
    const preview = find() ?? assert.fail('no preview');
    try {
      await vscode.window.showTextDocument(editor.document);
      await vscode.commands.executeCommand('workbench.action.files.save');
      assert.ok(existsSync(file('kept').fsPath));
      const saved = await vscode.workspace.openTextDocument(file('kept'));
      await replace(await vscode.window.showTextDocument(saved), 'Listen to the words.', 'Listen twice.');
      await until(vscode.workspace.onDidChangeTextDocument, () => preview.getText().includes('Listen twice.'));
      assert.match(preview.getText(), /^# tone, predict/);
    } finally {
      await closeAll();
      rmSync(file('kept').fsPath, { force: true });
    }
  });

  it('that were closed without being saved have no prompt, and are not made anew', async () => {
    const source = file('discarded').with({ scheme: 'untitled' });
    const preview = await previewOf(source);
    assert.match(
      preview.getText(),
      /^# discarded: nothing can be sent now[\s\S]*discarded\.signature\.yaml was closed without being saved\./,
    );
    assert.ok(vscode.workspace.textDocuments.every(({ uri }) => uri.toString() !== source.toString()));
  });

  it('say where a warning stops a run', async () => {
    const warned = { warned: TEXT.replace('instructions:', 'instruction:') };
    await withFiles(warned, () =>
      withSetting('run.mode', 'production', async () => {
        const document = await vscode.workspace.openTextDocument(file('warned'));
        const refused = () => /the mode "production" refuses/.test(problemsOf(document)[0]?.message ?? '');
        await until(vscode.languages.onDidChangeDiagnostics, refused);
        assert.match((await previewOf(file('warned'))).getText(), /^# tone, .*\n\nThe file has warnings: the mode "production" refuses/);
        await vscode.workspace.getConfiguration('promptAtelier').update('run.mode', 'development', vscode.ConfigurationTarget.Global);
        await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf(document).length === 1 && !refused());
      }),
    );
  });

  it('are reported while they are closed, until they are right', async () => {
    const text = TEXT.replace('name: tone', 'name: ClassifyText');
    const broken = { mine: text.replace('type: class', 'type: clas'), other: text, third: text };
    await withFiles(broken, async () => {
      await run('openSignature', 'ReviseText');
      const [problem] = ofUri(file('mine'));
      assert.match(problem?.message ?? '', /There is no type "clas"/);
      assert.match(ofUri(file('third'))[0]?.message ?? '', /"ClassifyText" is in signatures\/other\.signature\.yaml already/);
      await vscode.window.showTextDocument(file('mine'));
      await until(vscode.languages.onDidChangeDiagnostics, () => ofUri(file('mine')).some(({ code }) => code === 'signature.invalid'));
      assert.equal(ofUri(file('mine')).length, 1);
      await closeAll();
      rmSync(file('third').fsPath);
      writeFileSync(file('mine').fsPath, TEXT.replace('name: tone', 'name: mine'));
      await until(vscode.languages.onDidChangeDiagnostics, () => ofUri(file('mine')).length + ofUri(file('third')).length === 0);
    });
  });

  it('keep their own version of a built-in one, whatever its file is called', async () => {
    const text = TEXT.replace('name: tone', 'name: DraftText');
    await withFiles({ mine: text }, async () => {
      await vscode.window.showTextDocument(builtIn('DraftText'));
      await run('copySignature', 'DraftText');
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file('mine').fsPath);
      assert.ok(!existsSync(file('DraftText').fsPath));
      assert.equal(readFileSync(file('mine').fsPath, 'utf8'), text);
    });
  });

  it('are made of a selected prompt with the cursor in the quotes, also with line breaks of Windows', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('eol', '\r\n', vscode.ConfigurationTarget.Global);
    try {
      const source = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: 'Sum up {text}.' }));
      source.selection = new vscode.Selection(0, 0, 0, 14);
      await run('extractSignature', 'windows');
      const { document, selection } = vscode.window.activeTextEditor ?? assert.fail('no editor');
      assert.equal(document.eol, vscode.EndOfLine.CRLF);
      assert.equal(document.lineAt(selection.active.line).text.slice(0, selection.active.character), 'description: "');
    } finally {
      await files.update('eol', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('get no fix for a part of a word', async () => {
    const { document } = await typed('words', TEXT.replace('type: string', 'type: "list[st]"'));
    const find = () => problemsOf(document).find(({ message }) => message.startsWith('There is no type "st".'));
    await until(vscode.languages.onDidChangeDiagnostics, () => find() !== undefined);
    const problem = find();
    assert.equal(document.getText(problem?.range), 'st');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem?.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const edit = actions.find(({ title }) => title === 'Change to "str"')?.edit ?? assert.fail('no fix');
    await vscode.workspace.applyEdit(edit);
    assert.match(document.getText(), /type: "list\[str\]"/);
  });
});
