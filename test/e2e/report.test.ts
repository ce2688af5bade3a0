import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import type { EvaluationDocument } from '../../src/core/evaluation/document.js';
import { htmlReport } from '../../src/core/evaluation/html/html-report.js';
import { junitReport } from '../../src/core/evaluation/junit.js';
import { documentFrom, failedRow, NASTY, reportFrom, rowOf, wrongRow } from '../unit/core/report-samples.js';
import { launchBrowser, newPage } from '../workbench/page.mjs';
import { repoRoot } from '../workbench/paths.mjs';
import { shot, temporaryFolder } from './support.js';

const bundle = (name: string) => readFileSync(path.join(repoRoot, 'dist/webview', name), 'utf8');

const REVIEWS = [
  'The best coffee in town, and the staff remembers your name.',
  'Arrived late and half of it was broken; nobody answered my mails for a week.',
  'It does what it says.',
  'I wanted to love it, and for a month I did. Then the battery died.',
];
const LABELS = ['positive', 'negative', 'neutral', 'negative'];

/** 60 rows with every kind of result, and what came of them before. */
function sample(): EvaluationDocument {
  const texts = Array.from({ length: 60 }, (_, index) => NASTY[index - 20] ?? `${REVIEWS[index % 4]} (${index + 1})`);
  const results = (wrong: (index: number) => boolean, failed: (index: number) => boolean) =>
    texts.map((text, index) => {
      const label = LABELS[index % 4] ?? '';
      const got = label === 'neutral' ? 'positive' : 'neutral';
      const row = { expected: { label }, outputs: { label }, latencyMs: 180 + ((index * 37) % 140), feedback: `Matches "${label}".` };
      if (failed(index)) return failedRow(index + 1, text, 'model.timeout', label);
      if (!wrong(index)) return rowOf(index + 1, text, { ...row, ...(index === 40 ? { leaked: 'demo' as const } : {}) });
      const feedback = `Does not match: expected "${label}", got "${got}".`;
      return rowOf(index + 1, text, { ...row, outputs: { label: got }, score: 0, feedback });
    });
  const before = reportFrom(
    results(
      (index) => index % 3 === 1,
      () => false,
    ),
  );
  const after = reportFrom(
    results(
      (index) => index % 8 === 2,
      (index) => index === 11 || index === 47,
    ),
  );
  const data = { file: 'data/reviews.csv', sha256: 'ab'.repeat(32), rows: 60, split: 'test' };
  return documentFrom(after, { failUnder: 0.8, data, created: '2026-03-04T05:06:07Z' }, { with: 'v2', report: before });
}

describe('the HTML report in a browser', () => {
  const folder = temporaryFolder('report');
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a report from disk, and notes what it asks for and complains about. */
  async function open(document: EvaluationDocument, width = 1280): Promise<{ page: Page; heard: string[] }> {
    const file = path.join(folder, 'report.html');
    writeFileSync(file, htmlReport(document, { script: bundle('report.js'), style: bundle('report.css'), nonce: 'c29tZSBub25jZQ==' }));
    const page = await newPage(browser, { width, height: 900 });
    const heard: string[] = [];
    page.on('request', (request) => heard.push(request.url()));
    page.on('console', (message) => heard.push(message.text()));
    page.on('pageerror', (error) => heard.push(error.message));
    await page.goto(pathToFileURL(file).href);
    heard.shift();
    return { page, heard };
  }

  const rows = (page: Page) => page.locator('.list details');
  const current = (page: Page) => page.evaluate<string>(`document.activeElement?.querySelector('.number')?.lastChild?.textContent`);

  it('says the score first, then what it leaves out; runs and loads nothing that rows bring along', async () => {
    const { page, heard } = await open(sample());
    const text = (await page.locator('.summary').innerText()).replace(/\s+/g, ' ');
    assert.match(
      text,
      /Score 0\.86 95 % interval 0\.75 to 0\.93, n = 58 Better than v2 \+0\.\d\d .*2 failed and are left out.*1 row was known/,
    );
    for (const row of await rows(page).all()) await row.locator('summary').click();
    await page.getByText('<img src=x onerror="window.broken = true">').first().waitFor();
    assert.deepEqual([await page.evaluate(`'broken' in window`), await page.locator('img, .list script').count()], [false, 0]);
    assert.deepEqual(heard, []);
    await page.context().close();
  });

  it('is used by keyboard: rows worst first, opened, narrowed down and back again', async () => {
    const { page } = await open(sample());
    assert.deepEqual((await rows(page).locator('.score').allInnerTexts()).slice(0, 3), ['failed', 'failed', '0.00']);
    await page.keyboard.press('j');
    const first = await current(page);
    await page.keyboard.press('j');
    assert.notEqual(await current(page), first);
    await page.keyboard.press('k');
    assert.equal(await current(page), first);
    await page.keyboard.press('Enter');
    await rows(page).first().getByText('No answer <in> time & "space".').last().waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await rows(page).first().getAttribute('open'), null);
    await page.keyboard.press('f');
    assert.equal(await page.getByRole('status').innerText(), '10 of 60 results');
    await page.keyboard.press('d');
    const both = await rows(page).count();
    await page.keyboard.press('f');
    assert.ok((await rows(page).count()) > both && both > 0);
    assert.equal(await rows(page).locator('.change:not(.better, .worse, .different)').count(), 0);
    await page.keyboard.press('d');
    await page.keyboard.press('/');
    await page.keyboard.type('coffee fd');
    assert.equal(await rows(page).count(), 0, 'letters in the filter are no commands');
    await page.keyboard.press('Escape');
    assert.equal(await rows(page).count(), 60);
    await page.context().close();
  });

  it('shows the rows of a cell of the confusion matrix, with the words that differ', async () => {
    const { page } = await open(sample());
    const cell = page.getByRole('table').getByRole('button', { name: 'expected neutral, got positive' });
    const count = Number(await cell.innerText());
    await cell.click();
    assert.equal(await rows(page).count(), count);
    assert.deepEqual(new Set(await rows(page).locator('.got').allInnerTexts()), new Set(['got\npositive']));
    await rows(page).first().locator('summary').click();
    assert.deepEqual(
      [await rows(page).first().locator('del').innerText(), await rows(page).first().locator('ins').innerText()],
      ['neutral', 'positive'],
    );
    await cell.click();
    assert.equal(await rows(page).count(), 60);
    await page.context().close();
  });

  it('exports the rows shown, with formulas made harmless', async () => {
    const { page } = await open(sample());
    await page.getByRole('searchbox').fill('HYPERLINK');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    assert.equal(download.suggestedFilename(), 'sentiment_1-v3.csv');
    const saved = parse(readFileSync(await download.path()), { columns: true, bom: true }) as Record<string, string>[];
    assert.deepEqual(
      saved.map((row) => row['input.review']),
      [`'=HYPERLINK("https://example.com","x")`],
    );
    await page.context().close();
  });

  it('stays usable with 5,000 rows', async () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      (index % 5 === 0 ? wrongRow : rowOf)(index + 1, `${REVIEWS[index % 4]} ${index}`),
    );
    const { page } = await open(documentFrom(reportFrom(many)));
    assert.equal(await rows(page).count(), 200);
    await page.getByRole('button', { name: 'Show 200 more of 4,800' }).click();
    assert.equal(await rows(page).count(), 400);
    await page.getByRole('searchbox').fill('coffee 4996');
    assert.equal(await page.getByRole('status').innerText(), '1 of 5,000 results');
    await page.context().close();
  });

  it('writes JUnit that a browser reads as XML, too', async () => {
    const { page } = await open(sample());
    const found = await page.evaluate(`(() => {
      const read = new DOMParser().parseFromString(${JSON.stringify(junitReport(sample()))}, 'application/xml');
      return [read.querySelectorAll('parsererror').length, read.querySelectorAll('testcase').length];
    })()`);
    assert.deepEqual(found, [0, 62]);
    await page.context().close();
  });

  it('looks right in light and dark, and in a narrow window', async () => {
    for (const [scheme, width] of [
      ['light', 1280],
      ['dark', 1280],
      ['light', 400],
    ] as const) {
      const { page } = await open(sample(), width);
      await page.emulateMedia({ colorScheme: scheme });
      await shot(page, `report-${scheme}-${width}`);
      await page.keyboard.press('d');
      for (const index of [0, 2]) await rows(page).nth(index).locator('summary').click();
      await page.locator('.rows').evaluate((element) => element.scrollIntoView());
      await shot(page, `report-${scheme}-${width}-rows`);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      assert.equal(overflow, 0, `${scheme} ${width} scrolls sideways`);
      await page.context().close();
    }
  });
});
