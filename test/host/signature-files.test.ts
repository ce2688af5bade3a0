import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { behind, builtIn, closeAll, completed, file, hovered, problemsOf, replace, run, TEXT, typed } from './signature-support.js';
import { until, withSetting } from './support.js';

describe('signature files', () => {
  afterEach(closeAll);

  it('keep the language YAML', async () => {
    const { document } = await typed('language', TEXT);
    assert.equal(document.languageId, 'yaml');
  });

  it('show problems of unsaved text at the words that are wrong, and none when they are right', async () => {
    const editor = await typed('problems', TEXT.replace('class', 'clas').replace('instructions:', 'instruction:'));
    const { document } = editor;
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf(document).length === 2);
    const [warning, error] = problemsOf(document);
    assert.ok(warning !== undefined && error !== undefined);
    assert.deepEqual([document.getText(warning.range), warning.severity], ['instruction', vscode.DiagnosticSeverity.Warning]);
    assert.deepEqual([document.getText(error.range), error.severity], ['clas', vscode.DiagnosticSeverity.Error]);
    assert.equal(error.code, 'signature.invalid');
    await replace(editor, 'clas\n', 'class\n');
    await replace(editor, 'instruction:', 'instructions:');
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf(document).length === 0);
  });

  it('offer the word that was meant', async () => {
    const { document } = await typed('fixes', TEXT.replace('passage: Dear', 'pasage: Dear'));
    const find = () => problemsOf(document).find(({ range }) => document.getText(range) === 'pasage');
    await until(vscode.languages.onDidChangeDiagnostics, () => find() !== undefined);
    const wrong = find() ?? assert.fail();
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      wrong.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const action = actions.find(({ title }) => title === 'Change to "passage"');
    assert.ok(action?.edit, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(action.edit);
    assert.match(document.getText(), /\{passage: Dear/);
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf(document).length === 0);
  });

  it('forget their problems when they are closed, and have one when they are too long', async () => {
    const { document } = await typed('long', `name: long\n${'# ‹……………………›\n'.repeat(40_000)}`);
    await until(vscode.languages.onDidChangeDiagnostics, () => /larger than 1 MB/.test(problemsOf(document)[0]?.message ?? ''));
    assert.equal(problemsOf(document).length, 1);
    const { uri } = document;
    await closeAll();
    await until(vscode.languages.onDidChangeDiagnostics, () => vscode.languages.getDiagnostics(uri).length === 0);
  });

  it('complete keys, types, names of fields and options, also in broken text', async () => {
    const spaced = await typed('spaces', 'name: x\nmodule: \ndescription: What is \n');
    assert.deepEqual(await completed(spaced.document, behind(spaced.document, 'module: '), ' '), ['predict', 'chain_of_thought']);
    assert.deepEqual(await completed(spaced.document, behind(spaced.document, 'What is '), ' '), []);
    const { document } = await typed('complete', `${TEXT}  - {passage: Go away, tone: }\n  - {}\nm`);
    const top = await completed(document, behind(document, '- {}\nm'));
    assert.ok(top.includes('module') && !top.includes('examples'), top.join());
    assert.deepEqual((await completed(document, behind(document, 'Go away, tone: '))).sort(), ['cold', 'warm']);
    const names = await completed(document, behind(document, '- {}').translate(0, -1));
    assert.ok(names.includes('passage') && names.includes('tone'), names.join());
    const other = await typed('flow', 'name: x\ninput_fields:\n  - {name: a, type: \noutput_fields:\n  - name: b\n    \n');
    assert.ok((await completed(other.document, behind(other.document, 'type: '))).includes('datetime'));
    const keys = await completed(other.document, behind(other.document, 'name: b\n    '));
    assert.ok(keys.includes('options') && !keys.includes('name'), keys.join());
    const middle = await typed('middle', 'modul: predict\n');
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      middle.document.uri,
      new vscode.Position(0, 3),
    );
    const range = list.items.find(({ label }) => label === 'module')?.range;
    assert.ok(range !== undefined && 'inserting' in range);
    assert.deepEqual(
      [range.inserting, range.replacing].map((each) => middle.document.getText(each)),
      ['mod', 'modul'],
    );
    const empty = await typed('empty', '');
    assert.ok((await completed(empty.document, new vscode.Position(0, 0))).includes('New signature'));
  });

  it('explain keys, values, fields and the whole', async () => {
    const { document } = await typed('hover', `${TEXT}module: chain_of_thought\n`);
    assert.match(await hovered(document, new vscode.Position(0, 7)), /passage: string "The text to listen to" -> tone: class "warm, cold"/);
    assert.match(await hovered(document, behind(document, 'instr')), /How the task is to be done/);
    assert.match(await hovered(document, behind(document, 'chain_')), /writes its reasoning before the outputs/);
    assert.match(await hovered(document, behind(document, 'options')), /allowed values of a class field/);
    assert.match(await hovered(document, behind(document, 'friend, to')), /\(output\) tone: class "warm, cold"[\s\S]*How it sounds/);
  });

  it('have an outline, also when a part is broken', async () => {
    const { document } = await typed('outline', TEXT.replace('{passage: Dear friend, tone: warm}', '{passage: "Dear'));
    const [root] = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.equal(root?.name, 'tone');
    assert.deepEqual(
      root.children.map(({ name }) => name),
      ['instructions', 'inputs', 'outputs', 'examples'],
    );
    const output = root.children[2]?.children[0];
    assert.deepEqual([output?.name, output?.detail], ['tone', 'class "warm, cold"']);
    assert.equal(document.getText(output?.selectionRange), 'tone');
  });

  it('have lenses on the first line, unless a setting hides them', async () => {
    const { document } = await typed('lenses', TEXT);
    const lenses = () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
    const shown = await lenses();
    assert.deepEqual(
      shown.map(({ command }) => command?.title),
      ['$(play) Run', 'Evaluate', 'Optimize', 'Preview Prompt'],
    );
    assert.ok(shown.every(({ range, command }) => range.start.line === 0 && String(command?.arguments?.[0]) === document.uri.toString()));
    await withSetting('codeLens.enabled', false, async () => assert.deepEqual(await lenses(), []));
  });

  it('show the prompt that they send, as it is typed', async () => {
    const editor = await typed('preview', TEXT);
    await vscode.commands.executeCommand('promptAtelier.previewPrompt', editor.document.uri);
    const find = () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'promptAtelier-preview');
    await until(vscode.workspace.onDidOpenTextDocument, () => find()?.languageId === 'markdown');
    const preview = find();
    assert.ok(preview);
    assert.equal(path.basename(preview.uri.path), 'preview prompt');
    assert.match(preview.getText(), /^# tone, predict, 4 messages, about \d+ tokens, 1 demo\n\n## system\n\n```text\n/);
    assert.match(
      preview.getText(),
      /Listen to the words\.[\s\S]*## user[\s\S]*Dear friend[\s\S]*## assistant[\s\S]*‹passage: The text to listen to›/,
    );
    await replace(editor, 'Listen to the words.', 'Listen to ```` twice.');
    await until(vscode.workspace.onDidChangeTextDocument, () => preview.getText().includes('Listen to ```` twice.'));
    assert.match(preview.getText(), /\n`````text\n/);
    await replace(editor, 'type: class', 'type: clas');
    await until(vscode.workspace.onDidChangeTextDocument, () => /There is no type "clas"/.test(preview.getText()));
    assert.match(preview.getText(), /^# preview: nothing can be sent now[\s\S]*Line 9: There is no type[\s\S]*Listen to ```` twice\./);
    await replace(editor, 'type: clas\n', 'type: class\n');
    await until(vscode.workspace.onDidChangeTextDocument, () => preview.getText().startsWith('# tone'));
  });

  it('of the product open read-only, with lenses and a preview', async () => {
    await run('openSignature', 'CritiqueText');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), builtIn('CritiqueText').toString());
    assert.equal(editor.document.languageId, 'yaml');
    const before = editor.document.getText();
    assert.match(before, /^name: CritiqueText\n/);
    await vscode.commands.executeCommand('type', { text: 'x' });
    assert.equal(editor.document.getText(), before);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', editor.document.uri);
    assert.deepEqual(
      lenses.map(({ command }) => command?.title),
      ['$(play) Run', 'Evaluate', 'Optimize', 'Preview Prompt', 'Copy to Workspace'],
    );
    assert.deepEqual(problemsOf(editor.document), []);
    const query = builtIn('SummarizeText').toString();
    const preview = await vscode.workspace.openTextDocument(
      vscode.Uri.from({ scheme: 'promptAtelier-preview', path: '/SummarizeText prompt', query }),
    );
    assert.match(preview.getText(), /^# SummarizeText, predict, /);
  });

  it('of the product are copied into the workspace, and never over a file', async () => {
    const target = file('DraftText').fsPath;
    await run('openSignature', 'DraftText');
    try {
      await run('copySignature');
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, target);
      const copied = readFileSync(target, 'utf8');
      assert.match(copied, /^name: DraftText\n/);
      writeFileSync(target, `${copied}# mine\n`);
      await run('copySignature', 'DraftText');
      assert.equal(readFileSync(target, 'utf8'), `${copied}# mine\n`);
    } finally {
      rmSync(target, { force: true });
    }
    await assert.rejects(run('copySignature', 'NoSuch'), /no built-in signature "NoSuch"/);
  });

  it('are begun anew, unsaved, under a name that is free', async () => {
    await run('newSignature', 'fresh');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.toString(), file('fresh').with({ scheme: 'untitled' }).toString());
    assert.match(document.getText(), /^name: fresh\ndescription: What it does/);
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf(document).length === 0);
    assert.ok(!existsSync(file('fresh').fsPath));
    const again = (name: string) => run('newSignature', name);
    await assert.rejects(again('fresh'), /There is a signature "fresh" already/);
    await assert.rejects(again('Sentiment'), /There is a signature "Sentiment" already/);
    await assert.rejects(again('my signature'), /is no name of a signature/);
    await assert.rejects(again('Aux'), /is no name of a signature\. Windows keeps this name/);
  });

  it('are made of a selected prompt, which stays as it is', async () => {
    const content = 'prompt = f"""\n  Translate {source} to {language}.\n  """\n';
    const document = await vscode.workspace.openTextDocument({ language: 'python', content });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(document.positionAt(content.indexOf('f"')), document.positionAt(content.length - 1));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      editor.selection,
      vscode.CodeActionKind.RefactorExtract.value,
    );
    assert.ok(actions.some(({ command }) => command?.command === 'promptAtelier.extractSignature'));
    await run('extractSignature', 'translate');
    const made = vscode.window.activeTextEditor;
    assert.equal(made?.document.uri.toString(), file('translate').with({ scheme: 'untitled' }).toString());
    assert.match(made.document.getText(), /instructions: \|\n {2}Translate `source` to `language`\.\ninput_fields:\n {2}- \{name: source/);
    assert.equal(made.document.getText().slice(0, made.document.offsetAt(made.selection.active)).split('\n').at(-1), 'description: "');
    assert.equal(document.getText(), content);
  });
});
