import type * as vscode from 'vscode';
import { type Suggestion, suggestionsAt } from '../../core/signature/complete.js';
import { fieldsInTree } from '../../core/signature/fields-in-tree.js';
import { type Analyses, MAX_LENGTH, SELECTOR } from './analysis.js';
import { words } from './markdown.js';
import { SIGNATURE_SCHEMA } from './schema.js';

/** The extension that completes and explains YAML from the schema that we contribute. */
const YAML_EXTENSION = 'redhat.vscode-yaml';
/** Where the next key, value or entry begins. */
const TRIGGERS = [' ', '{', '[', ','];

/** True when another extension reads our schema: what it says is not said twice. */
export function isSchemaRead(api: typeof vscode): boolean {
  return api.extensions.getExtension(YAML_EXTENSION) !== undefined;
}

/** Keys, values, names of fields and whole parts, where they can be written. */
export function registerCompletion(analyses: Analyses): vscode.Disposable {
  const { vscode } = analyses.host;
  const provideCompletionItems = async (document: vscode.TextDocument, position: vscode.Position) => {
    const { text, root } = await analyses.of(document);
    if (text.length > MAX_LENGTH) return [];
    const { writingPlaceAt } = await import('../../store/index.js');
    const place = writingPlaceAt(text, document.offsetAt(position));
    if (place === undefined) return [];
    const range = new vscode.Range(document.positionAt(place.start), document.positionAt(place.end));
    const isEmpty = `${text.slice(0, place.start)}${text.slice(place.end)}`.trim() === '';
    const context = { place, isEmpty, fields: fieldsInTree(root), schema: SIGNATURE_SCHEMA, withoutSchema: isSchemaRead(vscode) };
    return suggestionsAt(context).map((suggestion, index) => itemOf(vscode, suggestion, range, index));
  };
  return vscode.languages.registerCompletionItemProvider(SELECTOR, { provideCompletionItems }, ...TRIGGERS);
}

function itemOf(api: typeof vscode, suggestion: Suggestion, range: vscode.Range, index: number): vscode.CompletionItem {
  const kinds = {
    key: api.CompletionItemKind.Property,
    value: api.CompletionItemKind.EnumMember,
    field: api.CompletionItemKind.Field,
    snippet: api.CompletionItemKind.Snippet,
  };
  const item = new api.CompletionItem(suggestion.label, kinds[suggestion.kind]);
  item.insertText = new api.SnippetString(suggestion.snippet);
  item.range = range;
  item.detail = suggestion.detail;
  item.documentation = words(api, suggestion.documentation);
  // Behind a new key its values are offered at once.
  if (/: (?:\$0)?$/.test(suggestion.snippet)) item.command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };
  // In the order of the file's parts, not of the alphabet.
  item.sortText = String(index).padStart(3, '0');
  return item;
}
