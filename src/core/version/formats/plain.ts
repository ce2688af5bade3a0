import type { VersionSettings } from '../version.js';
import { fenced } from '../version-document.js';
import type { PromptMessage } from './template.js';

/** What a snippet sends beside the messages. */
export interface SnippetOptions {
  readonly model: string;
  /** Of an OpenAI-compatible endpoint; OpenAI's own when absent. */
  readonly baseUrl?: string | undefined;
  readonly settings?: VersionSettings | undefined;
}

const OPENAI = 'https://api.openai.com/v1';

/** Messages as plain text, whole: with the contract of the answer's format, without which a prompt scores far less elsewhere. */
export function promptText(messages: readonly PromptMessage[]): string {
  return `${messages.map(({ role, content }) => `${role.toUpperCase()}:\n${content.trimEnd()}`).join('\n\n')}\n`;
}

/** Messages as Markdown, each in a fence: what is in them is shown as text. */
export function promptMarkdown(title: string, messages: readonly PromptMessage[]): string {
  const parts = messages.map(({ role, content }) => `## ${role}\n\n${fenced(content.split('\n'))}`);
  return `${[`# ${title.replace(/[^\p{L}\p{N} _.-]/gu, '')}`, ...parts].join('\n\n')}\n`;
}

/** Messages as JSON, as chat endpoints take them. */
export function messagesJson(messages: readonly PromptMessage[]): string {
  return `${JSON.stringify(
    messages.map(({ role, content }) => ({ role, content })),
    null,
    2,
  )}\n`;
}

/** A call of an OpenAI-compatible endpoint in TypeScript, without a library; the key comes from the environment. */
export function typescriptSnippet(messages: readonly PromptMessage[], options: SnippetOptions): string {
  const body = indented(JSON.stringify(bodyOf(messages, options), null, 2));
  return `const response = await fetch(${JSON.stringify(`${urlOf(options)}/chat/completions`)}, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: \`Bearer \${process.env.OPENAI_API_KEY}\` },
  body: JSON.stringify(${body}),
});
if (!response.ok) throw new Error(\`\${response.status} \${await response.text()}\`);
const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
console.log(choices[0]?.message.content);
`;
}

/** The same in Python, with its standard library alone. */
export function pythonSnippet(messages: readonly PromptMessage[], options: SnippetOptions): string {
  // JSON of texts, numbers, lists and maps is Python, too.
  const body = JSON.stringify(bodyOf(messages, options), null, 4);
  return `import json
import os
import urllib.request

body = ${body}
request = urllib.request.Request(
    ${JSON.stringify(`${urlOf(options)}/chat/completions`)},
    data=json.dumps(body).encode(),
    headers={"Content-Type": "application/json", "Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response)["choices"][0]["message"]["content"])
`;
}

function bodyOf(messages: readonly PromptMessage[], { model, settings }: SnippetOptions): object {
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(settings?.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...(settings?.maxTokens === undefined ? {} : { max_tokens: settings.maxTokens }),
  };
}

function urlOf({ baseUrl = OPENAI }: SnippetOptions): string {
  return baseUrl.replace(/\/+$/, '');
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
