import { spawn } from 'node:child_process';
import { findOnPath } from './execute.mjs';
import { say } from './say.mjs';

/** Without one of these a Linux machine has no screen to open a window on. */
const hasScreen = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/**
 * The `code` command, where it can open a window of the desktop VS Code on a folder of this machine.
 * @returns {string | undefined}
 */
export function findDesktopCode() {
  const isRemote = Boolean(process.env.VSCODE_IPC_HOOK_CLI || process.env.WSL_DISTRO_NAME); // `code` then talks to another machine's VS Code
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0; // VS Code refuses to run as root
  return isRemote || isRoot || !hasScreen() ? undefined : findOnPath(['code']);
}

/**
 * Opens a window of the desktop VS Code with the extension under development.
 * @param {{code: string, extension: string, folder: string, trusted: boolean}} options
 * @returns {Promise<number>} the exit code of `code`
 */
export function openDesktop({ code, extension, folder, trusted }) {
  const args = ['--new-window', `--extensionDevelopmentPath=${extension}`, ...(trusted ? ['--disable-workspace-trust'] : []), folder];
  const windows = process.platform === 'win32'; // code.cmd runs only through the shell, which wants its own quotes
  const child = windows
    ? spawn(
        `"${code}"`,
        args.map((each) => `"${each}"`),
        { stdio: 'inherit', shell: true },
      )
    : spawn(code, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
}

/**
 * Shows an address in the person's browser, when this machine has one. Never fails: the address is printed as well.
 * @param {string} url
 */
export function openInBrowser(url) {
  if (!hasScreen()) return;
  const openers = { darwin: 'open', win32: 'rundll32' };
  const opener = process.platform === 'darwin' || process.platform === 'win32' ? openers[process.platform] : 'xdg-open';
  const args = process.platform === 'win32' ? ['url.dll,FileProtocolHandler', url] : [url];
  const child = spawn(opener, args, { stdio: 'ignore', detached: true });
  child.on('error', () => say('No browser could be opened: please open the address yourself.'));
  child.unref();
}
