import type * as vscode from 'vscode';
import type { Execution } from '../../core/program/executor.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { RESULT_ACTIONS, type ResultAction } from '../../host/settings.js';
import type { Services } from '../services.js';
import type { Proposal } from './proposal.js';

const LABELS: Readonly<Record<ResultAction, readonly [label: string, detail: string]>> = {
  preview: ['$(diff) Preview as Diff', 'Accept or reject it'],
  replace: ['$(replace) Replace Selection', 'One undo takes it back'],
  insertAfter: ['$(insert) Insert After Selection', 'One undo takes it back'],
  copy: ['$(copy) Copy to Clipboard', 'The document stays as it is'],
  newDocument: ['$(new-file) Open in New Document', 'The document stays as it is'],
};

/** @returns undefined when the person left */
export async function askAction(services: Services, signature: string): Promise<ResultAction | undefined> {
  const items = RESULT_ACTIONS.map((action) => ({ label: LABELS[action][0], detail: LABELS[action][1], action }));
  const chosen = await services.host.vscode.window.showQuickPick(items, { title: `${signature}: what happens with the result?` });
  return chosen?.action;
}

/** `ReviseText · cached · openai:gpt-4o · 1.2 s · $0.0003`: what a narrow status bar must not cut off comes first. */
export function factsOf({ signature, version }: SignatureDefinition, executions: readonly Execution[], milliseconds: number): string {
  const models = [...new Set(executions.map(({ model }) => model))].join(', ');
  const costUsd = executions.reduce<number | undefined>(
    (sum, execution) => (sum === undefined || execution.costUsd === undefined ? undefined : sum + execution.costUsd),
    0,
  );
  const cost = costUsd === undefined ? 'price unknown' : costUsd === 0 ? '$0' : `$${costUsd.toFixed(4)}`;
  const fallback = executions.some((execution) => execution.fallback !== undefined) ? ['fallback'] : [];
  const cached = executions.length > 0 && executions.every((execution) => execution.cached) ? ['cached'] : [];
  const name = version === undefined ? signature.name : `${signature.name} v${version}`;
  return [name, ...cached, ...fallback, models, duration(milliseconds), cost].join(' · ');
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

export async function copyResults(services: Services, results: readonly string[]): Promise<void> {
  await services.host.vscode.env.clipboard.writeText(results.join('\n\n'));
  services.host.vscode.window.setStatusBarMessage('$(check) Result copied', 3000);
}

/** A new document beside, in the language of the text that it came from. */
export function openResults(services: Services, { results, document }: Proposal): Promise<void> {
  return openText(services, results.join('\n\n'), document.languageId);
}

/** A new document beside. */
export async function openText(services: Services, text: string, language: string): Promise<void> {
  const { vscode } = services.host;
  const document = await vscode.workspace.openTextDocument({ language, content: `${text}\n` });
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: false,
  } satisfies vscode.TextDocumentShowOptions);
}
