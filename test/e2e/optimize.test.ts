import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { hash32 } from '../../src/core/random.js';
import { type ChatBody, type FaultServer, faults, Gate, startFaultServer } from '../fixtures/fault-server.js';
import { webviewFrame } from '../workbench/page.mjs';
import { repoRoot } from '../workbench/paths.mjs';
import { openSideBar, pickRow, runCommand, setTheme, typeInInputBox, waitForToast } from '../workbench/widgets.mjs';
import { closeBrowser, openSample, picture, pictureFailure, shot, type Workbench } from './support.js';

after(closeBrowser);

/** The benchmark of sentiments as files of the workspace. */
function addRows(folder: string): void {
  for (const split of ['train', 'validation', 'test']) {
    copyFileSync(path.join(repoRoot, `data/benchmarks/sentiment/${split}.csv`), path.join(folder, `data/sentiment-${split}.csv`));
  }
}

function runPage({ page }: Workbench, text: string): Promise<Frame> {
  return webviewFrame(page, text, 60_000);
}

/** Chooses what is optimized, and begins. @param change what to do before */
async function begin({ page }: Workbench, change: () => Promise<void> = async () => undefined): Promise<void> {
  await runCommand(page, 'Prompt Atelier: Optimize Signature');
  await pickRow(page, 'data/sentiment-train.csv');
  await change();
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Begin…' }).waitFor();
  await pickRow(page, 'Begin…');
}

describe('optimizing in the workbench, with the embedded model', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openSample();
    addRows(workbench.folder);
  });
  after(() => workbench.stop());
  afterEach(pictureFailure);

  const row = (text: string | RegExp) => workbench.page.locator('.pane-body .monaco-list-row', { hasText: text });

  it('says what it takes before it begins', async () => {
    const { page } = workbench;
    await openSideBar(page, 'Prompt Atelier');
    await page.getByText('A run looks for a better prompt').waitFor();
    await begin(workbench, async () => {
      await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'data/sentiment-test.csv' }).waitFor();
      await shot(page, 'optimize-choose');
    });
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText('Nothing leaves this machine.').waitFor();
    await shot(page, 'optimize-forecast');
    await dialog.getByText('Begin', { exact: true }).click();
  });

  it('shows the run, and says whether it really got better on rows that it never saw', async () => {
    const { page, folder } = workbench;
    const frame = await runPage(workbench, 'on rows never seen');
    await frame
      .getByText(/difference \+?-?0\.\d\d/)
      .first()
      .waitFor();
    await waitForToast(page, 'Optimizing sentiment is done');
    await runCommand(page, 'Notifications: Clear All Notifications');
    assert.deepEqual(
      readdirSync(path.join(folder, 'prompts/sentiment'))
        .filter((name) => name.startsWith('v'))
        .sort(),
      ['v0001.json', 'v0002.json'],
    );
    const version = JSON.parse(readFileSync(path.join(folder, 'prompts/sentiment/v0002.json'), 'utf8'));
    assert.deepEqual([version.optimizer.name, version.student, version.scores.own.split ?? null], ['bootstrap', 'embedded', null]);
    await frame.getByText('What was learnt').first().click();
    await row(/sentiment · bootstrap.*v2/).waitFor();
    await picture(page, 'run-page');
    await frame.getByText('What was learnt').first().click();
    await frame.locator('summary', { hasText: /^Calls/ }).click();
    const call = frame.locator('.calls li', { hasText: 'test · student' }).first();
    await call.locator('.answer').waitFor();
    await call.getByRole('button', { name: /^row \d+$/ }).waitFor();
    await shot(page, 'run-calls');
    for (const theme of ['light', 'high-contrast'] as const) {
      await setTheme(page, theme);
      await shot(page, `run-page-${theme}`);
    }
    await setTheme(page, 'dark');
    await page.setViewportSize({ width: 640, height: 800 });
    await shot(page, 'run-page-narrow');
    await call.scrollIntoViewIfNeeded();
    await shot(page, 'run-calls-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('compares the result natively, and promotes it', async () => {
    const { page, folder } = workbench;
    const frame = await runPage(workbench, 'on rows never seen');
    await frame.getByText('Compare', { exact: true }).first().click();
    await page.locator('.tab.active', { hasText: /^sentiment v1 \(0\.\d\d ±0\.\d\d\) ↔ v2 \(0\.\d\d ±0\.\d\d\)/ }).waitFor();
    await shot(page, 'run-compare');
    await runCommand(page, 'Prompt Atelier: Promote Result of Run');
    await pickRow(page, 'sentiment · bootstrap');
    await pickRow(page, 'production');
    // Of a result that is not really better it asks for a reason first.
    const dialog = page.locator('.monaco-dialog-box');
    const reason = page.locator('.quick-input-widget', { hasText: 'Why' });
    await dialog.or(reason).first().waitFor();
    if (await dialog.isVisible()) await dialog.getByText('Go On with a Reason').click();
    await typeInInputBox(page, 'It was measured', { prompt: 'Why' });
    await row(/production v2/)
      .first()
      .waitFor();
    assert.equal(JSON.parse(readFileSync(path.join(folder, 'prompts/sentiment/labels.json'), 'utf8')).labels.production, 2);
  });

  it('is there again after a reload of the window', async () => {
    const { page } = workbench;
    await row(/sentiment · bootstrap/)
      .first()
      .click();
    await page.locator('.tab.active', { hasText: 'Optimize sentiment' }).waitFor();
    await workbench.reload();
    const frame = await runPage(workbench, 'on rows never seen');
    await frame.getByText('Candidates').first().waitFor();
  });

  it('retrains image prompts from what was rated well', async () => {
    const { page, folder } = workbench;
    const atelier = (...args: string[]) =>
      execFileSync(process.execPath, [path.join(repoRoot, 'dist/cli.js'), ...args, '--workspace', folder, '--json'], { encoding: 'utf8' });
    for (const idea of ['fox', 'owl', 'dragon', 'lighthouse', 'teapot', 'train', 'garden', 'knight', 'violin', 'harbour']) {
      const { id } = JSON.parse(atelier('generate', '--taste', 'anime', `a ${idea} in the morning light`));
      atelier('rate', id, '5');
    }
    await runCommand(page, 'Prompt Atelier: Retrain from Feedback');
    await pickRow(page, 'Begin…');
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText('Optimize ImagePrompt').waitFor();
    await shot(page, 'retrain-forecast');
    await dialog.getByText('Begin', { exact: true }).click();
    const frame = await runPage(workbench, 'Optimize ImagePrompt');
    await frame.getByText('Done', { exact: true }).waitFor();
    await shot(page, 'retrain-page');
  });
});

/** Right more often with demos; proposes what its seed says. */
function answer(body: ChatBody): string {
  const text = JSON.stringify(body.messages);
  if (text.includes('Says what a dataset is like')) return 'Observations: Short reviews.';
  if (text.includes('Writes better instructions')) return `Instructions: Judge the whole. Way ${String(body.seed)}.`;
  return `Label: ${['positive', 'negative', 'neutral'][hash32(text) % 3]}`;
}

describe('optimizing in the workbench, over an OpenAI-compatible endpoint', () => {
  let workbench: Workbench;
  let server: FaultServer;
  /** Requests from this one on are not answered. */
  let heldFrom = Number.POSITIVE_INFINITY;
  before(async () => {
    server = await startFaultServer();
    server.answer(answer);
    server.inject({ hang: true, times: Number.POSITIVE_INFINITY, when: () => server.count >= heldFrom });
    workbench = await openSample({
      settings: { 'promptAtelier.model': 'custom:fault-large' },
      machineSettings: {
        'promptAtelier.provider.baseUrls': { custom: server.url },
        'promptAtelier.limits.concurrency': 4,
        'promptAtelier.model': 'custom:fault-large',
      },
    });
    addRows(workbench.folder);
  });
  after(async () => {
    await workbench.stop();
    await server.close();
  });
  afterEach(pictureFailure);

  it('streams its progress, pauses, and goes on without paying twice', async () => {
    const { page } = workbench;
    await openSideBar(page, 'Prompt Atelier');
    const gate = new Gate();
    server.inject({ ...faults.gated(gate), times: Number.POSITIVE_INFINITY });
    gate.open(150);
    await begin(workbench, async () => {
      await pickRow(page, 'Optimizer');
      await pickRow(page, 'random_search');
    });
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText('Rows of your files are sent to custom:fault-large.').waitFor();
    await shot(page, 'optimize-forecast-endpoint');
    await dialog.getByText('Begin', { exact: true }).click();
    const frame = await runPage(workbench, 'Pause');
    await frame
      .getByText(/1\d\d\sof\s≈\s2,\d+/)
      .first()
      .waitFor();
    await shot(page, 'run-page-running');
    await frame.getByText('Pause', { exact: true }).click();
    await frame.getByText('Resume', { exact: true }).waitFor();
    await shot(page, 'run-page-paused');
    const asked = server.count;
    gate.open(Number.POSITIVE_INFINITY);
    await frame.getByText('Resume', { exact: true }).click();
    await frame
      .getByText(/on rows never seen/)
      .first()
      .waitFor({ timeout: 100_000 });
    const [run = ''] = readdirSync(path.join(workbench.folder, '.atelier/runs')).filter((name) => name.startsWith('sentiment-'));
    const view = JSON.parse(readFileSync(path.join(workbench.folder, '.atelier/runs', run, 'view.json'), 'utf8'));
    assert.equal(view.status, 'done');
    // What was under way at the pause may be asked again: at most one call a slot.
    assert.ok(server.count - view.spent.calls <= 5 + 4, `${server.count} requests, ${view.spent.calls} paid, ${asked} before the pause`);
  });

  it('is offered to go on after the window was closed in the middle, and loses nothing that was paid', async () => {
    const { page, folder } = workbench;
    heldFrom = server.count + 100;
    await begin(workbench, async () => {
      await pickRow(page, 'Optimizer');
      await pickRow(page, 'labeled');
    });
    await page.locator('.monaco-dialog-box').getByText('Begin', { exact: true }).click();
    await server.arrived(heldFrom);
    await workbench.reload();
    const toast = page.locator('.notification-toast', { hasText: 'Optimizing sentiment was interrupted' });
    await toast.waitFor({ timeout: 60_000 });
    await shot(page, 'run-interrupted');
    heldFrom = Number.POSITIVE_INFINITY;
    const before = server.count;
    await toast.getByText('Resume', { exact: true }).click();
    await waitForToast(page, 'Optimizing sentiment is done', 100_000);
    const runs = readdirSync(path.join(folder, '.atelier/runs')).filter((name) => name.startsWith('sentiment-'));
    const views = runs.map((run) => JSON.parse(readFileSync(path.join(folder, '.atelier/runs', run, 'view.json'), 'utf8')));
    const view = views.find(({ optimizer }) => optimizer === 'labeled');
    assert.equal(view.status, 'done');
    // Of the calls before the window closed, those under way then are asked again, at the most.
    assert.ok(
      server.count - before <= view.spent.calls - 100 + 5 + 4,
      `${server.count - before} requests after, ${view.spent.calls} in all`,
    );
  });
});
