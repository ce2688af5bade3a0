import path from 'node:path';

/** @typedef {import('./server.mjs').Server} Server */

/**
 * The address of the workbench with a folder open.
 * @param {Pick<Server, 'url'>} server
 * @param {{folder?: string, workspace?: string, payload?: [string, string][]}} [open]
 * @returns {string}
 */
export function workbenchUrl(server, { folder, workspace, payload = [] } = {}) {
  const query = new URLSearchParams();
  if (folder !== undefined) query.set('folder', toUriPath(folder));
  if (workspace !== undefined) query.set('workspace', toUriPath(workspace));
  query.set('payload', JSON.stringify([['skipWelcome', 'true'], ...payload]));
  return `${server.url}/?${query}`;
}

/**
 * How the workbench names a file of the server's machine.
 * @param {Pick<Server, 'host'>} server
 * @param {string} file
 * @returns {string}
 */
export function remoteUri(server, file) {
  return `vscode-remote://${server.host}${encodeURI(toUriPath(file)).replaceAll('?', '%3F').replaceAll('#', '%23')}`;
}

/**
 * @param {string} file
 * @returns {string}
 */
function toUriPath(file) {
  const absolute = path.resolve(file).replaceAll('\\', '/');
  return absolute.startsWith('/') ? absolute : `/${absolute}`;
}
