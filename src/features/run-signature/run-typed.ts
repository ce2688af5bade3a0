import type * as vscode from 'vscode';
import { presentOutputs } from '../../core/program/present.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { askInputs } from './ask-inputs.js';
import { chooseSignature, rememberSignature } from './choose-signature.js';
import { openExecutor, SEED } from './open-executor.js';
import { factsOf, openText } from './result.js';

/**
 * Runs a signature on inputs that a person types; the result opens as a document.
 * @param uri of a signature file, whose text counts as it stands in the editor; undefined: a person chooses
 * @throws AtelierError `signature.invalid`, `input.*`, `model.*`
 */
export async function runTyped(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  services.requireTrust();
  const { vscode, settings, log } = services.host;
  const chosen =
    uri === undefined
      ? await chooseSignature(services, 'Run Signature')
      : { definition: await definitionIn(services, uri), useCache: settings.cacheEnabled };
  if (chosen === undefined) return;
  const { definition, useCache } = chosen;
  const { signature, examples } = definition;
  const required = signature.inputs.filter((field) => field.optional !== true);
  const inputs = await askInputs(services, signature, required, {}, examples[0]?.inputs);
  if (inputs === undefined) return;
  const { executor } = await openExecutor(services, definition, useCache);
  await rememberSignature(services, definition);
  const { withImageFiles } = await import('../../store/index.js');
  const given = await withImageFiles(signature, inputs, services.host.workspaceFolder() ?? '');
  const started = performance.now();
  const options = { location: vscode.ProgressLocation.Notification, title: signature.name, cancellable: true };
  const execution = await vscode.window.withProgress(options, (progress, token) => {
    progress.report({ message: `asking ${executor.routes[0].predictor.model}` });
    return executor.run(given, { seed: SEED, signal: abortOn(token) });
  });
  const facts = factsOf(definition, [execution], performance.now() - started);
  log.info(facts);
  vscode.window.setStatusBarMessage(`$(sparkle) ${facts}`, 10_000);
  await openText(services, presentOutputs(execution.program.signature, execution.outputs), 'markdown');
}

async function definitionIn(services: Services, uri: vscode.Uri): Promise<SignatureDefinition> {
  const document = await services.host.vscode.workspace.openTextDocument(uri);
  const { parseSignature, requireDefinition } = await import('../../store/index.js');
  const file = parseSignature(document.getText(), uri.path.split('/').at(-1) ?? '');
  return requireDefinition(file, services.host.settings.runMode === 'production');
}
