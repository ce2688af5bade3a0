import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, watch } from 'node:fs';
import path from 'node:path';
import { launchBrowser, newPage } from '../workbench/page.mjs';
import { repoRoot } from '../workbench/paths.mjs';
import { freePort } from '../workbench/server.mjs';
import { pickRow, runCommand, typeInInputBox } from '../workbench/widgets.mjs';
import { csvRows, generateFrame, temporaryFolder } from './support.js';

interface Ready {
  readonly url: string;
  readonly folder: string;
}

describe('npm start', () => {
  it('serves a workbench with the extension and a copy of the sample, in which the first prompt is made and rated', async () => {
    const folder = temporaryFolder('start');
    const readyFile = path.join(folder, 'ready.json');
    const child = spawn(
      process.execPath,
      ['test/workbench/bootstrap.mjs', 'start', '--browser', '--no-open', '--port', String(await freePort())],
      {
        cwd: repoRoot,
        env: { ...process.env, ATELIER_START_READY_FILE: readyFile, ATELIER_STATE_DIR: path.join(folder, 'state') },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const browser = await launchBrowser();
    try {
      const ready = await whenReady(readyFile, child);
      assert.match(printed, /http:\/\/127\.0\.0\.1:\d+/);
      assert.match(printed, /Generate Image Prompt/);
      const page = await newPage(browser);
      await page.goto(ready.url);
      await runCommand(page, 'Prompt Atelier: Generate Image Prompt', 60_000);
      await pickRow(page, 'Watercolor');
      await typeInInputBox(page, 'a dragon flying over a castle', { prompt: 'What does the picture show' });
      const frame = await generateFrame(page, 'watercolor@built-in');
      await frame.locator('.star').nth(3).click();
      await frame.getByText('Saved to user_feedback.csv and training_data.csv').waitFor();
      for (const file of ['prompt_history.csv', 'user_feedback.csv', 'training_data.csv']) {
        assert.equal(csvRows(ready.folder, file).length, 1, file);
      }
    } finally {
      await browser.close();
      child.kill('SIGTERM');
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(undefined),
      );
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Resolves when the server says that it is ready; rejects when it ends instead. */
function whenReady(file: string, child: ReturnType<typeof spawn>): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const watcher = watch(path.dirname(file), () => {
      if (!existsSync(file)) return;
      const text = readFileSync(file, 'utf8');
      if (!text.trimEnd().endsWith('}')) return;
      watcher.close();
      resolve(JSON.parse(text) as Ready);
    });
    child.once('exit', (code) => {
      watcher.close();
      reject(new Error(`npm start ended with ${code}`));
    });
  });
}
