import type { JsonValue } from '../../text/json-schema.js';
import type { Version } from '../version.js';
import { versionName } from '../version-name.js';
import { imagesNotCarried, type PromptMessage, type TemplateSyntax, templateOf } from './template.js';

/** MLflow's variables have no escape: what looks like one is taken apart by a blank. */
const VARIABLE = /\{\{(?=\s*[A-Za-z_][\w.]*\s*\}\})/g;
const MLFLOW: TemplateSyntax = { variable: (name) => `{{ ${name} }}`, literal: (text) => text.replace(VARIABLE, '{ {') };

/**
 * A version as the arguments of `mlflow.genai.register_prompt` (name, template, commit_message, tags), with the settings of the model
 * beside them.
 * @param messages rendered with `templateInputs`
 * @returns also what MLflow has no place for, a sentence each
 */
export function toMlflow(
  version: Version,
  messages: readonly PromptMessage[],
): { prompt: { readonly [key: string]: JsonValue }; notCarried: string[] } {
  const { signature, settings, scores, optimizer, scope, student, hash, created, author } = version;
  const { own } = scores;
  const notCarried = imagesNotCarried(signature);
  const odd = signature.inputs.map(({ name }) => name).filter((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (odd.length > 0) notCarried.push(`The inputs ${odd.join(', ')}: MLflow knows only variables of letters a to z, digits and "_".`);
  if (messages.some(({ content }) => content.search(VARIABLE) >= 0)) {
    notCarried.push('Texts such as "{{ name }}" within the prompt, word for word: MLflow would take them for variables.');
  }
  const tags: Readonly<Record<string, string | undefined>> = {
    'atelier.version': versionName(version.number),
    'atelier.content_hash': hash,
    'atelier.created': created,
    'atelier.author': author,
    'atelier.optimizer': optimizer?.name,
    'atelier.student': student,
    'atelier.taste': scope.taste,
    'atelier.user': scope.user,
    'atelier.metric': own?.metric,
    'atelier.score': own === undefined ? undefined : String(own.score),
    'atelier.interval': own === undefined ? undefined : `${own.interval[0]}..${own.interval[1]}`,
    'atelier.n': own === undefined ? undefined : String(own.n),
  };
  const config = {
    ...(settings?.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...(settings?.maxTokens === undefined ? {} : { max_tokens: settings.maxTokens }),
  };
  return {
    prompt: {
      name: signature.name,
      template: templateOf(messages, signature, MLFLOW).map(({ role, content }) => ({ role, content })),
      commit_message: version.note ?? version.changes ?? `${signature.name} ${versionName(version.number)}`,
      tags: Object.fromEntries(Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      ...(Object.keys(config).length === 0 ? {} : { model_config: config }),
    },
    notCarried,
  };
}
