import assert from 'node:assert/strict';
import type { Program } from '../../../src/core/program/program.js';
import type { Field } from '../../../src/core/signature/signature.js';
import { axProgram } from '../../../src/engine/ax-program.js';
import { AxChatService } from '../../../src/engine/ax-service.js';
import { normaliseAnswer, plainAnswer, shownValue } from '../../../src/engine/normalise-answer.js';
import { eachServer } from '../models/support.js';
import { openAt } from './support.js';

const REVIEW: Program = {
  signature: {
    name: 'ReviewAnswer',
    description: 'Judge a review.',
    instructions: 'Judge it.',
    inputs: [{ name: 'review_text', type: 'string', description: 'The review' }],
    outputs: [
      { name: 'answer', type: 'string', description: 'What it says' },
      { name: 'sentiment', type: 'class', description: 'Its tone', options: ['positive', 'negative'] },
      { name: 'score', type: 'number', description: 'From 0 to 1' },
    ],
  },
  instructions: 'Judge it.',
  demos: [],
};

/** What models really answer: Ax alone reads one of these. */
const SHAPES: Record<string, string> = {
  'plain lines': 'Answer: foo\nSentiment: positive\nScore: 0.5',
  'a text of several lines': 'Answer: foo\nbar: baz\nSentiment: positive\nScore: 0.5',
  'a code fence': '```\nAnswer: foo\nSentiment: positive\nScore: 0.5\n```',
  'bold labels': '**Answer:** foo\n**Sentiment:** positive\n**Score:** 0.5',
  'bold labels and values': '**Answer**: foo\n**Sentiment**: *Positive*\n**Score**: 0.5',
  'upper case': 'ANSWER: foo\nSENTIMENT: POSITIVE\nSCORE: 0.5',
  JSON: '{"answer":"foo","sentiment":"Positive","score":0.5}',
  'JSON in a fence with chatter': 'Sure!\n```json\n{"answer":"foo","sentiment":"positive","score":0.5}\n```\nDone.',
  'chatter before and after': 'Sure! Here you go:\n\nAnswer: foo\nSentiment: positive\nScore: 0.5\n\nHope that helps!',
  'a thinking block': '<think>Score: 0.1</think>Answer: foo\nSentiment: positive\nScore: 0.5',
  'a score out of one': 'Answer: foo\nSentiment: positive.\nScore: 0.5 / 1',
  bullets: '- Answer: foo\n- Sentiment: positive\n- Score: 0.5',
};

describe('normaliseAnswer before Ax’s own parser', () => {
  const server = eachServer();

  for (const [what, text] of Object.entries(SHAPES)) {
    it(`reads ${what} at the first try`, async () => {
      server().answer(() => text);
      const service = new AxChatService(openAt(server().url), {
        outputs: REVIEW.signature.outputs,
        request: {},
        onResult: () => undefined,
      });
      const values = await axProgram(REVIEW).generator.forward(service, { review_text: 'Fine.' }, { maxRetries: 0, stream: false });
      assert.match(String(values.answer), /^foo/);
      assert.equal(values.sentiment, 'positive');
      assert.equal(values.score, 0.5);
      if (what === 'a text of several lines') assert.equal(values.answer, 'foo\nbar: baz');
      assert.equal(server().count, 1);
    });
  }
});

const PROMPT: Field = { name: 'final_prompt', type: 'string', description: 'The prompt' };

describe('normaliseAnswer', () => {
  it('takes a whole answer for the only field', () => assert.equal(normaliseAnswer('a red fox', [PROMPT]), 'final_prompt: a red fox'));

  it('returns what it cannot read, for the parser to complain about', () => {
    assert.equal(normaliseAnswer('I cannot do that.', REVIEW.signature.outputs), 'I cannot do that.');
  });

  it('keeps the first of two values of a field', () => {
    assert.equal(normaliseAnswer('Final Prompt: one\nFinal Prompt: two', [PROMPT]), 'final_prompt: one');
  });

  it('leaves an unknown option of a class as it is', () => {
    const [, sentiment] = REVIEW.signature.outputs;
    assert.ok(sentiment !== undefined);
    assert.equal(normaliseAnswer('Sentiment: mixed', [sentiment]), 'sentiment: mixed');
  });
});

describe('plainAnswer', () => {
  const same: [string, string][] = [
    ['a label', 'Final prompt: a red fox'],
    ['a label with an underscore', 'final_prompt: a red fox'],
    ['a bold label', '**Final Prompt:** a red fox'],
    ['quotation marks', '"a red fox"'],
    ['curly quotation marks', '“a red fox”'],
    ['a label and quotation marks', 'Final Prompt: "a red fox"'],
    ['a fence', '```text\na red fox\n```'],
    ['a thinking block', '<think>\nFinal prompt: a cat?\n</think>\n\na red fox'],
    ['JSON', '{"final_prompt": "a red fox"}'],
    ['a byte-order mark and space', '\ufeff  a red fox \n'],
  ];
  for (const [what, text] of same) {
    it(`frees the text of ${what}`, () => assert.equal(plainAnswer(text, PROMPT), 'a red fox'));
  }

  const kept = [
    'a sign that says "OPEN"',
    '"Blade Runner" style street, a sign says "OPEN"',
    'a fox, lens: 85mm, mood: calm',
    "the cat's mat",
    'a {curly} brace and a {{double}} one',
    '{not json} but a prompt',
    'style `code` inside',
    'a ratio of 16:9, Final prompt: not at the start of a line',
  ];
  for (const text of kept) {
    it(`keeps ${text}`, () => assert.equal(plainAnswer(text, PROMPT), text));
  }
});

describe('shownValue on a growing text', () => {
  const grow = (text: string) => Array.from({ length: text.length }, (_, index) => shownValue(text.slice(0, index + 1), PROMPT));

  it('shows each step of a plain text', () => {
    const shown = grow('a red fox in snow');
    for (let index = 1; index < shown.length; index++) assert.ok(shown[index]?.startsWith(shown[index - 1] ?? '-'), shown[index]);
    assert.equal(shown.at(-1), 'a red fox in snow');
  });

  for (const label of ['Final Prompt: ', 'final_prompt: ', '**Final Prompt:** ']) {
    it(`never shows "${label}"`, () => {
      const shown = grow(`${label}a red fox`);
      assert.equal(shown.at(-1), 'a red fox');
      for (const text of shown) assert.ok('a red fox'.startsWith(text), `showed "${text}"`);
    });
  }

  it('shows nothing while the model is thinking', () => {
    const thinking = '<think>Let me see. Final prompt: a cat?';
    for (const text of grow(thinking).slice('<think>'.length)) assert.equal(text, '');
    assert.equal(shownValue(`${thinking}</think>a red fox`, PROMPT), 'a red fox');
  });

  it('does not take a text that begins like the label for the label', () => {
    assert.equal(shownValue('Final fantasy', PROMPT), 'Final fantasy');
  });
});
