import { AtelierError } from '../errors.js';
import { parsedJson, readSpecLine } from '../spec/spec-line.js';
import { type OptionRule, type OptionRules, SpecOptions } from '../spec/spec-options.js';
import { nearest } from '../text/edit-distance.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import { demoAblation } from './ablation.js';
import type { BootstrapSettings } from './bootstrap.js';
import { bootstrapFewShot, knnFewShot, labeledFewShot } from './few-shot.js';
import { type ReflectiveSearch, reflectiveOptimizer } from './gepa.js';
import { instructionSearch } from './instructions.js';
import { miproV2 } from './mipro/mipro.js';
import { EFFORTS, type Effort } from './mipro/settings.js';
import type { Optimizer } from './optimizer.js';
import { randomSearch } from './random-search.js';

/** An optimizer as lists show it. */
export interface OptimizerEntry {
  readonly name: string;
  readonly about: string;
  readonly options: readonly string[];
  /** It has models write instructions; the others choose demos. */
  readonly proposes: boolean;
}

/** What optimizers need from outside. */
export interface OptimizerPorts {
  /** Ax's GEPA, behind the lab. */
  readonly reflect: ReflectiveSearch;
}

interface BuiltIn {
  readonly about: string;
  readonly rules: OptionRules;
  readonly proposes?: boolean;
  make(options: SpecOptions, ports: OptimizerPorts): Optimizer;
}

const count = (min = 1, max = 1000): OptionRule => ({ kind: 'number', min, max });
const share: OptionRule = { kind: 'number', min: 0, max: 1 };
const EFFORT: OptionRule = { kind: 'text', values: EFFORTS };

const BOOTSTRAP: OptionRules = {
  max_bootstrapped_demos: count(0),
  max_labeled_demos: count(0),
  rounds: count(1, 10),
  threshold: share,
};

const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  labeled: {
    about: 'Rows of the trainset as demos, by chance. Costs no search.',
    rules: { demos: count() },
    make: (options) => labeledFewShot({ demos: options.number('demos') ?? 16 }),
  },
  bootstrap: {
    about: 'Demos that the teacher makes and the metric accepts, filled up with labeled rows.',
    rules: BOOTSTRAP,
    make: (options) => bootstrapFewShot(bootstrapSettings(options, 16)),
  },
  random_search: {
    about: 'Many bootstrapped demo sets; the best on validation wins.',
    rules: { ...BOOTSTRAP, candidates: count(0, 200), stop_at: share },
    make: (options) =>
      randomSearch({
        ...bootstrapSettings(options, 16),
        candidates: options.number('candidates') ?? 16,
        stopAt: options.number('stop_at'),
      }),
  },
  knn: {
    about: 'For each input the nearest labeled rows as demos.',
    rules: { demos: count() },
    make: (options) => knnFewShot({ demos: options.number('demos') ?? 8 }),
  },
  mipro: {
    about: 'MIPROv2: instructions and demo sets together, with Bayesian search.',
    rules: {
      auto: EFFORT,
      candidates: count(2, 200),
      trials: count(1, 1000),
      zero_shot: { kind: 'flag' },
      ...{ max_bootstrapped_demos: count(0), max_labeled_demos: count(0), threshold: share },
    },
    proposes: true,
    make: (options) => {
      const { maxBootstrapped, maxLabeled, threshold } = bootstrapSettings(options, 4);
      const [candidates, trials] = [options.number('candidates'), options.number('trials')];
      const auto = effortOf(options) ?? (candidates === undefined && trials === undefined ? 'light' : undefined);
      return miproV2({ auto, candidates, trials, zeroShot: options.flag('zero_shot'), maxBootstrapped, maxLabeled, threshold });
    },
  },
  gepa: {
    about: 'GEPA: a model reflects on mistakes and rewrites the instructions. Needs a language model as teacher.',
    rules: { auto: EFFORT, max_metric_calls: count(1, 1_000_000) },
    proposes: true,
    make: (options, { reflect }) => {
      const maxMetricCalls = options.number('max_metric_calls');
      return reflectiveOptimizer(
        { auto: effortOf(options) ?? (maxMetricCalls === undefined ? 'light' : undefined), maxMetricCalls },
        reflect,
      );
    },
  },
  instructions: {
    about: 'Better instructions without new demos, proposed from what goes wrong. Needs a language model as teacher.',
    rules: { breadth: count(1, 50), depth: count(1, 20) },
    proposes: true,
    make: (options) => instructionSearch({ breadth: options.number('breadth') ?? 5, depth: options.number('depth') ?? 2 }),
  },
  ablation: {
    about: 'Leaves out demos that do not earn their place.',
    rules: {},
    make: () => demoAblation(),
  },
};

/** Other names that people know. */
const ALIASES: Readonly<Record<string, string>> = {
  labeled_few_shot: 'labeled',
  labeledfewshot: 'labeled',
  bootstrap_few_shot: 'bootstrap',
  bootstrapfewshot: 'bootstrap',
  bootstrap_random_search: 'random_search',
  bootstrapfewshotwithrandomsearch: 'random_search',
  knn_few_shot: 'knn',
  knnfewshot: 'knn',
  miprov2: 'mipro',
};

/** What is taken when nobody chose. */
export const DEFAULT_OPTIMIZER = 'bootstrap';

/** The optimizers that can be named. */
export function listOptimizers(): readonly OptimizerEntry[] {
  return Object.entries(BUILT_IN).map(([name, { about, rules, proposes = false }]) => ({
    name,
    about,
    options: Object.keys(rules),
    proposes,
  }));
}

/**
 * The optimizer of a specification: `mipro`, `mipro(auto=medium)`, or `{optimizer: mipro, auto: medium}`.
 * @throws AtelierError `usage.invalid` with the valid names, and the nearest
 */
export function parseOptimizer(spec: JsonValue, ports: OptimizerPorts): Optimizer {
  const { name, options } = formOf(spec);
  const known = name.toLowerCase();
  const builtIn = BUILT_IN[ALIASES[known] ?? known];
  if (builtIn === undefined || !Object.hasOwn(BUILT_IN, ALIASES[known] ?? known)) throw unknownOptimizer(name);
  return builtIn.make(SpecOptions.read({ kind: 'optimizer', name }, builtIn.rules, options), ports);
}

function formOf(spec: JsonValue): { readonly name: string; readonly options: Readonly<Record<string, JsonValue>> } {
  const given = typeof spec === 'string' && spec.trim().startsWith('{') ? (parsedJson(spec) ?? spec) : spec;
  if (isJsonObject(given)) {
    const { optimizer, ...options } = given;
    if (typeof optimizer === 'string') return { name: optimizer, options };
  }
  const line = typeof given === 'string' ? readSpecLine(given) : undefined;
  if (line !== undefined) return line;
  throw new AtelierError('usage.invalid', `${JSON.stringify(spec)} is no optimizer.`, {
    hint: 'Write bootstrap, mipro(auto=medium), or {optimizer: mipro, auto: medium}.',
  });
}

function bootstrapSettings(options: SpecOptions, labeled: number): BootstrapSettings {
  return {
    maxBootstrapped: options.number('max_bootstrapped_demos') ?? 4,
    maxLabeled: options.number('max_labeled_demos') ?? labeled,
    rounds: options.number('rounds') ?? 1,
    threshold: options.number('threshold') ?? 0.5,
  };
}

function effortOf(options: SpecOptions): Effort | undefined {
  return EFFORTS.find((effort) => effort === options.text('auto'));
}

function unknownOptimizer(name: string): AtelierError {
  const names = Object.keys(BUILT_IN);
  const guess = nearest(name, [...names, ...Object.keys(ALIASES)]);
  return new AtelierError('usage.invalid', `There is no optimizer "${name}".`, {
    hint: `${guess === undefined ? '' : `Did you mean "${ALIASES[guess] ?? guess}"? `}Optimizers: ${names.join(', ')}.`,
  });
}
