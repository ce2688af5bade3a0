import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import { AtelierError, asAtelierError, cancelled, isCancellation } from '../../core/errors.js';
import type { Execution, Executor } from '../../core/program/executor.js';
import { presentOutputs, replacesSelection, selectionInput } from '../../core/program/present.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import { plainLines } from '../../core/text/reshape.js';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { askInputs } from './ask-inputs.js';
import { chooseSignature, rememberSignature } from './choose-signature.js';
import { openExecutor } from './open-executor.js';
import { Proposal } from './proposal.js';
import type { Proposals } from './proposals.js';
import { askAction, copyResults, factsOf, openResults, RESULT_ACTIONS, type ResultAction } from './result.js';

/** What a keybinding, a task or code may give in advance. */
export interface RunRequest {
  /** A name or a one-line form. */
  readonly signature?: string;
  readonly inputs?: Readonly<Record<string, JsonValue>>;
  readonly result?: ResultAction;
  readonly cache?: boolean;
}

/** What came of it, for who called the command from code. */
export interface RunOutcome {
  readonly signature: string;
  readonly outputs: readonly (Execution['outputs'] | null)[];
  readonly model: string;
  readonly cached: boolean;
}

/**
 * Runs a signature on every selected text of the active editor, side by side, and does with the results what the settings say.
 * @returns undefined when the person left
 * @throws AtelierError `input.*`, before anything is sent; `model.*` when no selection got a result
 */
export async function runOnSelection(services: Services, proposals: Proposals, request: RunRequest): Promise<RunOutcome | undefined> {
  services.requireTrust();
  if (request.result !== undefined && !RESULT_ACTIONS.includes(request.result)) {
    throw new AtelierError('usage.invalid', `There is no result action "${request.result}".`, {
      hint: `Use ${RESULT_ACTIONS.join(', ')}.`,
    });
  }
  const { vscode, settings } = services.host;
  const target = await selectedTexts(vscode);
  if (target === undefined) return undefined;
  const chosen =
    request.signature === undefined
      ? await chooseSignature(services, 'Run Signature on Selection')
      : { definition: await services.signature(request.signature), useCache: settings.cacheEnabled };
  if (chosen === undefined) return undefined;
  const { definition } = chosen;
  const { signature } = definition;
  const field = selectionInput(signature);
  const others = signature.inputs.filter((input) => input !== field && input.optional !== true);
  const inputs = await askInputs(services, signature, others, request.inputs ?? {});
  if (inputs === undefined) return undefined;
  const action = request.result ?? settings.resultAction ?? (await askAction(services, signature.name));
  if (action === undefined) return undefined;
  const { executor } = await openExecutor(services, definition, request.cache ?? chosen.useCache);
  const { document, selections } = target;
  const { withImageFiles } = await import('../../store/index.js');
  const fixed = await withImageFiles(signature, inputs, services.host.workspaceFolder() ?? '');
  const given = selections.map((selection) => ({
    ...fixed,
    ...(field === undefined ? {} : { [field.name]: plainLines(document.getText(selection)) }),
  }));
  for (const each of given) executor.check(each);
  await rememberSignature(services, definition);
  const placement = action === 'insertAfter' || (action !== 'replace' && !replacesSelection(signature)) ? 'insertAfter' : 'replace';
  const proposal = new Proposal(vscode, randomUUID(), signature.name, document, selections, placement);
  try {
    if (action === 'preview') await proposals.show(proposal);
    const run = await runAll(services, executor, definition, given, proposal);
    const facts = factsOf(
      signature.name,
      run.executions.flatMap((execution) => execution ?? []),
      run.milliseconds,
    );
    services.host.log.info(facts);
    await finish(services, proposals, proposal, action, facts);
    report(services, run.failures, selections.length);
    const [first] = run.executions.flatMap((execution) => execution ?? []);
    return {
      signature: signature.name,
      outputs: run.executions.map((execution) => execution?.outputs ?? null),
      model: first?.model ?? executor.first.predictor.model,
      cached: run.executions.every((execution) => execution?.cached === true),
    };
  } catch (error) {
    await proposals.close(proposal);
    throw error;
  }
}

/** The selected texts of the active editor; the whole document when a person wants that. */
async function selectedTexts(
  api: typeof vscode,
): Promise<{ document: vscode.TextDocument; selections: readonly vscode.Selection[] } | undefined> {
  const editor = api.window.activeTextEditor;
  if (editor === undefined) {
    void api.window.showInformationMessage('Open a document and select the text that the signature shall work on.');
    return undefined;
  }
  const { document } = editor;
  const selections = editor.selections.filter((selection) => document.getText(selection).trim() !== '');
  if (selections.length > 0) return { document, selections };
  if (document.getText().trim() === '') {
    void api.window.showInformationMessage('This document is empty. Nothing was sent.');
    return undefined;
  }
  const whole = 'Use the Whole Document';
  if ((await api.window.showInformationMessage('Nothing is selected. Nothing was sent.', whole)) !== whole) return undefined;
  const end = document.lineAt(document.lineCount - 1).range.end;
  return { document, selections: [new api.Selection(new api.Position(0, 0), end)] };
}

interface Run {
  /** One per selection; undefined where it failed. */
  readonly executions: readonly (Execution | undefined)[];
  readonly failures: readonly AtelierError[];
  readonly milliseconds: number;
}

/** All selections at once: the endpoint's queue decides how many are under way. @throws AtelierError when none succeeds */
async function runAll(
  services: Services,
  executor: Executor,
  { signature }: SignatureDefinition,
  given: readonly Readonly<Record<string, JsonValue>>[],
  proposal: Proposal,
): Promise<Run> {
  const { vscode } = services.host;
  const { partialAnswer } = await import('../../engine/index.js');
  const started = performance.now();
  const many = given.length > 1;
  const title = many ? `${signature.name} on ${given.length} selections` : signature.name;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const signal = AbortSignal.any([abortOn(token), proposal.abandon.signal]);
    const failures: AtelierError[] = [];
    let done = 0;
    const say = (text: string) => progress.report({ message: many ? `${done} of ${given.length}` : text });
    say(`asking ${executor.first.predictor.model}`);
    const executions = await Promise.all(
      given.map(async (inputs, index) => {
        try {
          const onText = (raw: string) => {
            const text = partialAnswer(raw, executor.first.program);
            proposal.set(index, text);
            say(text.replace(/\s+/g, ' ').slice(-60));
          };
          const execution = await executor.run(inputs, { seed: SEED, signal, onText });
          proposal.set(index, presentOutputs(execution.program.signature, execution.outputs));
          return execution;
        } catch (error) {
          failures.push(asAtelierError(error));
          proposal.set(index, '');
          return undefined;
        } finally {
          done++;
          say('');
        }
      }),
    );
    if (signal.aborted) throw cancelled();
    const [failure] = failures;
    if (failure !== undefined && failures.length === given.length) throw failure;
    return { executions, failures, milliseconds: performance.now() - started };
  });
}

/** The same question has the same answer: that is what lets the cache know it. */
const SEED = 1;

async function finish(services: Services, proposals: Proposals, proposal: Proposal, action: ResultAction, facts: string): Promise<void> {
  const { vscode } = services.host;
  if (action === 'preview') {
    proposals.complete(proposal, facts);
    return;
  }
  vscode.window.setStatusBarMessage(`$(sparkle) ${facts}`, 10_000);
  if (action === 'copy') await copyResults(services, proposal.results);
  else if (action === 'newDocument' || proposal.lost > 0 || !(await vscode.workspace.applyEdit(proposal.edit()))) {
    // A result is paid: where it cannot go to its place, it gets one of its own.
    await openResults(services, proposal);
  }
  proposal.dispose();
}

/** Says what failed while the rest succeeded. */
function report(services: Services, failures: readonly AtelierError[], all: number): void {
  const [first] = failures.filter((failure) => !isCancellation(failure));
  if (first === undefined) return;
  services.host.log.error('Run Signature on Selection', first);
  void services.host.vscode.window.showWarningMessage(
    `${failures.length} of ${all} selections have no result and stay as they are. ${first.message} ${first.hint}`,
  );
}
