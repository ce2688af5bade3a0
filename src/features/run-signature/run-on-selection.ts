import type * as vscode from 'vscode';
import { AtelierError, asAtelierError, cancelled, isCancellation } from '../../core/errors.js';
import type { Execution, Executor } from '../../core/program/executor.js';
import { presentOutputs, replacesSelection, selectionInput } from '../../core/program/present.js';
import type { Signature } from '../../core/signature/signature.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import { plainLines } from '../../core/text/reshape.js';
import { abortOn } from '../../host/abort.js';
import { RESULT_ACTIONS, type ResultAction } from '../../host/settings.js';
import type { Services } from '../services.js';
import { askInputs } from './ask-inputs.js';
import { chooseSignature, rememberSignature } from './choose-signature.js';
import { openExecutor, SEED } from './open-executor.js';
import { Proposal } from './proposal.js';
import type { Proposals } from './proposals.js';
import { askAction, copyResults, factsOf, openResults } from './result.js';
import { Throttle } from './throttle.js';

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
  /** One per selection, in the order of the document; null where it failed. */
  readonly outputs: readonly (Execution['outputs'] | null)[];
  readonly model: string;
  readonly cached: boolean;
}

type Inputs = Readonly<Record<string, JsonValue>>;

/**
 * Runs a signature on every selected text of the active editor, side by side, and does with the results what the settings say.
 * @returns undefined when the person left
 * @throws AtelierError `input.*`, `selection.changed`, before anything is sent; `model.*` when no selection got a result
 */
export async function runOnSelection(services: Services, proposals: Proposals, request: RunRequest): Promise<RunOutcome | undefined> {
  services.requireTrust();
  if (request.result !== undefined && !RESULT_ACTIONS.includes(request.result)) {
    throw new AtelierError('usage.invalid', `There is no result action "${request.result}".`, {
      hint: `Use ${RESULT_ACTIONS.join(', ')}.`,
    });
  }
  const target = await selectedTexts(services.host.vscode);
  if (target === undefined) return undefined;
  // Made first: the document may be edited while questions are answered.
  const proposal = new Proposal(services.host.vscode, target.document, target.selections);
  try {
    const outcome = await runFor(services, proposals, proposal, request);
    if (outcome === undefined) await proposals.close(proposal);
    return outcome;
  } catch (error) {
    await proposals.close(proposal);
    throw error;
  }
}

async function runFor(services: Services, proposals: Proposals, proposal: Proposal, request: RunRequest): Promise<RunOutcome | undefined> {
  const { settings, log } = services.host;
  const chosen =
    request.signature === undefined
      ? await chooseSignature(services, 'Run Signature on Selection')
      : { definition: await services.runnable(request.signature), useCache: settings.cacheEnabled };
  if (chosen === undefined) return undefined;
  const { definition } = chosen;
  const { signature } = definition;
  const field = selectionInput(signature, Object.keys(request.inputs ?? {}));
  const others = signature.inputs.filter((input) => input !== field && input.optional !== true);
  const inputs = await askInputs(services, signature, others, request.inputs ?? {});
  if (inputs === undefined) return undefined;
  const action = request.result ?? settings.resultAction ?? (await askAction(services, signature.name));
  if (action === undefined) return undefined;
  const { executor } = await openExecutor(services, definition, request.cache ?? chosen.useCache);
  const given = await Promise.all(
    proposal.originals.map((text) =>
      withImages(services, signature, { ...inputs, ...(field === undefined ? {} : { [field.name]: plainLines(text) }) }),
    ),
  );
  for (const each of given) executor.check(each);
  if (!proposal.isUntouched) {
    throw new AtelierError('selection.changed', 'The selected text was changed.', { hint: 'Select it again. Nothing was sent.' });
  }
  await rememberSignature(services, definition);
  proposal.signature = signature.name;
  proposal.placement = action === 'insertAfter' || (action !== 'replace' && !replacesSelection(signature)) ? 'insertAfter' : 'replace';
  if (action === 'preview') await proposals.show(proposal);
  const run = await runAll(services, executor, given, proposal);
  const executions = run.executions.flatMap((execution) => execution ?? []);
  const facts = factsOf(definition, executions, run.milliseconds);
  log.info(facts);
  await finish(services, proposals, proposal, action, facts);
  report(services, run.failures, given.length);
  return {
    signature: signature.name,
    outputs: run.executions.map((execution) => execution?.outputs ?? null),
    model: executions[0]?.model ?? executor.routes[0].predictor.model,
    cached: run.executions.every((execution) => execution?.cached === true),
  };
}

async function withImages(services: Services, signature: Signature, inputs: Inputs): Promise<Inputs> {
  const { withImageFiles } = await import('../../store/index.js');
  return withImageFiles(signature, inputs, services.host.workspaceFolder() ?? '');
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
  /** One per selection; undefined where it failed, or was cancelled. */
  readonly executions: readonly (Execution | undefined)[];
  readonly failures: readonly AtelierError[];
  readonly milliseconds: number;
}

/** Time between two looks at an answer that grows: to read it takes time, too. */
const LOOK_MS = 60;

/**
 * All selections at once: the endpoint's queue decides how many are under way. What is there when it is cancelled stays.
 * @throws AtelierError when none succeeds
 */
async function runAll(services: Services, executor: Executor, given: readonly Inputs[], proposal: Proposal): Promise<Run> {
  const { vscode } = services.host;
  const { partialAnswer } = await import('../../engine/index.js');
  const started = performance.now();
  const many = given.length > 1;
  const [{ program, predictor }] = executor.routes;
  const title = many ? `${proposal.signature} on ${given.length} selections` : proposal.signature;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const signal = AbortSignal.any([abortOn(token), proposal.abandon.signal]);
    const failures: AtelierError[] = [];
    let done = 0;
    const say = (text: string) => progress.report({ message: many ? `${done} of ${given.length}` : text });
    say(`asking ${predictor.model}`);
    const executions = await Promise.all(
      given.map(async (inputs, index) => {
        const growing = new Throttle<string>(LOOK_MS, (raw) => {
          const text = partialAnswer(raw, program);
          proposal.set(index, text);
          say(text.slice(-SHOWN).replace(/\s+/g, ' '));
        });
        try {
          const execution = await executor.run(inputs, { seed: SEED, signal, onText: (raw) => growing.push(raw) });
          growing.stop();
          proposal.set(index, presentOutputs(execution.program.signature, execution.outputs));
          return execution;
        } catch (error) {
          growing.stop();
          failures.push(asAtelierError(error));
          // Half an answer is none.
          proposal.set(index, '');
          return undefined;
        } finally {
          done++;
          say('');
        }
      }),
    );
    const failure = failures.find((each) => !isCancellation(each));
    if (failures.length === given.length) throw failure ?? cancelled();
    if (proposal.abandon.signal.aborted) throw cancelled();
    return { executions, failures, milliseconds: performance.now() - started };
  });
}

/** Characters of a growing answer that the notification shows. */
const SHOWN = 60;

async function finish(services: Services, proposals: Proposals, proposal: Proposal, action: ResultAction, facts: string): Promise<void> {
  const { vscode } = services.host;
  if (proposal.results.length === 0) void vscode.window.showInformationMessage(`${proposal.signature} gave an empty result.`);
  if (action === 'preview') {
    proposals.complete(proposal, facts);
    return;
  }
  vscode.window.setStatusBarMessage(`$(sparkle) ${facts}`, 10_000);
  if (action === 'copy') await copyResults(services, proposal.results);
  else if (action === 'newDocument' || proposal.lost.length > 0 || !(await vscode.workspace.applyEdit(proposal.edit()))) {
    // A result is paid: where it cannot go to its place, it gets one of its own.
    await openResults(services, proposal);
  }
  proposal.dispose();
}

/** Says what has no result while the rest has one. */
function report(services: Services, failures: readonly AtelierError[], all: number): void {
  if (failures.length === 0) return;
  const first = failures.find((failure) => !isCancellation(failure));
  if (first !== undefined) services.host.log.error('Run Signature on Selection', first);
  const why = first === undefined ? 'You cancelled them.' : `${first.message} ${first.hint}`;
  void services.host.vscode.window.showWarningMessage(
    `${failures.length} of ${all} selections have no result and stay as they are. ${why}`,
  );
}
