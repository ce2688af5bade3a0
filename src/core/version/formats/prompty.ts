import type { Field, FieldType } from '../../signature/signature.js';
import type { JsonValue } from '../../text/json-schema.js';
import type { Version } from '../version.js';
import { versionName } from '../version-name.js';
import { imagesNotCarried, JINJA, type PromptMessage, templateOf } from './template.js';

/** A line that Prompty takes for the beginning of a message. */
const ROLE_LINE = /^(\s*#?\s*)(system|user|assistant|developer|function|tool)(\s*(?:\[[^\]\n]*\])?\s*:\s*)$/gim;
/** Keeps such a line from being one; nobody sees it. */
const WORD_JOINER = '\u2060';

const TYPES: Readonly<Partial<Record<FieldType, string>>> = {
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  json: 'object',
  object: 'object',
};

/**
 * A version as a Prompty file: YAML between `---` lines, then the messages with their roles (Jinja2).
 * @param messages rendered with `templateInputs`
 * @returns the front matter as data, what stands behind it, and what Prompty has no place for, a sentence each
 */
export function toPrompty(
  version: Version,
  messages: readonly PromptMessage[],
  model?: string,
): { frontMatter: { readonly [key: string]: JsonValue }; body: string; notCarried: string[] } {
  const { signature, settings } = version;
  const notCarried = imagesNotCarried(signature);
  const parameters = {
    ...(settings?.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...(settings?.maxTokens === undefined ? {} : { max_tokens: settings.maxTokens }),
  };
  const template = templateOf(messages, signature, JINJA);
  if (template.some(({ content }) => content.search(ROLE_LINE) >= 0)) {
    notCarried.push(
      'Lines such as "user:" within a message, word for word: a word joiner (U+2060) keeps Prompty from beginning a message there.',
    );
  }
  if (template.some(({ content }) => content !== content.trim())) notCarried.push('Blanks at the ends of messages.');
  const body = template.map(({ role, content }) => `${role}:\n${content.trim().replace(ROLE_LINE, `$1$2${WORD_JOINER}$3`)}\n`).join('\n');
  return {
    frontMatter: {
      name: `${signature.name} ${versionName(version.number)}`,
      description: signature.description,
      authors: [version.author],
      model: {
        api: 'chat',
        // The key and the name of the model come from whoever runs it.
        configuration: { type: 'openai', name: model ?? `\${env:OPENAI_MODEL}` },
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      },
      inputs: Object.fromEntries(signature.inputs.filter(({ type }) => type !== 'image').map((field) => [field.name, inputOf(field)])),
      template: 'jinja2',
    },
    body,
    notCarried,
  };
}

function inputOf({ type, array, description }: Field): { readonly [key: string]: JsonValue } {
  return { type: array === true ? 'array' : (TYPES[type] ?? 'string'), ...(description === '' ? {} : { description }) };
}
