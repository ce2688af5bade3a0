import { AtelierError } from '../errors.js';
import type { Field, Signature } from '../signature/signature.js';
import type { OptionRules, SpecOptions } from '../spec/spec-options.js';
import type { JsonSchema } from '../text/json-schema.js';
import { outputNamed, type Suits, soleOutput, subjectInput, suitingOutputs } from './choose-fields.js';
import { exactMatch, numberWithin } from './exact.js';
import { imagePromptLint } from './image-prompt-lint.js';
import type { Metric } from './metric.js';
import { promptQuality } from './prompt-quality.js';
import { fitsSchema, requiredFields } from './shape.js';
import { ALIKE, bleu, likeness, tfidfSimilarity, tokenF1Metric } from './text-overlap.js';
import { containsLabel, containsNone, containsWords, lengthWithin, matchesRegex } from './text-rules.js';

/** What a metric is made from. */
export interface Making {
  /** The metric's name with its options. */
  readonly name: string;
  readonly signature: Signature;
  readonly options: SpecOptions;
  /** What the rarity of words is learnt from. */
  readonly texts: readonly string[];
}

/** A metric of the catalog. */
export interface BuiltIn {
  /** One line: what a score of 1 means. */
  readonly about: string;
  readonly options: OptionRules;
  readonly make: (making: Making) => Metric;
}

const ANY: Suits = { what: 'outputs that are no pictures', fits: ({ type }) => type !== 'image' };
const CLASSES: Suits = { what: 'class outputs', fits: ({ type, array }) => type === 'class' && array !== true };
const NUMBERS: Suits = {
  what: 'outputs that hold a number',
  fits: ({ type, array }) => array !== true && ['number', 'integer', 'string', 'json'].includes(type),
};
const TEXTS: Suits = { what: 'text outputs', fits: ({ type, array }) => type === 'string' && array !== true };

const FIELD: OptionRules = { field: { kind: 'text' } };
const WORDS: OptionRules = { word: { kind: 'list', required: true }, match_case: { kind: 'flag' }, ...FIELD };
const SUBJECT: OptionRules = { subject: { kind: 'text' }, ...FIELD };

const all = ({ name, signature, options }: Making, suits = ANY): readonly Field[] =>
  suitingOutputs(name, signature, suits, options.text('field'));
const sole = ({ name, signature, options }: Making, suits = ANY): Field => soleOutput(name, signature, suits, options.text('field'));
const subject = ({ name, signature, options }: Making): string => subjectInput(name, signature, options.text('subject'));

const overlaps = Object.entries({
  rouge_1: 'The same words (ROUGE-1, F-measure).',
  rouge_2: 'The same pairs of words (ROUGE-2, F-measure).',
  rouge_l: 'The same words in the same order (ROUGE-L, F-measure).',
  chrf: 'The same runs of characters (chrF2).',
  edit_similarity: 'The same characters (1 - normalised edit distance).',
}).flatMap(([name, about]): [string, BuiltIn][] => {
  const alike = ALIKE[name];
  return alike === undefined ? [] : [[name, { about, options: FIELD, make: (making) => likeness(making.name, all(making), alike) }]];
});

/** The metrics that need no model, by name. */
export const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  exact_match: { about: 'The output says what its label says.', options: FIELD, make: (making) => exactMatch(making.name, all(making)) },
  class_accuracy: {
    about: 'The class is the labeled one.',
    options: FIELD,
    make: (making) => exactMatch(making.name, all(making, CLASSES)),
  },
  number_within: {
    about: 'The number is near enough to its label: by `tolerance` in its own unit, or by `relative` as a share of the label.',
    options: { tolerance: { kind: 'number', min: 0 }, relative: { kind: 'number', min: 0 }, ...FIELD },
    make: (making) =>
      numberWithin(making.name, numbersOf(making), {
        absolute: making.options.number('tolerance') ?? 0,
        relative: making.options.number('relative') ?? 0,
      }),
  },
  regex: {
    about: 'The output has a match of `pattern`.',
    options: { pattern: { kind: 'pattern', required: true }, ignore_case: { kind: 'flag' }, ...FIELD },
    make: (making) =>
      matchesRegex(
        making.name,
        sole(making),
        new RegExp(making.options.text('pattern') ?? '', making.options.flag('ignore_case') ? 'iu' : 'u'),
      ),
  },
  contains: {
    about: 'The output contains every `word`; without one, the words of its label in a row.',
    options: { ...WORDS, word: { kind: 'list' } },
    make: (making) => {
      const words = making.options.list('word');
      if (words.length === 0) return containsLabel(making.name, all(making));
      return containsWords(making.name, sole(making), words, making.options.flag('match_case'));
    },
  },
  not_contains: {
    about: 'The output contains no `word`.',
    options: WORDS,
    make: (making) => containsNone(making.name, sole(making), making.options.list('word'), making.options.flag('match_case')),
  },
  length: {
    about: 'The output has from `min` to `max` characters or words (`unit`).',
    options: {
      min: { kind: 'number', min: 0 },
      max: { kind: 'number', min: 0 },
      unit: { kind: 'text', values: ['characters', 'words'] },
      ...FIELD,
    },
    make: makeLength,
  },
  json_schema: {
    about: 'The output fits a JSON Schema: `schema`, or the one of its field.',
    options: { schema: { kind: 'schema' }, ...FIELD },
    make: makeSchema,
  },
  required_fields: {
    about: 'Every output of `fields` is answered; without it, every output that is not optional.',
    options: { fields: { kind: 'list' } },
    make: ({ name, signature, options }) => {
      const named = options.list('fields').map((field) => outputNamed(name, signature, field));
      const required = signature.outputs.filter(({ optional }) => optional !== true);
      return requiredFields(name, named.length > 0 ? named : required.length > 0 ? required : signature.outputs);
    },
  },
  image_prompt_lint: {
    about: 'An image prompt keeps its subject, sounds like its taste, is technical, consistent, free of `banned` words and short enough.',
    options: { banned: { kind: 'list' }, ...SUBJECT },
    make: (making) =>
      imagePromptLint(making.name, sole(making, TEXTS), { subject: subject(making), banned: making.options.list('banned') }),
  },
  prompt_quality: {
    about: 'An image prompt is detailed, has words of style, more than ten words and a technical term.',
    options: SUBJECT,
    make: (making) => promptQuality(making.name, sole(making, TEXTS), subject(making)),
  },
  token_f1: {
    about: 'The same words in any order (SQuAD F1). `at_least` makes it pass or fail; `closed` makes yes and no all or nothing (HotpotQA).',
    options: { at_least: { kind: 'number', min: 0, max: 1 }, closed: { kind: 'flag' }, ...FIELD },
    make: (making) =>
      tokenF1Metric(making.name, all(making), { closed: making.options.flag('closed'), atLeast: making.options.number('at_least') }),
  },
  bleu: {
    about: 'The same runs of one to four words (sentence BLEU, smoothing method 3).',
    options: FIELD,
    make: (making) => bleu(making.name, all(making)),
  },
  ...Object.fromEntries(overlaps),
  tfidf_similarity: {
    about: 'The same words as often (cosine).',
    options: FIELD,
    make: (making) => tfidfSimilarity(making.name, all(making), making.texts),
  },
};

/** Numbers as such, unless there are none: then what may hold one. */
function numbersOf(making: Making): readonly Field[] {
  const fields = all(making, NUMBERS);
  const typed = fields.filter(({ type }) => type === 'number' || type === 'integer');
  return typed.length > 0 ? typed : fields;
}

function makeLength(making: Making): Metric {
  const { name, options } = making;
  const [min, max] = [options.number('min'), options.number('max')];
  if ((min === undefined && max === undefined) || (min ?? 0) > (max ?? Number.POSITIVE_INFINITY)) {
    throw new AtelierError('usage.invalid', `The metric ${name} has no bounds that a length could keep.`, {
      hint: 'Write length(min=10), length(max=200) or length(min=10, max=200, unit=words).',
    });
  }
  const unit = options.text('unit') === 'words' ? 'words' : 'characters';
  return lengthWithin(name, sole(making), { min: min ?? 0, max: max ?? Number.POSITIVE_INFINITY, unit });
}

function makeSchema(making: Making): Metric {
  const { name, options, signature } = making;
  const given = options.schema('schema');
  const withSchema: Suits = { what: 'outputs with a schema', fits: ({ schema }) => schema !== undefined };
  const field = sole(making, given === undefined && signature.outputs.some(withSchema.fits) ? withSchema : ANY);
  const schema: JsonSchema | undefined = given ?? field.schema;
  if (schema !== undefined)
    return fitsSchema(name, field, given === undefined && field.array === true ? { type: 'array', items: schema } : schema);
  throw new AtelierError('usage.invalid', `The metric ${name} has no schema to check "${field.name}" with.`, {
    hint: 'Give the output a schema in the signature, or write {metric: json_schema, schema: {…}}.',
  });
}
