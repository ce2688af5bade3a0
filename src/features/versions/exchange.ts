import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { readExamples } from '../../core/example/example.js';
import type { Signature } from '../../core/signature/signature.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import { dspyPredictors, fromDspyState } from '../../core/version/formats/dspy-import.js';
import { EXPORT_FORMATS, type ExportFormat, exportVersion as write } from '../../core/version/formats/export-version.js';
import type { PromptfooRow } from '../../core/version/formats/promptfoo.js';
import { versionName } from '../../core/version/version-name.js';
import { importedDraft } from '../../core/version/written-version.js';
import { findDatasets } from '../evaluate/datasets.js';
import type { Services } from '../services.js';
import { chooseVersion } from './choose.js';

/** Opens a version in a format of others as a new document, and says what is lost. @throws AtelierError `version.*`, `data.*` */
export async function exportVersion(services: Services, given: unknown): Promise<void> {
  const { vscode } = services.host;
  const chosen = await chooseVersion(services, 'Export Version', given);
  if (chosen === undefined) return;
  const formats = Object.entries(EXPORT_FORMATS).map(([label, description]) => ({ label, description }));
  const options = { title: `Export ${chosen.signature} ${versionName(chosen.number)}`, matchOnDescription: true };
  const picked = await vscode.window.showQuickPick(formats, options);
  if (picked === undefined) return;
  const format = picked.label as ExportFormat;
  const version = await (await services.versions()).read(chosen.signature, chosen.number);
  const rows = format === 'promptfoo' ? await rowsOf(services, version.signature) : [];
  if (rows === undefined) return;
  const [{ renderMessages }, { printYaml }] = await Promise.all([import('../../engine/index.js'), import('../../store/index.js')]);
  const { text, language, notCarried } = await write(version, { format, render: renderMessages, yaml: printYaml, rows });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language, content: text }), { preview: false });
  tellLost(services, picked.label, notCarried);
}

/** Saves a DSPy program as a new version of a signature, which gives names and types. @throws AtelierError `version.*`, `signature.*` */
export async function importVersion(services: Services): Promise<void> {
  services.requireTrust();
  const { vscode, settings, log } = services.host;
  const title = 'Import DSPy Program';
  const [file] = (await vscode.window.showOpenDialog({ title, filters: { 'DSPy program': ['json'] }, canSelectMany: false })) ?? [];
  if (file === undefined) return;
  const shown = vscode.workspace.asRelativePath(file);
  const value = parsed(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)), shown);
  const { signatures } = await services.signatures();
  const items = signatures.map(({ signature }) => ({ label: signature.name, description: signature.description }));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'The signature of the program: it gives names and types' });
  if (picked === undefined) return;
  const definition = await services.signature(picked.label);
  const predictors = dspyPredictors(value);
  const predictor =
    predictors.length < 2 ? predictors[0] : await vscode.window.showQuickPick(predictors, { title, placeHolder: 'Which predictor' });
  if (predictors.length > 1 && predictor === undefined) return;
  const read = fromDspyState(value, definition.signature, predictor, shown);
  const store = await services.versions();
  const { name } = definition.signature;
  const newest = await store.newest(name);
  const draft = importedDraft(read, {
    ...{ parents: newest === undefined ? [] : [newest.number], created: new Date().toISOString() },
    ...{ author: settings.userId, note: `Imported from ${path.posix.basename(file.path)}` },
  });
  const saved = await store.save(name, draft);
  log.info(`Imported ${versionName(saved.number)} of ${name}`);
  await vscode.commands.executeCommand('promptAtelier.openVersion', { signature: name, number: saved.number });
  tellLost(services, shown, read.notCarried);
}

function tellLost({ host: { vscode } }: Services, what: string, lost: readonly string[]): void {
  if (lost.length > 0) void vscode.window.showInformationMessage(`Not carried over (${what}): ${lost.join(' ')}`);
}

/** The labeled rows of a table that is picked; none when the signature has no table. @returns undefined when nothing was picked */
async function rowsOf(services: Services, signature: Signature): Promise<readonly PromptfooRow[] | undefined> {
  const { vscode } = services.host;
  const definition = await services.signature(signature.name);
  const datasets = await findDatasets(services, [definition]);
  const folder = services.host.workspaceFolder();
  if (datasets.length === 0 || folder === undefined) return [];
  const items: (vscode.QuickPickItem & { readonly uri?: vscode.Uri })[] = [
    ...datasets.map(({ shown, uri }) => ({ label: shown, uri })),
    { label: 'no rows' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: 'Export Version', placeHolder: 'The rows that become tests' });
  if (picked?.uri === undefined) return picked === undefined ? undefined : [];
  const { readDataset } = await import('../../store/index.js');
  const { columns, rows } = await readDataset(picked.uri.fsPath, folder);
  return readExamples({ signature, columns, rows, file: picked.label, needsLabels: false }).examples;
}

/** @throws AtelierError `version.invalid` */
function parsed(text: string, shown: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new AtelierError('version.invalid', `${shown} is no JSON.`, {
      hint: 'Save the program with module.save("program.json").',
      file: shown,
      cause,
    });
  }
}
