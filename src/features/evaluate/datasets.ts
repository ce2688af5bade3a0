import type * as vscode from 'vscode';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import type { Services } from '../services.js';

/** Files of rows, and where they are not looked for. */
const TABLES = '**/*.{csv,jsonl,ndjson}';
const ELSEWHERE = '**/{node_modules,.git,.atelier}/**';
const MOST_FILES = 200;

/** A file that has a column for every required input of a signature, and one for an output. */
export interface LabeledDataset {
  readonly definition: SignatureDefinition;
  readonly uri: vscode.Uri;
  /** Relative to the workspace folder. */
  readonly shown: string;
}

/** The files of the workspace that signatures can be evaluated on, in the order of their names. Files that cannot be read are none. */
export async function findDatasets(services: Services, definitions: readonly SignatureDefinition[]): Promise<LabeledDataset[]> {
  const { vscode, log } = services.host;
  const folder = services.host.workspaceFolder();
  if (folder === undefined) return [];
  const { readDataset } = await import('../../store/index.js');
  const found: LabeledDataset[] = [];
  for (const uri of await vscode.workspace.findFiles(TABLES, ELSEWHERE, MOST_FILES)) {
    try {
      const { columns } = await readDataset(uri.fsPath, folder);
      // The results of a batch hold answers where labels would be.
      if (columns.includes('_row')) continue;
      const shown = vscode.workspace.asRelativePath(uri);
      found.push(...definitions.filter((definition) => fits(definition, columns)).map((definition) => ({ definition, uri, shown })));
    } catch (error) {
      log.warn(`${uri.fsPath} is not looked at for evaluations: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found.sort((a, b) => a.shown.localeCompare(b.shown) || a.definition.signature.name.localeCompare(b.definition.signature.name));
}

function fits({ signature }: SignatureDefinition, columns: readonly string[]): boolean {
  const has = ({ name }: { readonly name: string }) => columns.includes(name);
  return signature.inputs.every((field) => field.optional === true || has(field)) && signature.outputs.some(has);
}
