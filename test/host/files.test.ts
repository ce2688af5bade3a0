import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { csvRows, folder, generate, until, withSetting } from './support.js';

const problemsOf = (file: string) =>
  vscode.languages.getDiagnostics(vscode.Uri.file(path.join(folder(), file))).filter((problem) => problem.source === 'Prompt Atelier');

describe('files of the workspace', () => {
  it('with a mistake in tastes.yaml: the line is named, the built-in tastes go on working, a mended file is well again', async () => {
    const file = path.join(folder(), 'tastes.yaml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, 'tastes:\n  paper cut:\n    description: fine\n    leads:\n      - no place for it\n');
    await generate({ taste: 'anime', description: 'a fox in the snow' });
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf('tastes.yaml').length > 0);
    const [problem] = problemsOf('tastes.yaml');
    assert.equal((problem?.range.start.line ?? -1) + 1, 5);
    assert.match(problem?.message ?? '', /\{subject\}/);
    writeFileSync(file, good);
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf('tastes.yaml').length === 0);
    const result = await generate({ taste: 'paper cut', description: 'a fox in the snow' });
    assert.match(result.final_prompt, /paper cut/i);
  });

  it('a damaged table is reported with its line, and never overwritten', async () => {
    const file = path.join(folder(), 'data', 'prompt_history.csv');
    const good = readFileSync(file);
    const damaged = `${good.toString('utf8')}"an open quote, never closed\nnext line\n`;
    writeFileSync(file, damaged);
    const result = await generate({ taste: 'anime', description: 'a fox in the rain' });
    assert.match(result.final_prompt, /a fox in the rain/, 'the prompt is not lost');
    const kept = readFileSync(file, 'utf8');
    assert.ok(kept.startsWith(good.toString('utf8')), 'every good row is still there');
    writeFileSync(file, good);
  });

  it('that cannot be written: the prompt comes all the same, with the reason', async () => {
    const data = path.join(folder(), 'data');
    renameSync(data, `${data}-away`);
    writeFileSync(data, 'a file where the folder should be');
    try {
      const result = await generate({ taste: 'anime', description: 'a fox in the fog' });
      assert.match(result.final_prompt, /a fox in the fog/);
      assert.equal(result.notices.length, 1);
    } finally {
      rmSync(data);
      renameSync(`${data}-away`, data);
    }
  });

  it('that cannot be read stop neither a prompt nor the problems of the others', async () => {
    const data = path.join(folder(), 'data');
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('model,input_usd_per_1m\n', 'utf16le')]);
    writeFileSync(path.join(data, 'prices.csv'), utf16);
    writeFileSync(path.join(data, 'user_feedback.csv'), utf16);
    const tastes = path.join(folder(), 'tastes.yaml');
    const good = readFileSync(tastes, 'utf8');
    try {
      const result = await generate({ taste: 'anime', description: 'a fox in the mist' });
      assert.match(result.final_prompt, /a fox in the mist/);
      writeFileSync(tastes, 'tastes: [1\n');
      const all = ['data/prices.csv', 'data/user_feedback.csv', 'tastes.yaml'];
      await until(vscode.languages.onDidChangeDiagnostics, () => all.every((file) => problemsOf(file).length > 0));
    } finally {
      writeFileSync(tastes, good);
      for (const file of ['prices.csv', 'user_feedback.csv']) rmSync(path.join(data, file));
    }
    await until(vscode.languages.onDidChangeDiagnostics, () => problemsOf('data/prices.csv').length === 0);
  });

  it('go into the folder that the setting names', async () => {
    mkdirSync(path.join(folder(), 'elsewhere'), { recursive: true });
    const before = csvRows('prompt_history.csv').length;
    await withSetting('data.folder', 'elsewhere', () => generate({ taste: 'anime', description: 'a fox at night' }));
    assert.equal(csvRows('prompt_history.csv').length, before);
    assert.match(readFileSync(path.join(folder(), 'elsewhere', 'prompt_history.csv'), 'utf8'), /a fox at night/);
  });
});
