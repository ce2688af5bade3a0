import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { checkDescription } from '../../core/image-prompt/description.js';
import { abortOn } from '../../host/abort.js';
import { HISTORY_FILE } from '../../store/table-names.js';
import { RetrainingSuggestion } from '../optimize/suggest-retraining.js';
import type { Services } from '../services.js';
import { PromptDocuments } from './documents.js';
import { type PageAction, RATINGS } from './protocol.js';
import { GenerateSession, requireResult } from './session.js';
import { pickTaste } from './taste-picker.js';
import { GenerateView, VIEW_ID } from './view.js';

/** Generates, shows and rates image prompts: the palette command, the view, what can be done with a result. */
export function register(services: Services): vscode.Disposable {
  const { vscode, log } = services.host;
  const session = new GenerateSession(services);
  const documents = new PromptDocuments(services, session);
  const actions: Record<PageAction, () => Promise<void>> = {
    cancel: async () => session.cancel(),
    again: () => view.generate(true),
    copy: () => copy(services, session),
    insert: () => insert(services, session),
    open: () => open(services, session),
    compare: () => documents.compare(),
    provenance: () => openHistory(services, session),
    showLog: async () => log.show(),
  };
  const view: GenerateView = new GenerateView(services, session, (action) => actions[action]());
  const command = (name: string, doing: string, work: () => Promise<void>) =>
    vscode.commands.registerCommand(`promptAtelier.${name}`, () => services.host.guard(doing, work));
  const suggestion = new RetrainingSuggestion(services);
  return vscode.Disposable.from(
    session.onRated(() => void suggestion.afterRating()),
    vscode.window.registerWebviewViewProvider(VIEW_ID, view),
    documents.register(),
    vscode.commands.registerCommand('promptAtelier.generateImagePrompt', (request?: unknown) =>
      request === undefined
        ? services.host.guard('Generate Image Prompt', () => generateFromPalette(services, session, view))
        : generateFromCode(request, session, view),
    ),
    command('ratePrompt', 'Rate Prompt', () => rateFromPalette(services, session)),
    command('openGenerateView', 'Open Generate View', () => view.reveal(true)),
    command('regenerateImagePrompt', 'Generate Again', actions.again),
    command('cancelGeneration', 'Cancel Generation', actions.cancel),
    command('copyPrompt', 'Copy Prompt', actions.copy),
    command('insertPrompt', 'Insert Prompt at Cursor', actions.insert),
    command('openPrompt', 'Open Prompt as Document', actions.open),
    command('compareStages', 'Compare Stages', actions.compare),
  );
}

/** Taste, description, progress with cancel; the result appears in the view. */
async function generateFromPalette(services: Services, session: GenerateSession, view: GenerateView): Promise<void> {
  const { vscode } = services.host;
  const taste = await pickTaste(services, view.current.taste, 'Generate Image Prompt (1/2)');
  if (taste === undefined) return;
  const description = await vscode.window.showInputBox({
    title: 'Generate Image Prompt (2/2)',
    prompt: 'What does the picture show?',
    placeHolder: 'a dragon flying over a castle',
    value: view.current.description,
    ignoreFocusOut: true,
    validateInput: (text) => {
      const problem = text.trim() === '' ? undefined : checkDescription(text);
      if (problem === undefined) return undefined;
      return { message: `${problem.message} ${problem.hint}`, severity: vscode.InputBoxValidationSeverity.Error };
    },
  });
  if (description === undefined || description.trim() === '') return;
  view.fill(taste.name, description);
  await view.reveal(false);
  const options = { location: vscode.ProgressLocation.Notification, title: `Generating (${taste.label})`, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    const watch = session.onChange(() => {
      const stage = session.run?.stage === 'enhance' ? 'adding light, palette and mood' : 'structuring';
      progress.report({ message: stage });
    });
    try {
      await session.generate(view.current, false, abortOn(token));
    } finally {
      watch.dispose();
    }
  });
}

/**
 * For keybindings and other extensions: `{taste, description, seed?, pattern?, target?}` instead of questions.
 * @returns the generation, with the keys of `atelier generate --json` and what should be known about it
 * @throws AtelierError to the caller, who asked in code
 */
async function generateFromCode(request: unknown, session: GenerateSession, view: GenerateView): Promise<unknown> {
  const given = (typeof request === 'object' && request !== null ? request : {}) as Record<string, unknown>;
  const text = (name: string, fallback: string) => (typeof given[name] === 'string' ? given[name] : fallback);
  const options = { ...view.current.options, pattern: text('pattern', 'enhance'), target: text('target', 'general'), candidates: 1 };
  const seed = typeof given.seed === 'number' ? String(given.seed) : '';
  const [taste, description] = [text('taste', view.current.taste), text('description', '')];
  await session.generate({ taste, description, options: { ...options, seed } }, false);
  view.fill(taste, description);
  const { id, structured, final, status, model, version, latencyMs, costUsd, notices } = requireResult(session);
  return {
    ...{ id, taste, user_input: description, dspy_prompt: structured, final_prompt: final, status, model, version },
    ...{ latency_ms: latencyMs, cost_usd: costUsd ?? null, notices: notices.map((notice) => notice.text) },
  };
}

/** 1 to 5, then a reason: the way without the view. */
async function rateFromPalette(services: Services, session: GenerateSession): Promise<void> {
  const { vscode } = services.host;
  const result = requireResult(session);
  const items = RATINGS.map((word, index) => ({
    label: '$(star-full)'.repeat(index + 1),
    description: `${index + 1} – ${word}`,
    rating: index + 1,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: 'Rate Prompt', placeHolder: result.final, matchOnDescription: true });
  if (chosen === undefined) return;
  await session.rate(result.id, { rating: chosen.rating });
  const comment = await vscode.window.showInputBox({ title: 'Rate Prompt', prompt: 'Why? (optional)', value: result.comment });
  if (comment !== undefined && comment.trim() !== '') await session.rate(result.id, { comment });
}

/** The corrected text where there is one: it is what the person wants. */
function chosenText(session: GenerateSession): string {
  const result = requireResult(session);
  return result.correction === '' ? result.final : result.correction;
}

async function copy(services: Services, session: GenerateSession): Promise<void> {
  await services.host.vscode.env.clipboard.writeText(chosenText(session));
  services.host.vscode.window.setStatusBarMessage('$(check) Prompt copied', 3000);
}

async function insert(services: Services, session: GenerateSession): Promise<void> {
  const { vscode } = services.host;
  const text = chosenText(session);
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    await open(services, session);
    return;
  }
  const inserted = await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, text);
  });
  if (!inserted) vscode.window.setStatusBarMessage('$(warning) This document is read-only: nothing was inserted', 5000);
}

async function open(services: Services, session: GenerateSession): Promise<void> {
  const { vscode } = services.host;
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: `${chosenText(session)}\n` });
  await vscode.window.showTextDocument(document);
}

/** Where a result came from: its row in the history. */
async function openHistory(services: Services, session: GenerateSession): Promise<void> {
  const { vscode } = services.host;
  const { id } = requireResult(session);
  const folder = (await services.generations()).dataFolder;
  if (folder === undefined || (await (await services.generations()).findHistory(id)) === undefined) {
    throw new AtelierError('prompt.unknown', 'This prompt is not in the history.', {
      hint: 'It was made without a folder, or its row was removed.',
    });
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(vscode.Uri.file(folder), HISTORY_FILE));
  const editor = await vscode.window.showTextDocument(document);
  const at = document.positionAt(document.getText().search(new RegExp(`^"?${id}"?,`, 'm')));
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at));
}
