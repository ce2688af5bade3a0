import type * as vscode from 'vscode';
import { isBlank, type Suggestion, suggestionsAt } from '../../core/signature/complete.js';
import { fieldsInTree } from '../../core/signature/fields-in-tree.js';
import { isInFreeText } from '../../core/text/block-text.js';
import { type Analyses, SELECTOR } from './analysis.js';
import { words } from './markdown.js';
import { SIGNATURE_SCHEMA } from './schema.js';
import { isSchemaRead } from './schema-reader.js';

/** Where the next key, value or entry begins. */
const TRIGGERS = [' ', '{', '[', ','];
/** Behind other characters a space only separates words. */
const BEFORE_SPACE = /[:\-,{[]\s*$/;
/** In longer files each suggestion would be noticed, in characters. */
const MAX_LENGTH = 256 << 10;

/** Keys, values, names of fields and whole parts, where they can be written. */
export function registerCompletion(analyses: Analyses): vscode.Disposable {
  const { vscode } = analyses.host;
  const provideCompletionItems = async (
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerCharacter }: vscode.CompletionContext,
  ) => {
    const lineAt = (line: number) => document.lineAt(line).text;
    if (triggerCharacter === ' ' && !BEFORE_SPACE.test(lineAt(position.line).slice(0, position.character))) return [];
    if (isInFreeText(lineAt, position.line, position.character)) return [];
    const text = document.getText();
    if (text.length > MAX_LENGTH) return [];
    const { writingAt } = await import('../../store/index.js');
    if (token.isCancellationRequested) return [];
    const writing = writingAt(text, document.offsetAt(position));
    if (writing === undefined) return [];
    const { place, root } = writing;
    const start = document.positionAt(place.start);
    const range = { inserting: new vscode.Range(start, position), replacing: new vscode.Range(start, document.positionAt(place.end)) };
    const context = {
      place,
      isEmpty: isBlank(`${text.slice(0, place.start)}${text.slice(place.end)}`),
      fields: fieldsInTree(root),
      schema: SIGNATURE_SCHEMA,
      withoutSchema: isSchemaRead(vscode, 'completion', document.uri),
    };
    return suggestionsAt(context).map((suggestion, index) => itemOf(vscode, suggestion, range, index));
  };
  return vscode.languages.registerCompletionItemProvider(SELECTOR, { provideCompletionItems }, ...TRIGGERS);
}

function itemOf(
  api: typeof vscode,
  suggestion: Suggestion,
  range: { inserting: vscode.Range; replacing: vscode.Range },
  index: number,
): vscode.CompletionItem {
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
