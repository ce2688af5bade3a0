import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../workbench/paths.mjs';
import { runCommand } from '../workbench/widgets.mjs';
import { closeBrowser, csvRows, generateFrame, inWorkbench, pressGenerate, temporaryFolder } from './support.js';

describe('the packed extension', () => {
  after(closeBrowser);

  it('installs from its VSIX and generates, without the clone', async () => {
    const folder = temporaryFolder('vsix');
    const vsix = path.join(folder, 'prompt-atelier.vsix');
    execFileSync(path.join(repoRoot, 'node_modules/.bin/vsce'), ['package', '--no-dependencies', '-o', vsix], {
      cwd: repoRoot,
      stdio: 'ignore',
    });
    await inWorkbench({ vsix }, async ({ page, folder: workspace }) => {
      await runCommand(page, 'Prompt Atelier: Open Generate View');
      const frame = await generateFrame(page);
      await frame.locator('#description').fill('a dragon flying over a castle');
      await pressGenerate(frame);
      await frame.locator('#prompt', { hasText: 'a dragon flying over a castle' }).waitFor();
      await frame.locator('.provenance').waitFor();
      assert.equal(csvRows(workspace, 'prompt_history.csv').length, 1);
    });
    rmSync(folder, { recursive: true, force: true });
  });
});
