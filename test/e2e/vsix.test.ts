import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../workbench/paths.mjs';
import { runCommand } from '../workbench/widgets.mjs';
import { closeBrowser, csvRows, generateFrame, openSample, pictureFailure, temporaryFolder } from './support.js';

describe('the packed extension', () => {
  afterEach(pictureFailure);
  after(closeBrowser);

  it('installs from its VSIX and generates, without the clone', async () => {
    const folder = temporaryFolder('vsix');
    const vsix = path.join(folder, 'prompt-atelier.vsix');
    execFileSync(path.join(repoRoot, 'node_modules/.bin/vsce'), ['package', '--no-dependencies', '-o', vsix], {
      cwd: repoRoot,
      stdio: 'ignore',
    });
    const workbench = await openSample({ vsix });
    try {
      await runCommand(workbench.page, 'Prompt Atelier: Open Generate View');
      const frame = await generateFrame(workbench.page);
      await frame.locator('#description').fill('a dragon flying over a castle');
      await frame.locator('#description').press('Control+Enter');
      await frame.locator('#prompt', { hasText: 'a dragon flying over a castle' }).waitFor();
      assert.equal(csvRows(workbench.folder, 'prompt_history.csv').length, 1);
    } finally {
      await workbench.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
