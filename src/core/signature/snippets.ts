import type { SourcePath } from '../text/source-tree.js';
import type { WrittenField } from './fields-in-tree.js';
import { FIELD_TYPES, type Field, MODULES } from './signature.js';

const TYPES = FIELD_TYPES.join(',');

/** A field on one line. */
export const FIELD_SNIPPET = `{name: \${1:name}, type: \${2|${TYPES}|}, description: \${3:What it holds}}`;

/** A whole file; `$0` is where the cursor ends. */
export const SIGNATURE_SNIPPET = signatureSnippet(`\${1:my_signature}`);

/** A whole file. @param name the name, or a place for it */
export function signatureSnippet(name: string): string {
  return `name: ${name}
description: \${2:What it does, in one sentence.}
instructions: |
  \${3:How it is to be done: what matters, what to leave out, what to do in doubt.}
input_fields:
  - {name: \${4:text}, type: string, description: \${5:What is given}}
output_fields:
  - {name: \${6:answer}, type: \${7|${TYPES}|}, description: \${8:What is wanted}}
module: \${9|${MODULES.join(',')}|}
$0`;
}

/** A text as a snippet that is nothing but this text. */
export function plain(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** A text as a YAML value: in quotes where it would be read as something else. */
export function literal(text: string): string {
  const isWord =
    /^[\p{L}_](?:[\p{L}\p{M}\p{N}_ /.-]*[\p{L}\p{M}\p{N}_])?$/u.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text);
  return isWord ? text : JSON.stringify(text);
}

/** A key with the beginning of its value. */
export function keySnippet(key: string, path: SourcePath, isFlow: boolean): string {
  if (path.length === 0 && !isFlow) {
    if (key === 'instructions') return 'instructions: |\n  $0';
    if (key === 'input_fields' || key === 'output_fields') return `${key}:\n  - ${FIELD_SNIPPET}$0`;
    if (key === 'module') return `module: \${1|${MODULES.join(',')}|}$0`;
    if (key === 'examples') return 'examples:\n  - $0';
    if (key === 'optimization') return 'optimization:\n  $0';
  }
  if (key === 'options') return 'options: [$1]$0';
  return `${key}: $0`;
}

/**
 * An example with all the fields of the file: in its own lines, or in braces where it must stay on one.
 * @param indent how much further in than its first line the others begin, in characters
 */
export function exampleSnippet(fields: readonly WrittenField[], indent: number, isFlow: boolean): string {
  const pairs = fields.map(({ field }, index) => `${plain(field.name)}: ${valueSnippet(field, index + 1)}`);
  return isFlow ? `{${pairs.join(', ')}}` : pairs.join(`\n${' '.repeat(indent)}`);
}

function valueSnippet(field: Field, index: number): string {
  const options = field.type === 'boolean' ? ['true', 'false'] : (field.options ?? []).map(literal);
  const value =
    options.length === 0 ? `$${index}` : `\${${index}|${options.map((option) => option.replace(/[\\$},|]/g, '\\$&')).join(',')}|}`;
  return field.array === true ? `[${value}]` : value;
}
