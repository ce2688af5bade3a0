import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { SIGNATURE_ENDING, signatureNameProblem } from '../../core/signature/signature.js';
import type { ReadOnlyFiles } from '../../host/read-only-files.js';
import { BUILT_IN } from '../documents.js';
import type { Services } from '../services.js';
import { baseName } from './analysis.js';

/** Where the workspace keeps its signatures. @throws AtelierError `workspace.none` */
export function signaturesFolder(services: Services): vscode.Uri {
  const { vscode, settings } = services.host;
  const folder = services.host.workspaceFolder();
  if (folder !== undefined) return vscode.Uri.file(path.resolve(folder, settings.signaturesFolder));
  throw services.host.noFolder('Open a folder to keep signatures in.');
}

/** The file of a signature in the workspace. */
export function fileOf(folder: vscode.Uri, name: string): vscode.Uri {
  return folder.with({ path: `${folder.path}/${name}${SIGNATURE_ENDING}` });
}

/** The read-only document of a built-in signature. */
export function builtInUri(api: typeof vscode, name: string): vscode.Uri {
  return api.Uri.from({ scheme: BUILT_IN, path: `/${name}${SIGNATURE_ENDING}` });
}

/** The packed file of a built-in signature. */
export function packedFile(services: Services, name: string): vscode.Uri {
  const hint = signatureNameProblem(name);
  if (hint !== undefined) throw new AtelierError('signature.unknown', `There is no signature "${name}".`, { hint });
  return services.host.vscode.Uri.file(path.join(services.packedFolder, 'signatures', `${name}${SIGNATURE_ENDING}`));
}

/** Serves the built-in signatures as documents; they cannot be changed there. */
export function serveBuiltIn(services: Services, files: ReadOnlyFiles): void {
  const { vscode } = services.host;
  files.serve(async (uri) => {
    try {
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(packedFile(services, baseName(uri))));
    } catch {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
  });
}

/** Asks for the name of a new signature, and says at once what is wrong with one. @returns undefined when it was cancelled */
export async function askForName(services: Services, title: string, folder: vscode.Uri): Promise<string | undefined> {
  const { vscode } = services.host;
  const taken = await takenNames(services, folder);
  const { signatures } = await services.signatures();
  const builtIn = signatures.filter(({ source }) => source === 'built-in').map(({ signature }) => signature.name);
  return vscode.window.showInputBox({
    title,
    prompt: `Its name, and the name of its file in ${services.host.settings.signaturesFolder}`,
    placeHolder: 'sentiment',
    ignoreFocusOut: true,
    validateInput: (name) => {
      const problem = nameProblem(name, taken);
      if (problem !== undefined) return { message: problem, severity: vscode.InputBoxValidationSeverity.Error };
      if (!builtIn.includes(name)) return undefined;
      return { message: `Yours will go before the built-in ${name}.`, severity: vscode.InputBoxValidationSeverity.Info };
    },
  });
}

/** @throws AtelierError `signature.invalid` for a name that cannot be, or that is there already */
export async function requireFreeName(services: Services, name: string, folder: vscode.Uri): Promise<void> {
  const problem = nameProblem(name, await takenNames(services, folder));
  if (problem !== undefined) throw new AtelierError('signature.invalid', problem, { hint: 'Choose another name.' });
}

function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  const problem = signatureNameProblem(name);
  if (problem !== undefined) return `${JSON.stringify(name)} is no name of a signature. ${problem}`;
  return taken.has(name.toLowerCase()) ? `There is a signature "${name}" already.` : undefined;
}

/** Names of the workspace's signatures and of their files, also unsaved ones, in lower case: some disks know no other. */
async function takenNames(services: Services, folder: vscode.Uri): Promise<ReadonlySet<string>> {
  const { vscode } = services.host;
  const { signatures } = await services.signatures();
  const own = signatures.filter(({ source }) => source === 'workspace').map(({ signature }) => signature.name);
  const files = await vscode.workspace.fs.readDirectory(folder).then(
    (entries) => entries.map(([file]) => file),
    () => [],
  );
  const unsaved = vscode.workspace.textDocuments
    .filter(({ uri }) => uri.scheme === 'untitled')
    .map(({ uri }) => uri.path.split('/').at(-1) ?? '');
  const named = [...files, ...unsaved]
    .filter((file) => file.endsWith(SIGNATURE_ENDING))
    .map((file) => file.slice(0, -SIGNATURE_ENDING.length));
  return new Set([...own, ...named].map((name) => name.toLowerCase()));
}
