import type * as vscode from 'vscode';
import { type OutlineItem, outlineOf } from '../../core/signature/outline.js';
import { type Analyses, SELECTOR } from './analysis.js';

/** Inputs, outputs and examples in the Outline view, in breadcrumbs and in Go to Symbol. */
export function registerOutline(analyses: Analyses): vscode.Disposable {
  const { vscode } = analyses.host;
  const provideDocumentSymbols = async (document: vscode.TextDocument) => {
    const { text, root } = await analyses.of(document);
    const outline = outlineOf(root, text.trimEnd().length);
    return outline === undefined ? [] : [symbolOf(vscode, document, outline)];
  };
  return vscode.languages.registerDocumentSymbolProvider(SELECTOR, { provideDocumentSymbols }, { label: 'Signature' });
}

function symbolOf(api: typeof vscode, document: vscode.TextDocument, item: OutlineItem): vscode.DocumentSymbol {
  const kinds: Record<OutlineItem['kind'], vscode.SymbolKind> = {
    signature: api.SymbolKind.Interface,
    text: api.SymbolKind.String,
    fields: api.SymbolKind.Struct,
    field: api.SymbolKind.Field,
    examples: api.SymbolKind.Array,
    example: api.SymbolKind.Object,
  };
  const rangeOf = (start: number, end: number) => new api.Range(document.positionAt(start), document.positionAt(end));
  const whole = rangeOf(item.start, item.end);
  const named = rangeOf(item.nameStart, item.nameEnd);
  const symbol = new api.DocumentSymbol(item.name, item.detail, kinds[item.kind], whole.union(named), named);
  symbol.children = item.children.map((child) => symbolOf(api, document, child));
  return symbol;
}
