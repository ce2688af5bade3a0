import fs from 'node:fs';
import path from 'node:path';

/** Would steer the server, or mark its terminals as children of npm or of another VS Code. PORT even overrides --bind-addr. */
const NEVER_PASSED = /^(PORT|PASSWORD|HASHED_PASSWORD|NODE_OPTIONS|INIT_CWD|(npm|VSCODE|ELECTRON|CODE_SERVER|CS)_.*)$/i;

/** A test never sees (and never spends) the developer's own keys. */
const SECRET = /(_API_KEY|_TOKEN|_SECRET|_PASSWORD)$/i;

/** Leaves room for `/vscode-ipc-<36 characters>.sock`. */
const LONGEST_TEMPORARY = 50;

const NO_GALLERY = JSON.stringify({ serviceUrl: '' });

/**
 * The environment of a server, and so of the extension host and the terminals in it.
 * @param {string} dataDir
 * @param {boolean} personal true leaves the person's own home folder and keys in place; false keeps everything inside the data folder
 * @returns {NodeJS.ProcessEnv}
 */
export function serverEnvironment(dataDir, personal) {
  const kept = Object.entries(process.env).filter(([name]) => !NEVER_PASSED.test(name) && (personal || !SECRET.test(name)));
  return { ...Object.fromEntries(kept), EXTENSIONS_GALLERY: NO_GALLERY, ...(personal ? {} : privateFolders(dataDir)) };
}

/**
 * @param {string} dataDir
 * @returns {NodeJS.ProcessEnv}
 */
function privateFolders(dataDir) {
  const home = path.join(dataDir, 'home');
  const temporary = path.join(dataDir, 'tmp');
  for (const dir of [home, temporary]) fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  // Sockets go to the temporary folder, and a socket's path has to stay below 104 characters: with a long one the usual place is better.
  const temporaries =
    temporary.length > LONGEST_TEMPORARY ? {} : { TMPDIR: temporary, TEMP: temporary, TMP: temporary, XDG_RUNTIME_DIR: temporary };
  return {
    HOME: home,
    USERPROFILE: home,
    APPDATA: path.join(home, 'AppData'),
    LOCALAPPDATA: path.join(home, 'LocalAppData'),
    ...temporaries,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_STATE_HOME: path.join(home, '.local/state'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
  };
}
