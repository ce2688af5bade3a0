import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { findSignature } from '../../core/signature/find-signature.js';
import type { LeftOutFile, SignatureLibrary } from '../../store/signatures-file.js';
import { BUILT_IN } from '../documents.js';
import type { Services } from '../services.js';
import { baseName } from './analysis.js';
import { builtInUri, fileOf, packedFile, signaturesFolder } from './places.js';

interface Choice extends vscode.QuickPickItem {
  readonly definition?: SignatureDefinition;
  readonly leftOut?: LeftOutFile;
}

/** Opens a signature of the workspace, or a built-in one, read-only. @param given its name; chosen from a list when absent */
export async function openSignature(services: Services, given?: string): Promise<void> {
  const library = await services.signatures();
  if (given !== undefined) await open(services, library, findSignature(library.signatures, given));
  else await choose(services, library);
}

/**
 * Copies a built-in signature into the workspace and opens the copy; a file that is there already is opened as it is.
 * @param which its name or its document; the active document when absent
 * @throws AtelierError `workspace.none`, `workspace.untrusted`, `signature.unknown`
 */
export async function copySignature(services: Services, which?: unknown): Promise<void> {
  const { vscode, log } = services.host;
  services.requireTrust();
  const uri = which instanceof vscode.Uri ? which : vscode.window.activeTextEditor?.document.uri;
  const name = typeof which === 'string' ? which : uri?.scheme === BUILT_IN ? baseName(uri) : undefined;
  if (name === undefined) {
    throw new AtelierError('signature.unknown', 'No built-in signature is open.', { hint: 'Open one with "Open Signature..." first.' });
  }
  const folder = signaturesFolder(services);
  const { signatures, files } = await services.signatures();
  const own = signatures.some(({ signature, source }) => signature.name === name && source === 'workspace') ? files.get(name) : undefined;
  // A copy would go before it, or be left out, by the order of their files alone.
  if (own !== undefined) {
    tellKept(services, name);
    await vscode.window.showTextDocument(vscode.Uri.file(own), { preview: false });
    return;
  }
  const target = fileOf(folder, name);
  try {
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.copy(packedFile(services, name), target, { overwrite: false });
    log.info(`Signature ${name} copied to ${vscode.workspace.asRelativePath(target)}`);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    if (error.code === 'FileNotFound') {
      const hint = 'Choose one from the list of "Open Signature...".';
      throw new AtelierError('signature.unknown', `There is no built-in signature "${name}".`, { hint, cause: error });
    }
    if (error.code !== 'FileExists') {
      const hint = 'Check that the folder can be written to.';
      throw new AtelierError('data.not_writable', `${vscode.workspace.asRelativePath(target)} was not written.`, { hint, cause: error });
    }
    tellKept(services, name);
  }
  await vscode.window.showTextDocument(target, { preview: false });
}

function tellKept({ host }: Services, name: string): void {
  host.vscode.window.setStatusBarMessage(`$(info) ${name} was in the workspace already: nothing was copied`, 5000);
}

async function choose(services: Services, library: SignatureLibrary): Promise<void> {
  const { vscode } = services.host;
  const copy: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('copy'), tooltip: 'Copy to Workspace' };
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = 'Open Signature';
  pick.placeholder = 'A signature of the workspace, or a built-in one to read';
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const group = (source: SignatureDefinition['source'], label: string): Choice[] => {
    const found = library.signatures.filter((definition) => definition.source === source);
    if (found.length === 0) return [];
    const buttons = source === 'built-in' && vscode.workspace.isTrusted ? [copy] : [];
    const items = found.map((definition) => ({
      label: `$(symbol-interface) ${definition.signature.name}`,
      description: definition.signature.description,
      buttons,
      definition,
    }));
    return [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
  };
  const broken = library.leftOut.map(
    (leftOut): Choice => ({
      label: `$(warning) ${baseName(vscode.Uri.file(leftOut.file))}`,
      description: leftOut.problem.message,
      detail: leftOut.problem.hint,
      leftOut,
    }),
  );
  const brokenTitle: Choice[] = broken.length === 0 ? [] : [{ label: 'Left out', kind: vscode.QuickPickItemKind.Separator }];
  pick.items = [...group('workspace', 'Workspace'), ...brokenTitle, ...broken, ...group('built-in', 'Built-in')];
  const chosen = await new Promise<{ item: Choice; copies: boolean } | undefined>((resolve) => {
    pick.onDidAccept(() => resolve({ item: pick.selectedItems[0] ?? { label: '' }, copies: false }));
    pick.onDidTriggerItemButton(({ item }) => resolve({ item, copies: true }));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  const { definition, leftOut } = chosen?.item ?? {};
  if (leftOut !== undefined) await openBroken(services, leftOut);
  else if (definition !== undefined && chosen?.copies === true) await copySignature(services, definition.signature.name);
  else if (definition !== undefined) await open(services, library, definition);
}

async function openBroken({ host }: Services, { file, problem }: LeftOutFile): Promise<void> {
  const { vscode } = host;
  const place = new vscode.Position(problem.line - 1, (problem.column ?? 1) - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false, selection: new vscode.Range(place, place) });
}

async function open(services: Services, { files }: SignatureLibrary, { signature, source }: SignatureDefinition): Promise<void> {
  const { vscode } = services.host;
  const file = files.get(signature.name);
  const uri = source === 'built-in' || file === undefined ? builtInUri(vscode, signature.name) : vscode.Uri.file(file);
  await vscode.window.showTextDocument(uri, { preview: false });
}
