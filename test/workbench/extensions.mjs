import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { ensureWorkbench } from './setup.mjs';

/**
 * Reads an extension's package.json.
 * @param {string} extension its folder
 * @returns {{id: string, version: string, displayName: string}}
 */
export function readManifest(extension) {
  const manifest = JSON.parse(fs.readFileSync(path.join(extension, 'package.json'), 'utf8'));
  if (typeof manifest.publisher !== 'string')
    throw new Error(`${path.join(extension, 'package.json')} names no publisher: VS Code would not load it.`);
  return { id: `${manifest.publisher}.${manifest.name}`, version: manifest.version, displayName: manifest.displayName ?? manifest.name };
}

/**
 * Installs an unpacked extension as a link, so that a reloaded window runs the newest build. Before the server starts: it looks into the
 * folder only while there is no list (extensions.json) in it.
 * @param {string} extension its folder
 * @param {string} extensionsDir
 */
export function linkExtension(extension, extensionsDir) {
  fs.mkdirSync(extensionsDir, { recursive: true });
  const { id, version } = readManifest(extension);
  fs.symlinkSync(path.resolve(extension), path.join(extensionsDir, `${id}-${version}`), 'junction');
}

/**
 * Installs a packed extension, offline, for a server with the same folders. Takes under a second.
 * @param {{vsix: string, dataDir: string, extensionsDir: string}} options
 */
export async function installVsix({ vsix, dataDir, extensionsDir }) {
  const { codeServer, node } = await ensureWorkbench();
  const { code, output } = await execute(node, [
    path.join(codeServer, 'out/node/entry.js'),
    ...['--config', path.join(dataDir, 'config.yaml'), '--user-data-dir', dataDir, '--extensions-dir', extensionsDir],
    ...['--install-extension', path.resolve(vsix), '--force'],
  ]);
  if (code !== 0) throw new Error(`${vsix} could not be installed:\n${output.trim()}`);
}
