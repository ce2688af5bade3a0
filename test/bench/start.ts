import { execFile, execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { launchBrowser, newPage, openWorkbench, webviewFrame } from '../workbench/page.mjs';
import { repoRoot } from '../workbench/paths.mjs';
import { startServer } from '../workbench/server.mjs';
import { runCommand } from '../workbench/widgets.mjs';
import { median, report } from './report.js';

const run = promisify(execFile);

/** The bundles and the package. */
export function sizes(folder: string): void {
  execFileSync(process.execPath, ['esbuild.mjs', '--release'], { cwd: repoRoot });
  for (const [file, bar] of [['extension.js', 80], ['engine.js'], ['store.js'], ['cli.js'], ['webview/generate.js']] as const) {
    const value = statSync(path.join(repoRoot, 'dist', file)).size / 1000;
    report({ what: `dist/${file}`, value, unit: 'KB', ...(bar === undefined ? {} : { bar }) });
  }
  const vsix = path.join(folder, 'prompt-atelier.vsix');
  execFileSync(path.join(repoRoot, 'node_modules/.bin/vsce'), ['package', '--no-dependencies', '-o', vsix], {
    cwd: repoRoot,
    stdio: 'ignore',
  });
  report({ what: 'VSIX', value: statSync(vsix).size / 1e6, unit: 'MB', bar: 4 });
}

/** What VS Code itself reports in "Running Extensions": reading the code and running `activate`. */
export async function activation(): Promise<void> {
  const browser = await launchBrowser();
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const server = await startServer({ extensions: [repoRoot] });
    // High enough for every row: the list draws only what is in sight.
    const page = await newPage(browser, { height: 3000 });
    await openWorkbench(page, server, { folder: path.join(repoRoot, 'test/fixtures/sample-workspace') });
    // After the start of the window: the extensions that start with it would be measured, too.
    await runCommand(page, 'Developer: Show Running Extensions');
    const rows = page.locator('.runtime-extensions-editor .monaco-list-row');
    await rows.filter({ hasText: 'Emmet' }).filter({ hasText: 'Activation:' }).waitFor({ timeout: 30_000 });
    await runCommand(page, 'Prompt Atelier: Open Generate View');
    await webviewFrame(page, 'Description', 30_000);
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'Developer: Show Running Extensions');
    const row = rows.filter({ hasText: 'Prompt Atelier' });
    times.push(Number(/Activation: (\d+)ms/.exec((await row.textContent()) ?? '')?.[1]));
    await page.context().close();
    await server.stop();
  }
  await browser.close();
  report({ what: 'activation in the real host, loading included, p50 of 7', value: median(times), unit: 'ms', bar: 20 });
}

/** From nothing to the end of a command. */
export async function terminal(folder: string): Promise<void> {
  const cli = path.join(repoRoot, 'dist/cli.js');
  const contenders = {
    node: ['-e', '0'],
    version: [cli, '--version'],
    generate: [cli, 'generate', '--taste', 'anime', 'a dragon flying over a castle'],
  };
  const times = { node: [] as number[], version: [] as number[], generate: [] as number[] };
  for (let round = 0; round < 11; round++) {
    for (const name of ['node', 'version', 'generate'] as const) {
      const started = performance.now();
      await run(process.execPath, contenders[name], { cwd: folder });
      times[name].push((performance.now() - started) / 1000);
    }
  }
  report({ what: 'floor: an empty node process', value: median(times.node), unit: 's' });
  report({ what: 'atelier --version', value: median(times.version), unit: 's', bar: 0.1 });
  report({ what: 'one embedded generation from cold, saved', value: median(times.generate), unit: 's', bar: 0.4 });
}
