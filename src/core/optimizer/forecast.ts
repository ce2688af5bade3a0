import type { Example } from '../example/example.js';
import type { Price } from '../program/price.js';
import type { FieldValues, Program } from '../program/program.js';
import { textOf } from '../program/program.js';
import type { ForecastCalls, ForecastFacts, LabeledDemo, Optimizer } from './optimizer.js';

/** What a model costs and how fast it may be asked. */
export interface ModelTerms {
  /** As people see it. */
  readonly model: string;
  /** Undefined: unknown. */
  readonly price: Pick<Price, 'inputUsdPerMillion' | 'outputUsdPerMillion'> | undefined;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  /** What an answer takes, in milliseconds; a guess where it was never measured. */
  readonly latencyMs: number;
}

/** What a run will need, before anything is paid. */
export interface Forecast {
  readonly calls: number;
  /** Whether `calls` is what it will be; else it is the most. */
  readonly exact: boolean;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars; undefined when a model has no known price. */
  readonly usd: number | undefined;
  /** At the rate limits, and at a guess of what answers take. */
  readonly seconds: number;
  /** By what they are for, in the order in which they come. */
  readonly parts: readonly ForecastPart[];
}

export interface ForecastPart extends ForecastCalls {
  readonly what: 'baseline' | 'search' | 'test' | 'ablation';
  readonly model: string;
}

export interface ForecastGiven {
  readonly optimizer: Optimizer;
  readonly program: Program;
  readonly trainset: readonly Example[];
  readonly valset: readonly Example[];
  readonly testset: readonly Example[];
  readonly labeled: readonly LabeledDemo[];
  readonly canPropose: boolean;
  /** Whether the demos of the best candidate are left out one by one at the end. */
  readonly ablate: boolean;
  readonly student: ModelTerms;
  readonly teacher: ModelTerms;
  /** Tokens of a prompt as it would be sent, estimated. */
  promptTokens(program: Program, inputs: FieldValues): Promise<number>;
  /** Tokens of a text, estimated. */
  tokensOf(text: string): number;
}

/** Rows whose prompts are looked at. */
const SAMPLE = 20;
/** Tokens of a question for instructions and of its answer, beside the rows that it quotes. */
const ASKED_TOKENS = 900;
const PROPOSED_TOKENS = 200;
/** Tokens of thoughts before an answer. */
const REASONING_TOKENS = 80;

/** Reckons what a run will cost, from the rows that are really there. Retries, which nobody foresees, are not in it. */
export async function forecastRun(given: ForecastGiven): Promise<Forecast> {
  const { optimizer, program, trainset, valset, testset, labeled, canPropose, ablate, student, teacher } = given;
  const facts: ForecastFacts = {
    train: trainset.length,
    validation: valset.length,
    demos: program.demos.length,
    labeled: labeled.length,
    canPropose,
  };
  const search = optimizer.forecast(facts);
  const modelOf = (by: ForecastCalls['by']) => (by === 'student' ? student : teacher).model;
  const widest = Math.max(program.demos.length, ...search.parts.filter(({ by }) => by === 'student').map(({ demos }) => demos));
  // Each demo is left out once, also of those that a prompt does not show.
  const most = Math.max(widest, ...search.parts.map(({ held = 0 }) => held));
  const parts: ForecastPart[] = [
    { what: 'baseline', by: 'student', calls: valset.length, demos: program.demos.length, model: student.model },
    ...search.parts.map((part) => ({ ...part, what: 'search' as const, model: modelOf(part.by) })),
    ...(ablate
      ? [{ what: 'ablation' as const, by: 'student' as const, calls: most * valset.length, demos: widest, model: student.model }]
      : []),
    { what: 'test', by: 'student', calls: testset.length, demos: program.demos.length, model: student.model },
    { what: 'test', by: 'student', calls: testset.length, demos: widest, model: student.model },
  ];
  const tokens = await tokensPerCall(given);
  let [promptTokens, completionTokens] = [0, 0];
  let usd: number | undefined = 0;
  let seconds = 0;
  for (const part of parts) {
    const { price, concurrency, requestsPerMinute, tokensPerMinute, latencyMs } = part.by === 'student' ? student : teacher;
    const prompt = part.calls * tokens.prompt(part);
    const completion = part.calls * tokens.completion(part);
    promptTokens += prompt;
    completionTokens += completion;
    usd =
      usd === undefined || price === undefined
        ? undefined
        : usd + (prompt * price.inputUsdPerMillion + completion * price.outputUsdPerMillion) / 1e6;
    seconds += Math.max(
      (part.calls * latencyMs) / 1000 / concurrency,
      requestsPerMinute === undefined ? 0 : (60 * part.calls) / requestsPerMinute,
      tokensPerMinute === undefined ? 0 : (60 * (prompt + completion)) / tokensPerMinute,
    );
  }
  const calls = parts.reduce((sum, part) => sum + part.calls, 0);
  return {
    // When nothing is better, what is tested is the start alone.
    ...{ calls, exact: search.exact && !ablate && testset.length === 0, usd, seconds, parts: parts.filter((part) => part.calls > 0) },
    promptTokens: Math.round(promptTokens),
    completionTokens: Math.round(completionTokens),
  };
}

/** From the prompts of some rows as they would be sent, and what a demo adds to them. */
async function tokensPerCall({ program, trainset, valset, labeled, promptTokens, tokensOf }: ForecastGiven) {
  const rows = [...valset, ...trainset].slice(0, SAMPLE);
  const bare = { ...program, demos: [] };
  const base = meanOf(await Promise.all(rows.map(({ inputs }) => promptTokens(bare, inputs))));
  const shown = labeled.slice(0, SAMPLE);
  const [first] = rows;
  const all =
    first === undefined || shown.length === 0
      ? 0
      : (await promptTokens({ ...program, demos: shown }, first.inputs)) - (await promptTokens(bare, first.inputs));
  const perDemo = shown.length === 0 ? 0 : all / shown.length;
  const reasons = program.module === 'chain_of_thought' ? REASONING_TOKENS : 0;
  const outputs = program.signature.outputs.length;
  const answer = meanOf(
    rows.map(({ expected }) => Object.values(expected).reduce<number>((sum, value) => sum + tokensOf(textOf(value)), 0)),
  );
  const completion = Math.max(4 * outputs, answer + 4 * outputs) + reasons;
  return {
    prompt: ({ by, demos }: ForecastCalls) => (by === 'asker' ? ASKED_TOKENS + 10 * base : base + demos * (perDemo + reasons)),
    completion: ({ by }: ForecastCalls) => (by === 'asker' ? PROPOSED_TOKENS : completion),
  };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
