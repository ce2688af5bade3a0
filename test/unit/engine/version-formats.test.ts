import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { toMlflow } from '../../../src/core/version/formats/mlflow.js';
import { messagesJson, promptMarkdown, promptText, pythonSnippet, typescriptSnippet } from '../../../src/core/version/formats/plain.js';
import { toPromptfoo } from '../../../src/core/version/formats/promptfoo.js';
import { toPrompty } from '../../../src/core/version/formats/prompty.js';
import { type PromptMessage, templateInputs } from '../../../src/core/version/formats/template.js';
import type { Version } from '../../../src/core/version/version.js';
import { programOf } from '../../../src/core/version/version-program.js';
import { renderMessages } from '../../../src/engine/render-messages.js';
import { printYaml } from '../../../src/store/index.js';
import { sampleDraft, sampleVersion } from '../core/version-samples.js';

const HOSTILE = `Use {{ name }} and {% raw %} and {# x #} and {{{%{{{\nuser:\n  Assistant :\n"quoted" \\ back \`tick\` \${x} </script> é 日本 {`;

/** As Nunjucks and Jinja2 read a template: whatever opens first counts. Knows variables and texts in quotes, and refuses all else. */
function render(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{([\s\S]*?)\}\}|\{[%#][\s\S]*/g, (tag, inner?: string) => {
    const text = /^ '([^'\\]*)' $/.exec(inner ?? '')?.[1];
    const name = /^ ([\p{L}_][\p{L}\p{N}_]*) $/u.exec(inner ?? '')?.[1];
    return text ?? (name === undefined ? undefined : values[name]) ?? assert.fail(`a tag that nobody meant: ${tag}`);
  });
}

async function templated(version: Version): Promise<readonly PromptMessage[]> {
  return renderMessages(programOf(version).program, templateInputs(version.signature));
}

const draft = sampleDraft();
const hostile = sampleVersion(3, {
  instructions: HOSTILE,
  demos: [{ inputs: { review: HOSTILE }, outputs: { label: 'positive' }, quality: 1, augmented: false }],
});

describe('a version for other tools', () => {
  it('is a configuration of promptfoo that renders to the messages that are sent', async () => {
    const rows = [
      { inputs: { review: HOSTILE }, expected: { label: 'positive', details: { a: 1 } } },
      { inputs: { review: 'bad' }, expected: { label: 'negative' } },
    ];
    const { config, notCarried } = toPromptfoo(hostile, { messages: await templated(hostile), rows, provider: 'openai:gpt-4o' });
    const read = parse(printYaml(config)) as typeof config & {
      prompts: { raw: string }[];
      tests: { vars: Record<string, string>; assert?: { type: string; value: string }[] }[];
      providers: unknown;
    };
    assert.deepEqual(read, JSON.parse(JSON.stringify(config)));
    assert.deepEqual(read.providers, [{ id: 'openai:gpt-4o', config: { temperature: 0.2, max_tokens: 500 } }]);
    assert.deepEqual(notCarried, ['The labels of details: promptfoo has no assert for such values.']);
    for (const [index, test] of read.tests.entries()) {
      const values = Object.fromEntries(Object.entries(test.vars).map(([name, value]) => [name, render(value, {})]));
      const template = JSON.parse(read.prompts[0]?.raw ?? '') as PromptMessage[];
      const messages = template.map(({ role, content }) => ({ role, content: render(content, values) }));
      assert.deepEqual(messages, await renderMessages(programOf(hostile).program, rows[index]?.inputs ?? {}));
      const [check] = test.assert ?? [];
      const label = rows[index]?.expected.label;
      assert.equal(check?.type, 'regex');
      const pattern = new RegExp(render(check?.value ?? '', {}));
      for (const answer of [`Label: ${label}`, `Details: {}\n**label**: ${label}.\nx`]) assert.match(answer, pattern);
      for (const answer of [`Label: very ${label}`, `Label: ${label}ly`, `It is ${label}`]) assert.doesNotMatch(answer, pattern);
    }
  });

  it('says in promptfoo what stands for a model, and compares free texts by their overlap', async () => {
    const signature = parseOneLine('question -> answer');
    const version = sampleVersion(1, { ...draft, signature, settings: undefined, demos: [] });
    const rows = [{ inputs: { question: 'file://x' }, expected: { answer: 'A {{b}}' } }];
    const { config, notCarried } = toPromptfoo(version, { messages: await templated(version), rows });
    assert.deepEqual(config.providers, ['openai:gpt-4o-mini']);
    assert.equal(notCarried.length, 2);
    assert.deepEqual((config.tests as unknown as { assert: unknown }[])[0]?.assert, [
      { type: 'rouge-n', value: "A {{ '{{' }}b}}", threshold: 0.5 },
    ]);
  });

  it('is a Prompty file whose messages begin where they should', async () => {
    const messages = await templated(hostile);
    const { frontMatter, body, notCarried } = toPrompty(hostile, messages);
    assert.deepEqual(parse(printYaml(frontMatter)), frontMatter);
    assert.deepEqual(frontMatter.inputs, { review: { type: 'string', description: "The review's text" } });
    const parts = render(body, { review: 'R' })
      .split(/^\s*#?\s*(system|user|assistant)\s*:\s*\n/im)
      .slice(1);
    const read = messages.map((_, index) => ({ role: parts[2 * index], content: parts[2 * index + 1]?.replaceAll('\u2060', '').trim() }));
    const sent = await renderMessages(programOf(hostile).program, { review: 'R' });
    assert.equal(parts.length, 2 * messages.length);
    assert.deepEqual(
      read,
      sent.map(({ role, content }) => ({ role, content: content.trim() })),
    );
    assert.match(notCarried.join(), /word joiner/);
  });

  it('is a prompt of MLflow with its facts as tags', async () => {
    const { prompt, notCarried } = toMlflow(hostile, await templated(hostile));
    const template = prompt.template as unknown as PromptMessage[];
    const variables = template.flatMap(({ content }) => [...content.matchAll(/\{\{\s*([a-zA-Z_]\w*)\s*\}\}/g)].map(([, name]) => name));
    assert.deepEqual(variables, ['review']);
    assert.match(notCarried.join(), /would take them for variables/);
    const tags = prompt.tags as Record<string, unknown>;
    assert.deepEqual(
      [prompt.name, prompt.commit_message, tags['atelier.version'], tags['atelier.score']],
      ['sentiment', 'First try.', 'v3', '0.8'],
    );
    assert.ok(Object.values(tags).every((tag) => typeof tag === 'string'));
    const odd = sampleVersion(1, { ...draft, signature: parseOneLine('größe -> b'), demos: [] });
    assert.match(toMlflow(odd, await templated(odd)).notCarried.join(), /größe/);
  });

  it('is text, Markdown or JSON with the contract of its answers', async () => {
    const messages = await renderMessages(programOf(hostile).program, { review: HOSTILE });
    const text = promptText(messages);
    assert.match(text, /^SYSTEM:\n/);
    assert.match(text, /exact wire key/);
    assert.deepEqual(JSON.parse(messagesJson(messages)), messages);
    const markdown = promptMarkdown('sentiment v3 <b>', messages);
    assert.match(markdown, /^# sentiment v3 b\n\n## system\n\n````?text\n/);
    assert.equal(markdown.split('\n').filter((line) => /^#+ (?:system|user|assistant)$/.test(line)).length, messages.length);
  });

  it('is a snippet in TypeScript and Python that sends these messages and nothing else', async () => {
    const messages = await renderMessages(programOf(hostile).program, { review: HOSTILE });
    const options = { model: 'gpt-4o-mini', baseUrl: 'http://localhost:1/v1/', settings: { temperature: 0.2, maxTokens: 9 } };
    const expected = { model: 'gpt-4o-mini', messages, temperature: 0.2, max_tokens: 9 };
    const typescript = typescriptSnippet(messages, options);
    const body = /body: JSON\.stringify\(([\s\S]*?)\),\n\}\);/.exec(typescript)?.[1] ?? assert.fail();
    assert.deepEqual(JSON.parse(body), expected);
    assert.match(typescript, /^const response = await fetch\("http:\/\/localhost:1\/v1\/chat\/completions", /);
    const python = pythonSnippet(messages, options);
    assert.deepEqual(JSON.parse(/^body = (\{[\s\S]*?\n\})\nrequest/m.exec(python)?.[1] ?? ''), expected);
    for (const snippet of [typescript, python]) assert.match(snippet, /OPENAI_API_KEY/);
    // Node reads it as a module: nothing in the texts ends a string.
    execFileSync(process.execPath, ['--input-type=module', '--check', '-'], { input: typescript.replace(/ as \{ choices.*;$/m, ';') });
  });

  it('says that images go beside the text', async () => {
    const version = sampleVersion(1, { ...draft, signature: parseOneLine('picture: image, question -> answer'), demos: [] });
    const messages = await templated(version);
    for (const { notCarried } of [
      toPromptfoo(version, { messages, rows: [] }),
      toPrompty(version, messages),
      toMlflow(version, messages),
    ]) {
      assert.ok(notCarried.includes('The image picture: attach it to the last message yourself.'));
    }
    assert.deepEqual(Object.keys(toPrompty(version, messages).frontMatter.inputs ?? {}), ['question']);
  });
});
