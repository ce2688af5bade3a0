// `npm run test:desktop`: the same suite as `npm test -- host`, in desktop VS Code through @vscode/test-electron, which downloads it.
// VSCODE_VERSION picks the version: `stable` (default), `insiders`, or a number such as 1.101.0, the oldest that is supported.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { repoRoot } from './workbench/paths.mjs';
import { messageOf, say } from './workbench/say.mjs';

const fixtures = path.join(repoRoot, 'test/fixtures');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'atelier-desktop-'));
const workspace = path.join(folder, 'workspace');
fs.cpSync(path.join(fixtures, 'sample-workspace'), workspace, { recursive: true });
try {
  if (process.platform === 'linux' && process.env.DISPLAY === undefined && process.env.WAYLAND_DISPLAY === undefined) {
    throw new Error('Desktop VS Code needs a screen. On a machine without one: xvfb-run -a npm run test:desktop');
  }
  process.exitCode = await runTests({
    version: process.env.VSCODE_VERSION ?? 'stable',
    extensionDevelopmentPath: [repoRoot, path.join(fixtures, 'model-provider')],
    extensionTestsPath: path.join(repoRoot, 'out/test/host/index.js'),
    launchArgs: [workspace, '--disable-workspace-trust', `--user-data-dir=${path.join(folder, 'user')}`],
  });
} catch (error) {
  say(messageOf(error));
  process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
