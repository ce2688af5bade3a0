import type { FieldValues, Program } from '../../program/program.js';
import { placeholderInputs } from '../../signature/placeholders.js';
import type { JsonValue } from '../../text/json-schema.js';
import type { Version } from '../version.js';
import { versionName } from '../version-name.js';
import { programOf } from '../version-program.js';
import { toDspyState } from './dspy-export.js';
import { toMlflow } from './mlflow.js';
import { messagesJson, promptMarkdown, promptText, pythonSnippet, typescriptSnippet } from './plain.js';
import { type PromptfooRow, toPromptfoo } from './promptfoo.js';
import { toPrompty } from './prompty.js';
import { type PromptMessage, templateInputs } from './template.js';

/** What a version can be exported as, with a line about each. */
export const EXPORT_FORMATS = {
  text: 'the prompt with its output format, as plain text',
  markdown: 'the prompt with its output format, as Markdown',
  messages: 'the messages of a request, as JSON',
  typescript: 'a call of an OpenAI-compatible endpoint',
  python: 'a call of an OpenAI-compatible endpoint',
  dspy: 'the state of a DSPy 3 program',
  promptfoo: 'a configuration of promptfoo, with the rows of a dataset as tests',
  prompty: 'a Prompty file',
  mlflow: 'the arguments of mlflow.genai.register_prompt',
} as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

export interface ExportOptions {
  readonly format: ExportFormat;
  /** The messages that a program sends for inputs. */
  readonly render: (program: Program, inputs: FieldValues) => Promise<readonly PromptMessage[]>;
  readonly yaml: (value: { readonly [key: string]: JsonValue }) => string;
  /** Values of the inputs where these are no variables; placeholders when absent. */
  readonly inputs?: FieldValues | undefined;
  /** The tests of promptfoo. */
  readonly rows?: readonly PromptfooRow[] | undefined;
  /** The model that snippets call: the name that its endpoint knows. */
  readonly model?: string | undefined;
}

/** A version in a format of others. */
export interface ExportedVersion {
  readonly text: string;
  /** As editors call it. */
  readonly language: 'plaintext' | 'markdown' | 'json' | 'yaml' | 'typescript' | 'python';
  readonly fileName: string;
  /** What the format has no place for, a sentence each. */
  readonly notCarried: readonly string[];
}

/** Writes a version in a format of others, and says what is lost. No model is called. */
export async function exportVersion(version: Version, options: ExportOptions): Promise<ExportedVersion> {
  const { format, render, yaml, inputs, rows = [], model = 'gpt-4o-mini' } = options;
  const { signature } = version;
  const { program } = programOf(version);
  const title = `${signature.name} ${versionName(version.number)}`;
  const base = `${signature.name}-${versionName(version.number)}`;
  const sent = () => render(program, inputs ?? placeholderInputs(signature));
  const template = () => render(program, templateInputs(signature));
  const whole = (text: string, language: ExportedVersion['language'], ending: string): ExportedVersion => {
    return { text, language, fileName: `${base}.${ending}`, notCarried: [] };
  };
  switch (format) {
    case 'text':
      return whole(promptText(await sent()), 'plaintext', 'txt');
    case 'markdown':
      return whole(promptMarkdown(title, await sent()), 'markdown', 'md');
    case 'messages':
      return whole(messagesJson(await sent()), 'json', 'messages.json');
    case 'typescript':
      return whole(typescriptSnippet(await sent(), { model }), 'typescript', 'ts');
    case 'python':
      return whole(pythonSnippet(await sent(), { model }), 'python', 'py');
    case 'dspy': {
      const { state, notCarried } = toDspyState(version);
      return { text: json(state), language: 'json', fileName: `${base}.dspy.json`, notCarried };
    }
    case 'promptfoo': {
      const { config, notCarried } = toPromptfoo(version, { messages: await template(), rows });
      return { text: yaml(config), language: 'yaml', fileName: 'promptfooconfig.yaml', notCarried };
    }
    case 'prompty': {
      const { frontMatter, body, notCarried } = toPrompty(version, await template());
      return { text: `---\n${yaml(frontMatter)}---\n${body}`, language: 'markdown', fileName: `${base}.prompty`, notCarried };
    }
    case 'mlflow': {
      const { prompt, notCarried } = toMlflow(version, await template());
      return { text: json(prompt), language: 'json', fileName: `${base}.mlflow.json`, notCarried };
    }
  }
}

function json(value: JsonValue): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
