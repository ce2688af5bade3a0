// What the manifest promises must be there: commands registered, texts in package.nls.json, files packed, versions exact, budgets held.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../workbench/paths.mjs';
import { say } from '../workbench/say.mjs';

const read = (/** @type {string} */ file) => fs.readFileSync(path.join(repoRoot, file), 'utf8');
const manifestText = read('package.json');
const manifest = JSON.parse(manifestText);
const texts = JSON.parse(read('package.nls.json'));
/** @type {string[]} */
const problems = [];

const used = new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? ''));
for (const key of used) if (texts[key] === undefined) problems.push(`package.nls.json has no "${key}"`);
for (const key of Object.keys(texts)) if (!used.has(key)) problems.push(`package.nls.json: "${key}" is used nowhere`);

for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
  if (!/^\d+\.\d+\.\d+$/.test(String(version))) problems.push(`${name} is not pinned: ${version}`);
}
if (!manifest.engines.vscode.endsWith(manifest.devDependencies['@types/vscode'])) problems.push('engines.vscode and @types/vscode differ');
if (/"resolved"/.test(read('package-lock.json'))) problems.push('package-lock.json holds download addresses');

const sources = sourceFiles('src').map((file) => [file, read(file)]);
const registered = new Set(
  sources.flatMap(([, text]) =>
    [...String(text).matchAll(/(?:command\(|registerCommand\()\s*'(?:promptAtelier\.)?(\w+)'/g)].map(([, id]) => id),
  ),
);
for (const { command } of manifest.contributes.commands) {
  if (!registered.has(command.replace('promptAtelier.', ''))) problems.push(`${command} is declared, but nothing registers it`);
}
for (const id of registered) {
  if (!manifest.contributes.commands.some((/** @type {{command: string}} */ { command }) => command === `promptAtelier.${id}`))
    problems.push(`promptAtelier.${id} is registered, but not declared`);
}

const entry = read('src/extension.ts')
  .split('\n')
  .filter((line) => line.trim() !== '' && !/^\s*(?:\/\/|\/?\*)/.test(line)).length;
if (entry > 60) problems.push(`src/extension.ts has ${entry} lines of code; the most is 60`);
for (const [file, text] of sources) {
  const lines = String(text).split('\n').length;
  if (lines > 320) problems.push(`${file} has ${lines} lines: reshape it`);
}

const packed = execFileSync(path.join(repoRoot, 'node_modules/.bin/vsce'), ['ls', '--no-dependencies'], { cwd: repoRoot, encoding: 'utf8' })
  .trim()
  .split('\n');
for (const file of packed) if (/node_modules|^src\/|^test\/|\.map$|\.ts$/.test(file)) problems.push(`${file} must not be packed`);
for (const file of [
  'dist/extension.js',
  'dist/engine.js',
  'dist/store.js',
  'dist/metric-worker.js',
  'dist/signatures.js',
  'dist/evaluate.js',
  'dist/versions.js',
  'dist/optimize.js',
  'dist/run-worker.js',
  'dist/webview/generate.js',
  'data/tastes.yaml',
  'data/signatures/ClassifyText.signature.yaml',
  'data/signatures/ImagePrompt.signature.yaml',
  'data/training_data.csv',
  'schemas/signature.schema.json',
  'media/icon.png',
  'LICENSE',
]) {
  if (!packed.some((name) => name.toLowerCase().startsWith(file.toLowerCase()))) problems.push(`${file} is not packed`);
}

for (const problem of problems) say(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourceFiles(folder) {
  return fs
    .readdirSync(path.join(repoRoot, folder), { recursive: true })
    .map((file) => path.join(folder, String(file)))
    .filter((file) => file.endsWith('.ts'));
}
