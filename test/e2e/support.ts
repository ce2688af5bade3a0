import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Browser, Frame, Page } from 'playwright-core';
import { installVsix } from '../workbench/extensions.mjs';
import { launchBrowser, newPage, openWorkbench, screenshots, webviewFrame } from '../workbench/page.mjs';
import { repoRoot } from '../workbench/paths.mjs';
import { startServer } from '../workbench/server.mjs';
import { runCommand } from '../workbench/widgets.mjs';

/** Where pictures for looking at go; not part of the repository. */
export const shot = screenshots(path.join(repoRoot, 'out/screenshots'));

/** Takes a picture that the README shows: into docs/pictures with UPDATE_PICTURES=1, else only for looking at. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_PICTURES === '1') await page.screenshot({ path: path.join(repoRoot, 'docs/pictures', `${name}.png`) });
  else await shot(page, name);
}

export interface Workbench {
  readonly page: Page;
  readonly folder: string;
  readonly dataDir: string;
  /** Reloads the window, the way a person does. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkbenchOptions {
  readonly mode?: 'oss' | 'wrapper';
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings with the scope of a machine: a remote window takes them from elsewhere. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  readonly extensions?: readonly string[];
  readonly trust?: boolean;
  readonly openFile?: string;
  readonly width?: number;
  readonly height?: number;
  /** Installs this package instead of linking the clone. */
  readonly vsix?: string;
  /** False: opens no folder. */
  readonly withFolder?: boolean;
}

let browser: Browser | undefined;

/** A real workbench with the extension and a copy of the sample workspace. */
export async function openSample(options: WorkbenchOptions = {}): Promise<Workbench> {
  browser ??= await launchBrowser();
  const folder = temporaryFolder('workspace');
  cpSync(path.join(repoRoot, 'test/fixtures/sample-workspace'), folder, { recursive: true });
  const mode = options.mode ?? 'oss';
  const dataDir = temporaryFolder('editor');
  const machine = path.join(dataDir, mode === 'oss' ? 'data/Machine' : 'Machine');
  mkdirSync(machine, { recursive: true });
  writeFileSync(path.join(machine, 'settings.json'), JSON.stringify(options.machineSettings ?? {}));
  const extensionsDir = path.join(dataDir, 'extensions');
  if (options.vsix !== undefined) await installVsix({ vsix: options.vsix, dataDir, extensionsDir });
  const server = await startServer({
    mode,
    dataDir,
    extensionsDir,
    extensions: [...(options.vsix === undefined ? [repoRoot] : []), ...(options.extensions ?? [])],
    settings: { 'workbench.colorTheme': 'Default Dark Modern', ...options.settings },
    trust: options.trust ?? false,
  });
  const page = await newPage(browser, { width: options.width ?? 1280, height: options.height ?? 900 });
  await openWorkbench(page, server, {
    ...(options.withFolder === false ? {} : { folder }),
    ...(options.openFile === undefined ? {} : { openFile: path.join(folder, options.openFile) }),
  });
  return {
    page,
    folder,
    dataDir,
    reload: async () => {
      const loaded = page.waitForEvent('load');
      await runCommand(page, 'Developer: Reload Window');
      await loaded;
      await page.locator('.monaco-workbench .statusbar-item').first().waitFor({ timeout: 60_000 });
    },
    stop: async () => {
      await page.context().close();
      await server.stop();
      for (const each of [folder, dataDir]) rmSync(each, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A workbench for one test; a picture of it when the test failed. */
export async function inWorkbench(options: Parameters<typeof openSample>[0], work: (workbench: Workbench) => Promise<void>): Promise<void> {
  const workbench = await openSample(options);
  try {
    await work(workbench);
  } catch (error) {
    await tellWhatIsSeen(workbench.page, 'failed');
    throw error;
  } finally {
    await workbench.stop();
  }
}

/** Presses Generate once it can be pressed. By mouse: keys go to whatever has the focus when the workbench has settled. */
export async function pressGenerate(frame: Frame): Promise<void> {
  await frame.locator('vscode-button.primary:not([disabled])', { hasText: 'Generate' }).click();
}

/** A picture of every open page, when a test failed: what a person would have seen. */
export async function pictureFailure(this: Mocha.Context): Promise<void> {
  if (this.currentTest?.state !== 'failed') return;
  const name = this.currentTest.title.replace(/\W+/g, '-').slice(0, 60);
  for (const context of browser?.contexts() ?? []) for (const page of context.pages()) await tellWhatIsSeen(page, `failed-${name}`);
}

/** A picture, and where nobody can look at it the words of notifications and webviews. */
async function tellWhatIsSeen(page: Page, name: string): Promise<void> {
  const file = await shot(page, name);
  const frames = page.frames().filter((frame) => frame === page.mainFrame() || frame.url().includes('fake.html'));
  const texts = frames.map((frame) => {
    const seen = frame === page.mainFrame() ? '.notification-toast, .editor-instance' : 'body';
    return frame
      .locator(seen)
      .allInnerTexts()
      .catch(() => []); // gone while we looked
  });
  const words = (await Promise.all(texts)).flat().map((text) => text.replace(/\s+/g, ' ').trim().slice(0, 600));
  process.stderr.write(`      ${[path.relative(repoRoot, file), ...words.filter((text) => text !== '')].join('\n      ')}\n`);
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

export function temporaryFolder(name: string): string {
  return realpathSync(mkdtempSync(path.join(os.tmpdir(), `atelier-${name}-`)));
}

/** The page of the Generate view. */
export function generateFrame(page: Page, text: string | ((text: string) => boolean) = 'Description'): Promise<Frame> {
  return webviewFrame(page, text, 30_000);
}

/** The rows of a CSV file, by column. */
export function csvRows(folder: string, file: string): Record<string, string>[] {
  return parse(readFileSync(path.join(folder, 'data', file)), { columns: true, bom: true }) as Record<string, string>[];
}

/** Every file below a folder that holds the text; links are not followed. */
export function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesWith(file, text);
    return entry.isFile() && readFileSync(file).includes(text) ? [file] : [];
  });
}
