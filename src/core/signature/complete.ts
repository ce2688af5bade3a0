import type { JsonSchema } from '../text/json-schema.js';
import type { SourcePath, WritingPlace } from '../text/source-tree.js';
import { describeField, fieldOfExampleKey, type WrittenField } from './fields-in-tree.js';
import { descriptionAt, keysAt, valuesAt } from './schema-at.js';
import { type Field, REASONING } from './signature.js';
import { exampleSnippet, FIELD_SNIPPET, keySnippet, literal, plain, SIGNATURE_SNIPPET } from './snippets.js';

/** Something to write at the cursor. */
export interface Suggestion {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'snippet' | 'field';
  /** In the syntax of snippets. */
  readonly snippet: string;
  readonly detail: string;
  readonly documentation: string;
}

export interface CompletionContext {
  readonly place: WritingPlace;
  /** The file says nothing yet but the word at the cursor: see {@link isBlank}. */
  readonly isEmpty: boolean;
  readonly fields: readonly WrittenField[];
  readonly schema: JsonSchema;
  /** Somebody else offers what the schema alone says. */
  readonly withoutSchema: boolean;
}

/** What can be written at a place of a signature file. */
export function suggestionsAt(context: CompletionContext): Suggestion[] {
  const { place, isEmpty, withoutSchema } = context;
  const snippets = isEmpty ? [signature()] : snippetsAt(context);
  if (place.path[0] === 'examples' && place.path.length > 1) return [...snippets, ...inExample(context)];
  if (withoutSchema) return snippets;
  return [...snippets, ...(place.role === 'key' || isEmpty || place.isNewItem ? keys(context) : values(context, place.path))];
}

/** True for a text that says nothing yet: white space and comments. */
export function isBlank(text: string): boolean {
  return text.replace(/^[ \t]*#.*$/gm, '').trim() === '';
}

function signature(): Suggestion {
  const documentation = 'A whole signature: name, instructions, an input and an output.';
  return { label: 'New signature', kind: 'snippet', snippet: SIGNATURE_SNIPPET, detail: 'Prompt Atelier', documentation };
}

/** New entries of the lists. */
function snippetsAt({ place, fields, schema }: CompletionContext): Suggestion[] {
  const part = place.listAbove ?? place.path[0];
  const [, index, ...rest] = place.path;
  const isEntry = typeof index === 'number' && rest.length === 0 && place.isNewItem;
  // Directly below the key the list has not begun: the first "- " is still to be written.
  const isEmptyList = index === undefined && place.role === 'key' && place.path.length === 1 && place.keys.length === 0 && !place.isFlow;
  if (!isEntry && !isEmptyList && place.listAbove === undefined) return [];
  const dash = place.needsDash || !isEntry ? '- ' : '';
  const base = { kind: 'snippet', detail: 'Prompt Atelier', documentation: descriptionAt(schema, [String(part), 0]) } as const;
  if (part === 'input_fields' || part === 'output_fields') {
    return [{ ...base, label: 'New field', snippet: `${dash}${FIELD_SNIPPET}` }];
  }
  if (part !== 'examples' || fields.length === 0) return [];
  const indent = dash === '' ? place.indent : dash.length;
  return [{ ...base, label: 'New example', snippet: `${dash}${exampleSnippet(fields, indent, place.isFlow)}` }];
}

function keys({ place, schema, isEmpty }: CompletionContext): Suggestion[] {
  const path = isEmpty ? [] : place.path;
  if (place.needsDash) return [];
  return keysAt(schema, path)
    .filter((key) => !place.keys.includes(key))
    .map((key) => ({
      label: key,
      kind: 'key',
      snippet: place.hasColon ? key : keySnippet(key, path, place.isFlow),
      detail: '',
      documentation: descriptionAt(schema, [...path, key]),
    }));
}

function values({ schema }: CompletionContext, path: SourcePath): Suggestion[] {
  return valuesAt(schema, path).map(({ value, description }) => ({
    label: value,
    kind: 'value',
    snippet: plain(value),
    detail: '',
    documentation: description === '' ? descriptionAt(schema, path) : description,
  }));
}

/** Names of fields, and the values of those that have few. */
function inExample({ place, fields, schema, withoutSchema }: CompletionContext): Suggestion[] {
  const [, , ...rest] = place.path;
  if (place.role === 'key' || rest.length === 0) {
    const side = rest[0] === 'inputs' ? 'input' : rest[0] === 'outputs' ? 'output' : undefined;
    if (rest.length > (side === undefined ? 0 : 1)) return [];
    const named = fields
      .filter((known) => (side === undefined || known.side === side) && !place.keys.includes(known.field.name))
      .map(
        (known): Suggestion => ({
          label: known.field.name,
          kind: 'field',
          snippet: place.hasColon ? plain(known.field.name) : `${plain(known.field.name)}: `,
          detail: describeField(known),
          documentation: known.field.description,
        }),
      );
    const has = (name: string) => fields.some(({ field }) => field.name === name) || place.keys.includes(name);
    const others = withoutSchema || side !== undefined ? [] : ['inputs', 'outputs', REASONING].filter((key) => !has(key));
    return [
      ...named,
      ...others.map((key): Suggestion => {
        const documentation = descriptionAt(schema, ['examples', 0, key]);
        return { label: key, kind: 'key', snippet: place.hasColon ? key : `${key}: `, detail: '', documentation };
      }),
    ];
  }
  const key = rest.findLastIndex((step) => typeof step === 'string');
  const known = fieldOfExampleKey(fields, place.path.slice(0, 3 + key));
  return known === undefined ? [] : valuesOf(known.field).map((value) => ofField(value, known, place.isQuoted));
}

function valuesOf(field: Field): readonly string[] {
  return field.type === 'boolean' ? ['true', 'false'] : (field.options ?? []);
}

function ofField(value: string, known: WrittenField, isQuoted: boolean): Suggestion {
  const snippet = plain(isQuoted || known.field.type === 'boolean' ? value : literal(value));
  return { label: value, kind: 'value', snippet, detail: describeField(known), documentation: known.field.description };
}
