import type * as vscode from 'vscode';
import { describeField, fieldOfExampleKey, fieldsInTree } from '../../core/signature/fields-in-tree.js';
import { printOneLine } from '../../core/signature/print-one-line.js';
import { descriptionAt, valuesAt } from '../../core/signature/schema-at.js';
import { type Spot, spotAt } from '../../core/text/source-tree.js';
import { type Analyses, type Analysis, SELECTOR } from './analysis.js';
import { words } from './markdown.js';
import { SIGNATURE_SCHEMA } from './schema.js';
import { isSchemaRead } from './schema-reader.js';

/** What a hover says: code of the file, and words. Both are shown as plain text. */
interface Said {
  readonly code: string;
  readonly words: string;
}

/** Explains keys, values and fields. */
export function registerHover(analyses: Analyses): vscode.Disposable {
  const { vscode } = analyses.host;
  const provideHover = async (document: vscode.TextDocument, position: vscode.Position) => {
    const analysis = await analyses.of(document);
    const spot = spotAt(analysis.root, document.offsetAt(position));
    if (spot === undefined) return undefined;
    const said = sayAbout(spot, analysis) ?? (isSchemaRead(vscode, 'hover', document.uri) ? undefined : fromSchema(spot));
    if (said === undefined) return undefined;
    const parts = [
      ...(said.code === '' ? [] : [new vscode.MarkdownString().appendCodeblock(said.code, 'text')]),
      ...(said.words === '' ? [] : [words(vscode, said.words)]),
    ];
    const range = new vscode.Range(document.positionAt(spot.start), document.positionAt(spot.end));
    return parts.length === 0 ? undefined : new vscode.Hover(parts, range);
  };
  return vscode.languages.registerHoverProvider(SELECTOR, { provideHover });
}

/** What only this file says. */
function sayAbout({ path, role, node }: Spot, { root, file }: Analysis): Said | undefined {
  const [part, index, key] = path;
  if (part === 'name' && path.length === 1 && file.definition !== undefined) {
    const { signature } = file.definition;
    return { code: printOneLine({ ...signature, description: '' }), words: signature.description };
  }
  const fields = fieldsInTree(root);
  const isName = role === 'value' && (part === 'input_fields' || part === 'output_fields') && key === 'name' && path.length === 3;
  const side = part === 'input_fields' ? 'input' : 'output';
  const known = isName
    ? fields.find((field) => field.side === side && node.kind === 'value' && field.field.name === node.value)
    : role === 'key' && index !== undefined
      ? fieldOfExampleKey(fields, path)
      : undefined;
  return known === undefined ? undefined : { code: describeField(known), words: known.field.description };
}

/** What all signature files have in common. */
function fromSchema({ path, role, node }: Spot): Said | undefined {
  if (role === 'key') return { code: '', words: descriptionAt(SIGNATURE_SCHEMA, path) };
  if (node.kind !== 'value') return undefined;
  const [, item, brackets] = /^(.*?)(\[\])?$/.exec(String(node.value)) ?? [];
  const meaning = valuesAt(SIGNATURE_SCHEMA, path).find(({ value }) => value === item)?.description ?? '';
  return { code: '', words: meaning === '' || brackets === undefined ? meaning : `A list. Each: ${meaning}` };
}
