import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../workbench/paths.mjs';
import { openSideBar, pickRow, quickInput, runCommand, setTheme, typeInInputBox } from '../workbench/widgets.mjs';
import { closeBrowser, openSample, picture, pictureFailure, shot, type Workbench } from './support.js';

describe('versions of a prompt in the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openSample();
  });
  after(async () => {
    await workbench.stop();
    await closeBrowser();
  });
  afterEach(pictureFailure);

  const file = () => path.join(workbench.folder, 'signatures/sentiment.signature.yaml');
  const labels = () => JSON.parse(readFileSync(path.join(workbench.folder, 'prompts/sentiment/labels.json'), 'utf8'));
  const tree = () => workbench.page.locator('[id="promptAtelier.prompts"], .pane', { hasText: 'Prompts' }).last();
  const row = (text: string | RegExp) => workbench.page.locator('.pane-body .monaco-list-row', { hasText: text });
  const onRow = async (text: string | RegExp, command: string) => {
    const { page } = workbench;
    const item = page.locator('.monaco-menu .action-menu-item', { hasText: command }).first();
    await row(text).first().click({ button: 'right' });
    await item.waitFor();
    // A menu that is opened before the editor knows that the folder is trusted stays grey.
    while ((await item.getAttribute('aria-disabled')) === 'true') {
      await page.keyboard.press('Escape');
      await row(text).first().click({ button: 'right' });
      await item.waitFor();
    }
    // A menu that just opened takes a click for the end of the one that opened it.
    while (await item.isVisible()) await item.click({ delay: 200, timeout: 1000 }).catch(() => undefined);
  };
  const inline = async (text: string | RegExp, command: string) => {
    await row(text).first().hover();
    await row(text).first().locator(`.action-label[aria-label^="${command}"]`).click();
  };
  const change = (from: string, to: string) => writeFileSync(file(), readFileSync(file(), 'utf8').replace(from, to));
  const save = async (why: string) => {
    const { page } = workbench;
    await runCommand(page, 'Prompt Atelier: Save Signature as Version');
    if ((await page.locator('.tab.active', { hasText: 'sentiment.signature.yaml' }).count()) === 0) await pickRow(page, 'sentiment');
    await typeInInputBox(page, why, { prompt: 'Why?' });
  };

  it('are none at first, which the view says with the way on', async () => {
    const { page } = workbench;
    await openSideBar(page, 'Prompt Atelier');
    await tree().getByText('No version of a prompt is saved yet').waitFor();
    await shot(page, 'versions-none');
  });

  it('are saved from a signature, and stand in the tree', async () => {
    await save('The first words');
    change('Judge the whole review, not single words.', 'Judge the whole review, not single words.\n  Answer with one word.');
    await save('Shorter answers');
    const { page } = workbench;
    await row('sentiment').first().waitFor();
    await row('sentiment').first().click();
    await row(/^v2/).waitFor();
    assert.deepEqual(readdirSync(path.join(workbench.folder, 'prompts/sentiment')).sort(), ['v0001.json', 'v0002.json']);
    await shot(page, 'versions-tree');
  });

  it('differ natively, with scores in the title of the tab', async () => {
    const { page, folder } = workbench;
    for (const version of ['v1', 'v2']) {
      const args = ['evaluate', 'sentiment', '--version', version, '--data', 'data/reviews.csv', '--workspace', folder];
      execFileSync(process.execPath, [path.join(repoRoot, 'dist/cli.js'), ...args], { cwd: folder });
    }
    await row(/^v2.*0\.\d\d ±0\.\d\d/).waitFor();
    await inline(/^v2/, 'Compare with Parent');
    await page.locator('.tab.active', { hasText: /^sentiment v1 \(0\.\d\d ±0\.\d\d\) ↔ v2 \(0\.\d\d ±0\.\d\d\)/ }).waitFor();
    await page.getByText('Answer with one word.').first().waitFor();
    await runCommand(page, 'Notifications: Clear All Notifications');
    await picture(page, 'version-diff');
    for (const theme of ['light', 'high-contrast'] as const) {
      await setTheme(page, theme);
      await shot(page, `version-diff-${theme}`);
    }
    await setTheme(page, 'dark');
  });

  it('show all that changed, version by version, in one editor', async () => {
    const { page } = workbench;
    await inline('sentiment', 'Show Changes of Versions');
    await page.locator('.tab.active', { hasText: 'sentiment: what changed from version to version' }).waitFor();
    await page.locator('.multiDiffEditor .view-line', { hasText: 'Answer with one word.' }).first().waitFor();
    await shot(page, 'version-history');
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'version-history-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
    await runCommand(page, 'View: Close Editor');
  });

  it('are still there after a reload, diff and all', async () => {
    const { page } = workbench;
    // The history took the place of the diff: both are previews.
    await inline(/^v2/, 'Compare with Parent');
    await page.locator('.tab.active', { hasText: /^sentiment v1 .* ↔ v2/ }).waitFor();
    await workbench.reload();
    await page.locator('.tab.active', { hasText: /^sentiment v1 .* ↔ v2/ }).waitFor({ timeout: 60_000 });
    await page.getByText('Answer with one word.').first().waitFor({ timeout: 60_000 });
  });

  it('get a label: a protected one asks, and rolls back with a reason', async () => {
    const { page } = workbench;
    await openSideBar(page, 'Prompt Atelier');
    await row('sentiment').first().click();
    await row(/^v1/).waitFor();
    await onRow(/^v1/, 'Promote Version');
    await pickRow(page, 'production');
    await typeInInputBox(page, 'It was measured', { prompt: 'Why?' });
    await row(/^v1.*production/).waitFor();
    await onRow(/^v2/, 'Promote Version');
    await pickRow(page, 'production');
    await page.locator('.monaco-dialog-box', { hasText: 'is not really better than v1' }).waitFor();
    await shot(page, 'versions-protected');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Go On with a Reason' }).click();
    await typeInInputBox(page, 'Shorter is what the customer wants', { prompt: 'Why nevertheless?' });
    await row(/^v2.*production/).waitFor();
    assert.equal(labels().labels.production, 2);
    await onRow(/^v2/, 'Roll Back Version');
    await typeInInputBox(page, 'Too short after all', { prompt: 'kept in the history' });
    await row(/^v1.*production/).waitFor();
    assert.equal(labels().labels.production, 1);
    assert.match(JSON.stringify(labels().history), /Too short after all/);
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      await setTheme(page, theme);
      await shot(page, `versions-production-${theme}`);
    }
  });

  it('with a label say that their score is stale when the rows changed, and no longer when these are as they were', async () => {
    const { page, folder } = workbench;
    const rows = path.join(folder, 'data/reviews.csv');
    const text = readFileSync(rows, 'utf8');
    writeFileSync(rows, `${text}"Fine, I guess.",neutral\n`);
    await row(/^v1.*production.*±0\.\d\d stale/).waitFor();
    await row(/^v1/).first().hover();
    await page.getByText('data/reviews.csv changed since it was measured.').first().waitFor();
    await shot(page, 'versions-stale');
    writeFileSync(rows, text);
    await row(/^v1(?!.*stale)/).waitFor();
  });

  it('show on the signature which one runs, and become new ones', async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'Prompt Atelier: Open Signature');
    await pickRow(page, 'sentiment');
    await page.locator('.codelens-decoration a', { hasText: 'v1 production' }).first().waitFor();
    await shot(page, 'versions-lens');
    await row(/^v1/).first().click();
    await page.locator('.tab.active', { hasText: 'sentiment v1.md' }).waitFor();
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      await setTheme(page, theme);
      await shot(page, `version-document-${theme}`);
    }
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'version-document-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
    await onRow(/^v1/, 'Create New Version from This');
    await page.locator('.view-line', { hasText: 'From v1 of sentiment' }).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n');
    await runCommand(page, 'Prompt Atelier: Save Signature as Version');
    await page.getByText('v1 of sentiment says the same: nothing was saved.', { exact: true }).waitFor();
    assert.equal(readdirSync(path.join(folder, 'prompts/sentiment')).filter((name) => name.startsWith('v')).length, 2);
    await onRow(/^v1/, 'Export Version');
    await quickInput(page).getByText('the state of a DSPy 3 program').first().waitFor();
    await shot(page, 'version-export');
    await pickRow(page, 'the state of a DSPy 3 program');
    await page.getByText('"augmented"').or(page.getByText('"demos"')).first().waitFor();
  });

  it('cannot be typed into, and say why and how to go on', async () => {
    const { page } = workbench;
    await row(/^v1/).first().click();
    await page.locator('.tab.active', { hasText: 'sentiment v1.md' }).waitFor();
    await page.locator('.view-line', { hasText: 'v1' }).first().click();
    await page.keyboard.type('x');
    await page.getByText('A version never changes.').first().waitFor();
    await shot(page, 'version-read-only');
  });

  it('that were edited by hand are named with their line, and become new ones', async () => {
    const { page, folder } = workbench;
    const edited = path.join(folder, 'prompts/sentiment/v0002.json');
    const text = readFileSync(edited, 'utf8');
    writeFileSync(edited, text.replace('Answer with one word.', 'Answer with two words.'));
    writeFileSync(path.join(folder, 'prompts/sentiment/v0009.json'), text.slice(0, 300));
    await row(/^v9.*cannot be read/).waitFor();
    await row(/^v2.*cannot be read/).waitFor();
    await runCommand(page, 'View: Focus Problems');
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'was edited by hand' }).first().waitFor();
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'the file is cut off' }).first().waitFor();
    await shot(page, 'versions-broken');
    rmSync(path.join(folder, 'prompts/sentiment/v0009.json'));
    await runCommand(page, 'View: Hide Panel');
    await onRow(/^v2/, 'Create New Version from This');
    await page.locator('.view-line', { hasText: 'Answer with two words.' }).waitFor();
    await runCommand(page, 'Prompt Atelier: Save Signature as Version');
    await typeInInputBox(page, 'What somebody typed into the file', { prompt: 'Why?' });
    await row(/^v3/).waitFor();
    const saved = JSON.parse(readFileSync(path.join(folder, 'prompts/sentiment/v0003.json'), 'utf8'));
    assert.deepEqual([saved.parents, saved.instructions.includes('two words')], [[2], true]);
    writeFileSync(edited, text);
    await row(/^v2(?!.*cannot be read)/).waitFor();
  });

  it('of two branches are put together again after a real merge', async () => {
    const { page, folder } = workbench;
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder, encoding: 'utf8' });
    const atelier = (...args: string[]) =>
      execFileSync(process.execPath, [path.join(repoRoot, 'dist/cli.js'), 'versions', ...args], { cwd: folder });
    const side = (words: string) => {
      change('Answer with one word.', words);
      atelier('save', 'sentiment', '--why', words);
      atelier('label', 'sentiment', 'v4', 'staging');
      git('add', 'prompts', 'signatures');
      git('commit', '-qm', words);
    };
    git('init', '-q', '-b', 'main');
    git('add', 'prompts', 'signatures');
    git('commit', '-qm', 'first');
    git('checkout', '-qb', 'tune');
    side('Answer with three words.');
    git('checkout', '-q', 'main');
    side('Answer with four words.');
    assert.match(git('merge', 'tune').stdout, /CONFLICT/);
    await row(/^v4.*cannot be read/).waitFor();
    await shot(page, 'versions-merge');
    await inline(/^v4/, 'Resolve Merge of Versions');
    await pickRow(page, 'staging at v5');
    await page.locator('.monaco-dialog-box', { hasText: 'v4 of the other side becomes v5' }).waitFor();
    await shot(page, 'versions-merge-resolve');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Resolve' }).click();
    await row(/^v5/).waitFor();
    const instructions = (number: number) =>
      JSON.parse(readFileSync(path.join(folder, `prompts/sentiment/v000${number}.json`), 'utf8')).instructions;
    assert.match(instructions(4), /four words/);
    assert.match(instructions(5), /three words/);
    assert.equal(labels().labels.staging, 5);
  });
});
