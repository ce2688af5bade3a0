import { type FieldValue, type FieldValues, textOf } from '../../program/program.js';
import { labelOf } from '../../signature/labels.js';
import type { Field } from '../../signature/signature.js';
import type { JsonValue } from '../../text/json-schema.js';
import type { Version } from '../version.js';
import { versionName } from '../version-name.js';
import { imagesNotCarried, JINJA, type PromptMessage, templateOf } from './template.js';

/** A row of the dataset. */
export interface PromptfooRow {
  readonly inputs: FieldValues;
  /** Its labels. */
  readonly expected: FieldValues;
}

export interface PromptfooOptions {
  /** Rendered with `templateInputs`. */
  readonly messages: readonly PromptMessage[];
  readonly rows: readonly PromptfooRow[];
  /** As promptfoo names providers: `openai:gpt-4o-mini`. */
  readonly provider?: string | undefined;
}

/** Where nobody said which. */
const PROVIDER = 'openai:gpt-4o-mini';
/** How much of a free text an answer must share with its label (ROUGE-N, 0..1). */
const OVERLAP = 0.5;

/**
 * A configuration of promptfoo, to be written as `promptfooconfig.yaml`: the prompt as JSON of its messages with `{{ variables }}`
 * (Nunjucks), a test per row, and asserts from the labels. Braces in texts and values are printed by Nunjucks, which also renders values.
 * @returns also what promptfoo has no place for, a sentence each
 */
export function toPromptfoo(
  version: Version,
  options: PromptfooOptions,
): { config: { readonly [key: string]: JsonValue }; notCarried: string[] } {
  const { signature, settings } = version;
  const { messages, rows, provider = PROVIDER } = options;
  const title = `${signature.name} ${versionName(version.number)}`;
  const template = templateOf(messages, signature, JINJA);
  const notCarried = imagesNotCarried(signature);
  if (options.provider === undefined) notCarried.push(`The model: ${PROVIDER} stands for it.`);
  const unchecked = new Set<string>();
  const tests = rows.map(({ inputs, expected }) => {
    const vars = signature.inputs.filter(({ type }) => type !== 'image').map(({ name }) => [name, variableText(inputs[name])]);
    const asserts = signature.outputs.flatMap((field) => {
      const label = expected[field.name];
      if (label === undefined || label === null) return [];
      const found = assertOf(field, label);
      if (found === undefined) unchecked.add(field.name);
      return found ?? [];
    });
    return { vars: Object.fromEntries(vars) as { [name: string]: string }, ...(asserts.length === 0 ? {} : { assert: asserts }) };
  });
  for (const name of unchecked) notCarried.push(`The labels of ${name}: promptfoo has no assert for such values.`);
  const isFile = tests.some(({ vars }) => Object.values(vars).some((text) => /^(?:file|package):/.test(text)));
  if (isFile) notCarried.push('Inputs that begin with "file:" or "package:": promptfoo reads what they name.');
  const config = {
    ...(settings?.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...(settings?.maxTokens === undefined ? {} : { max_tokens: settings.maxTokens }),
  };
  return {
    config: {
      description: title,
      // Several lines: promptfoo takes a text of one line with a "/" for the name of a file.
      prompts: [{ label: title, raw: JSON.stringify(template, null, 2) }],
      providers: [Object.keys(config).length === 0 ? provider : { id: provider, config }],
      // A list is a value here, not one test for each of its items.
      defaultTest: { options: { disableVarExpansion: true } },
      tests,
    },
    notCarried,
  };
}

function variableText(value: FieldValue | undefined): string {
  return JINJA.literal(textOf(value));
}

/** What an answer in our output format must have: a line with the label, or much of a free text. */
function assertOf(field: Field, label: FieldValue): { readonly [key: string]: JsonValue } | undefined {
  if (field.array === true || field.type === 'json' || field.type === 'object') return undefined;
  if (field.type === 'string' || field.type === 'code') {
    return { type: 'rouge-n', value: JINJA.literal(textOf(label)), threshold: OVERLAP };
  }
  const name = [...new Set([field.name, labelOf(field.name)])].map(literalPattern).join('|');
  const pattern = `(?:^|\\n)[\\s*]*(?:${name})[\\s*]*:[\\s*]*${literalPattern(textOf(label))}[\\s*.]*(?:\\n|$)`;
  return { type: 'regex', value: JINJA.literal(pattern) };
}

function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
