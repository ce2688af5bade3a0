import type * as vscode from 'vscode';
import { asAtelierError, type ErrorDocument } from '../../core/errors.js';
import type { Services } from '../services.js';
import { Proposals } from './proposals.js';
import { copyResults, openResults, openText } from './result.js';
import { type RunRequest, runOnSelection } from './run-on-selection.js';
import { runOnTable } from './run-on-table.js';
import { runTyped } from './run-typed.js';

/** Runs signatures on selected text, on typed inputs and on tables; shows what comes as a proposal to accept or reject. */
export function register(services: Services): vscode.Disposable {
  const { vscode, guard } = services.host;
  const proposals = new Proposals(services);
  const command = (name: string, doing: string, work: (uri: vscode.Uri | undefined) => Promise<void>) =>
    vscode.commands.registerCommand(`promptAtelier.${name}`, (uri?: vscode.Uri) =>
      guard(doing, () => work(uri instanceof vscode.Uri ? uri : undefined)),
    );
  return vscode.Disposable.from(
    proposals,
    vscode.commands.registerCommand('promptAtelier.runSignatureOnSelection', (request?: RunRequest) =>
      outcomeOf(services, 'Run Signature on Selection', runOnSelection(services, proposals, isRequest(request) ? request : {})),
    ),
    vscode.commands.registerCommand('promptAtelier.runSignature', (uri?: unknown) =>
      guard('Run Signature', () => runTyped(services, uri instanceof vscode.Uri ? uri : undefined)),
    ),
    vscode.commands.registerCommand('promptAtelier.runSignatureOnTable', (uri?: unknown) =>
      guard('Run Signature on Table', () => runOnTable(services, uri instanceof vscode.Uri ? uri : undefined)),
    ),
    command('acceptProposal', 'Accept Proposal', async (uri) => sayLost(services, await proposals.accept(uri))),
    command('rejectProposal', 'Reject Proposal', (uri) => proposals.reject(uri)),
    command('insertProposalAfter', 'Insert After Selection Instead', async (uri) => proposals.place(uri, 'insertAfter')),
    command('replaceWithProposal', 'Replace Selection Instead', async (uri) => proposals.place(uri, 'replace')),
    command('copyProposal', 'Copy Result', (uri) => copyResults(services, proposals.require(uri).results)),
    command('openProposal', 'Open Result as Document', (uri) => openResults(services, proposals.require(uri))),
  );
}

/** Results whose place is gone are paid all the same: they can be had. */
function sayLost(services: Services, lost: readonly string[]): void {
  if (lost.length === 0) return;
  const open = 'Open as Document';
  const text = `${lost.length === 1 ? 'One result was' : `${lost.length} results were`} left out: the selected text was changed meanwhile.`;
  void Promise.resolve(services.host.vscode.window.showWarningMessage(text, open)).then(async (answer) => {
    if (answer === open) await openText(services, lost.join('\n\n'), 'plaintext');
  });
}

/** A failure is shown to the person; code that called gets it as a document, and need not wait until the message is closed. */
function outcomeOf<T>(services: Services, doing: string, work: Promise<T>): Promise<T | { error: ErrorDocument }> {
  void services.host.guard(doing, async () => void (await work));
  return work.catch((thrown: unknown) => ({ error: asAtelierError(thrown).toJSON() }));
}

/** Menus give an editor's address instead; a person's keybinding gives a request. */
function isRequest(value: unknown): value is RunRequest {
  return typeof value === 'object' && value !== null && ['signature', 'inputs', 'result', 'cache'].some((key) => key in value);
}
