import { parseArgs } from 'node:util';
import { AtelierError } from '../core/errors.js';
import type { RunBudget } from '../core/optimizer/run-budget.js';
import { nearest } from '../core/text/edit-distance.js';

const COMMANDS = ['generate', 'rate', 'run', 'evaluate', 'optimize', 'retrain', 'versions'] as const;
export type Command = (typeof COMMANDS)[number];

const OPTIONS = {
  taste: { type: 'string' },
  pattern: { type: 'string' },
  target: { type: 'string' },
  count: { type: 'string' },
  user: { type: 'string' },
  comment: { type: 'string' },
  correction: { type: 'string' },
  input: { type: 'string', multiple: true },
  'input-file': { type: 'string' },
  reasoning: { type: 'boolean' },
  batch: { type: 'string' },
  out: { type: 'string' },
  resume: { type: 'boolean' },
  'retry-failed': { type: 'boolean' },
  map: { type: 'string', multiple: true },
  mode: { type: 'string' },
  record: { type: 'string' },
  replay: { type: 'string' },
  'fallback-model': { type: 'string' },
  'fallback-signature': { type: 'string' },
  data: { type: 'string' },
  split: { type: 'string' },
  'split-column': { type: 'string' },
  fractions: { type: 'string' },
  train: { type: 'string' },
  metric: { type: 'string' },
  'judge-model': { type: 'string' },
  'check-judge': { type: 'string' },
  repeats: { type: 'string' },
  'fail-under': { type: 'string' },
  baseline: { type: 'string' },
  against: { type: 'string', multiple: true },
  comparer: { type: 'string' },
  report: { type: 'string', multiple: true },
  'allow-seen': { type: 'boolean' },
  'no-overrides': { type: 'boolean' },
  watch: { type: 'boolean' },
  as: { type: 'string' },
  why: { type: 'string' },
  label: { type: 'string' },
  'require-better-than': { type: 'string' },
  on: { type: 'string' },
  take: { type: 'string' },
  describe: { type: 'boolean' },
  validation: { type: 'string' },
  test: { type: 'string' },
  optimizer: { type: 'string' },
  teacher: { type: 'string' },
  'teacher-version': { type: 'string' },
  'dry-run': { type: 'boolean' },
  ablate: { type: 'boolean' },
  'min-rating': { type: 'string' },
  days: { type: 'string' },
  to: { type: 'string' },
  from: { type: 'string' },
  predictor: { type: 'string' },
  workspace: { type: 'string' },
  model: { type: 'string' },
  'base-url': { type: 'string' },
  seed: { type: 'string' },
  concurrency: { type: 'string' },
  'budget-calls': { type: 'string' },
  'budget-tokens': { type: 'string' },
  'budget-usd': { type: 'string' },
  json: { type: 'boolean' },
  'no-cache': { type: 'boolean' },
  'cache-hours': { type: 'string' },
  yes: { type: 'boolean' },
  version: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type ValueOf<Option> = Option extends { multiple: true } ? string[] : Option extends { type: 'boolean' } ? boolean : string;
type Values = { [Name in keyof typeof OPTIONS]?: ValueOf<(typeof OPTIONS)[Name]> | undefined };

/** The options that belong to one command; the others are common. */
const OWN: Partial<Record<keyof typeof OPTIONS, Command[]>> = {
  taste: ['generate', 'optimize', 'retrain'],
  pattern: ['generate'],
  target: ['generate'],
  count: ['generate'],
  user: ['generate', 'rate', 'evaluate', 'versions', 'optimize', 'retrain'],
  comment: ['rate'],
  correction: ['rate'],
  version: ['run', 'evaluate', 'optimize', 'retrain'],
  input: ['run', 'evaluate', 'versions'],
  'input-file': ['run', 'evaluate', 'versions'],
  reasoning: ['run', 'evaluate'],
  batch: ['run'],
  out: ['run', 'versions'],
  resume: ['run', 'optimize'],
  'retry-failed': ['run', 'evaluate'],
  map: ['run', 'evaluate', 'versions', 'optimize'],
  mode: ['run', 'evaluate', 'versions', 'optimize', 'retrain'],
  record: ['run', 'evaluate', 'versions', 'optimize', 'retrain'],
  replay: ['run', 'evaluate', 'versions', 'optimize', 'retrain'],
  'fallback-model': ['run', 'evaluate'],
  'fallback-signature': ['run', 'evaluate'],
  data: ['evaluate', 'versions', 'optimize'],
  split: ['evaluate', 'versions'],
  'split-column': ['evaluate', 'versions', 'optimize'],
  fractions: ['evaluate', 'versions', 'optimize', 'retrain'],
  train: ['evaluate', 'versions'],
  metric: ['evaluate', 'versions', 'optimize', 'retrain'],
  'judge-model': ['evaluate', 'versions', 'optimize', 'retrain'],
  'check-judge': ['evaluate'],
  repeats: ['evaluate'],
  'fail-under': ['evaluate'],
  baseline: ['evaluate'],
  against: ['evaluate'],
  comparer: ['evaluate'],
  report: ['evaluate'],
  'allow-seen': ['evaluate'],
  'no-overrides': ['evaluate'],
  watch: ['evaluate'],
  as: ['versions'],
  why: ['versions'],
  label: ['versions'],
  'require-better-than': ['versions'],
  on: ['versions'],
  take: ['versions'],
  describe: ['versions'],
  validation: ['optimize'],
  test: ['optimize'],
  optimizer: ['optimize', 'retrain'],
  teacher: ['optimize', 'retrain'],
  'teacher-version': ['optimize'],
  'dry-run': ['optimize', 'retrain'],
  ablate: ['optimize', 'retrain'],
  'min-rating': ['retrain'],
  days: ['retrain'],
  to: ['versions'],
  from: ['versions'],
  predictor: ['versions'],
};

export interface CommandLine {
  readonly kind: 'command';
  readonly command: Command;
  readonly values: Values;
  readonly positionals: readonly string[];
}

/** @throws AtelierError `usage.invalid`, with the nearest right word */
export function parseArguments(argv: readonly string[]): CommandLine | { readonly kind: 'version' } | { readonly kind: 'help' } {
  // Of a command it names a version of a prompt.
  if (argv[0] === '--version') return { kind: 'version' };
  let parsed: { values: Values; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw unknownOption(error);
  }
  const { values, positionals } = parsed;
  if (values.help === true || positionals.length === 0) return { kind: 'help' };
  const [name = '', ...rest] = positionals;
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) {
    const guess = nearest(name, COMMANDS);
    throw usage(`There is no command "${name}".`, `${guess === undefined ? '' : `Did you mean "${guess}"? `}Run atelier --help.`);
  }
  for (const option of Object.keys(values) as (keyof typeof OPTIONS)[]) {
    if (OWN[option]?.includes(command) === false) throw usage(`--${option} is no option of ${command}.`, 'Run atelier --help.');
  }
  return { kind: 'command', command, values, positionals: rest };
}

/** A whole number of an option. @throws AtelierError `usage.invalid` */
export function wholeNumber(values: Values, name: keyof typeof OPTIONS, low: number, high: number): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (String(text).trim() !== '' && Number.isInteger(number) && number >= low && number <= high) return number;
  throw usage(`--${name} takes a whole number from ${low} to ${high}, not "${text}".`, 'Correct it and run again.');
}

/** A share of an option, 0 to 1. @throws AtelierError `usage.invalid` */
export function share(values: Values, name: keyof typeof OPTIONS): number | undefined {
  return numberBetween(values, name, 0, 1, '0.8');
}

/** A number of an option. @throws AtelierError `usage.invalid` */
export function numberBetween(
  values: Values,
  name: keyof typeof OPTIONS,
  low: number,
  high: number,
  example = String(high),
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (String(text).trim() !== '' && number >= low && number <= high) return number;
  throw usage(`--${name} takes a number from ${low} to ${high}, not "${text}".`, `Write for example ${example}.`);
}

/** The limits of a whole run. @throws AtelierError `usage.invalid` */
export function budgetOf(values: Values): RunBudget {
  return {
    calls: wholeNumber(values, 'budget-calls', 0, 1e9),
    tokens: wholeNumber(values, 'budget-tokens', 0, 1e12),
    usd: dollars(values, 'budget-usd'),
  };
}

/** Columns by field, of `--map field=column`. @throws AtelierError `usage.invalid` */
export function mappingOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw usage(`--map takes field=column, not "${pair}".`, 'For example --map passage=text.');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

/** An amount of money of an option, in US dollars. @throws AtelierError `usage.invalid` */
export function dollars(values: Values, name: keyof typeof OPTIONS): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (String(text).trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw usage(`--${name} takes an amount in US dollars, not "${text}".`, 'Write for example 0.50.');
}

export function usage(message: string, hint: string): AtelierError {
  return new AtelierError('usage.invalid', message, { hint });
}

function unknownOption(error: unknown): AtelierError {
  const message = error instanceof Error ? error.message.split('. ')[0] : String(error);
  const name = /'(--?[\w-]+)/.exec(String(message))?.[1];
  const guess = name === undefined ? undefined : nearest(name.replace(/^-+/, ''), Object.keys(OPTIONS));
  return usage(`${message}.`, `${guess === undefined ? '' : `Did you mean --${guess}? `}Run atelier --help.`);
}
