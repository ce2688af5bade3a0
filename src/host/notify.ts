import * as vscode from 'vscode';
import { type AtelierError, asAtelierError, type ErrorCode, isCancellation } from '../core/errors.js';
import type { Log } from './log.js';

/** A button under a message: what it says, and the command it runs. */
interface Action {
  readonly title: string;
  readonly command: string;
}

const CHOOSE_MODEL: Action = { title: 'Choose Model', command: 'promptAtelier.chooseModel' };
const SET_KEY: Action = { title: 'Set API Key', command: 'promptAtelier.setApiKey' };

/** The first step out of an error. */
const FIX: Partial<Record<ErrorCode, Action>> = {
  'model.no_key': SET_KEY,
  'model.auth': SET_KEY,
  'model.unknown': CHOOSE_MODEL,
  'model.not_found': CHOOSE_MODEL,
  'model.quota': CHOOSE_MODEL,
  'model.unreachable': { title: 'Test Connection', command: 'promptAtelier.testConnection' },
  'model.unsupported': CHOOSE_MODEL,
  'workspace.untrusted': { title: 'Manage Trust', command: 'workbench.trust.manage' },
  'workspace.none': { title: 'Open Folder', command: 'workbench.action.files.openFolder' },
};

/** The button that leads out of an error, or undefined. */
export function fixFor(code: ErrorCode): Action | undefined {
  return FIX[code];
}

/** Shows and logs what went wrong: one sentence, the next step, a button for it, Show Log. A cancellation is no error. */
export async function notifyError(doing: string, thrown: unknown, log: Log): Promise<void> {
  if (isCancellation(thrown)) {
    log.info(`${doing}: cancelled`);
    return;
  }
  const error: AtelierError = asAtelierError(thrown);
  log.error(doing, error);
  const fix = fixFor(error.code);
  const titles = [...(fix === undefined ? [] : [fix.title]), 'Show Log'];
  const chosen = await vscode.window.showErrorMessage(`${error.message} ${error.hint}`, ...titles);
  if (chosen === 'Show Log') log.show();
  else if (chosen !== undefined && fix !== undefined) await vscode.commands.executeCommand(fix.command);
}
