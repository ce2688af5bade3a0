import { Document, isScalar, Scalar, visit } from 'yaml';
import type { JsonValue } from '../core/text/json-schema.js';

/** Characters that a block of text cannot hold: they are written as escapes in quotes. */
export const CONTROL = /[^\n\t\x20-\x7e\x85\u00a0-\ud7ff\ue000-\ufeff\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** Plain data as YAML that reads back to the same data; texts of several lines as blocks, no line broken. */
export function printYaml(value: { readonly [key: string]: JsonValue }): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (!isScalar(node) || typeof node.value !== 'string' || !node.value.includes('\n')) return;
      node.type = CONTROL.test(node.value) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0 });
}
