import path from 'node:path';
import { AtelierError, asAtelierError } from '../core/errors.js';
import { type Contender, forecastRanking, rank, seenRows } from '../core/evaluation/rank.js';
import { type NamedDefinition, planRanking, type RankPlan } from '../core/evaluation/rank-plan.js';
import { rankingDocument } from '../core/evaluation/ranking-document.js';
import { describeProgress } from '../core/program/batch-progress.js';
import { widthFor } from '../core/program/pool.js';
import { programHash } from '../core/program/program-hash.js';
import type { RunMode } from '../core/program/run-mode.js';
import { type SignatureDefinition, stateName } from '../core/signature/definition.js';
import type { ModelHub } from '../models/model-hub.js';
import { type CommandContext, workspaceOf } from './context.js';
import { biasWarning, describeForecast, describeRanking } from './describe-ranking.js';
import { type GivenRows, givenRows } from './evaluation-rows.js';
import { modeOf, type OpenExecutor, openExecutor, openRunHub } from './executor.js';
import { usage } from './options.js';
import { chosenDefinition, definitionOf, type FoundDefinition, stateOf } from './signature.js';

/** What compares answers when nothing else is named. */
const COMPARER = 'CompareAnswers';
/** A ranking is not a score: these would do nothing. */
const MEANINGLESS = {
  metric: 'A judge compares the answers: name its signature with --comparer.',
  baseline: 'Name the revision with --against.',
  'fail-under': 'There is no score to hold against it.',
  user: 'A ranking takes no ratings.',
  report: 'Take the JSON document instead: --json.',
  repeats: 'Each row is run once; more rows say more.',
  watch: 'Each change would judge all pairs anew.',
  'no-overrides': 'A ranking takes no scores.',
  'check-judge': 'A comparer gives no ratings that yours could be held against.',
  'retry-failed': 'What failed is tried again anyway.',
} as const;

/**
 * `atelier evaluate <signature> --data FILE --against REF`: ranks the signature as it is now against revisions of its file and other
 * signatures. @returns the exit code: 1 when it ended early, or nothing was compared
 */
export async function rankContenders(context: CommandContext): Promise<number> {
  const { values, output, signal } = context;
  const mode = modeOf(context);
  const definitions = await definitionsOf(context, mode);
  const comparer = await definitionOf(context, values.comparer ?? COMPARER, mode);
  const [main] = definitions;
  const given = await givenRows(context, main.definition.signature);
  const plan = planRanking({ ...given.options, contenders: definitions });
  const hub = await openRunHub(context);
  const opened = await openAll(context, hub, { definitions, comparer, file: given.options.file });
  const rows = unseenOf(context, opened.contenders, plan);
  const leftOut = warnOfRows(context, given, plan);
  warnOfTwins(context, opened.contenders);
  output.note(describeForecast(forecastRanking({ contenders: opened.contenders, rows })));
  const report = await rank({
    contenders: opened.contenders,
    comparer: opened.comparer.executor,
    rows,
    concurrency: widthFor(opened.concurrency),
    seed: given.options.seed,
    signal,
    onProgress: (progress) => output.progress(describeProgress(progress, 'pairs')),
    now: () => performance.now(),
  }).finally(() => output.endProgress());
  const data = {
    ...{ file: given.options.file, sha256: given.sha256, rows: rows.length, split: plan.split ?? null },
    left_out: leftOut + plan.rows.length - rows.length,
  };
  const facts = { signature: main.definition.signature.name, version: stateName(main.definition), data, created: new Date().toISOString() };
  const document = rankingDocument(facts, report);
  output.result(document, describeRanking(document));
  const biased = biasWarning(document);
  if (biased !== undefined) output.warn(biased);
  if (!output.json && report.stopped !== undefined) output.error(report.stopped);
  if (document.pairs.n > 0) return report.stopped === undefined ? 0 : 1;
  output.warn('Nothing was compared: no pair of answers has an outcome.');
  return 1;
}

/** The signature as it is now, and what it is compared with. Looked for before anything is paid. */
async function definitionsOf(context: CommandContext, mode: RunMode): Promise<[NamedDefinition, NamedDefinition, ...NamedDefinition[]]> {
  const { values, positionals } = context;
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage('evaluate takes one signature.', 'For example: atelier evaluate sentiment --data data/reviews.csv --against main');
  }
  const [first, ...others] = values.against ?? [];
  if (first === undefined) throw usage('--comparer compares with something, and nothing is named.', 'Add --against REVISION or SIGNATURE.');
  for (const [option, hint] of Object.entries(MEANINGLESS)) {
    if (values[option as keyof typeof MEANINGLESS] !== undefined) throw usage(`--${option} makes no sense with --against.`, hint);
  }
  const found = await chosenDefinition(context, reference, mode);
  const { definition } = found;
  const named = async (name: string) => ({ name, definition: await contenderOf(context, { name, found, mode }) });
  return [{ name: definition.signature.name, definition }, await named(first), ...(await Promise.all(others.map(named)))];
}

/** Another signature when there is one of that name, else a revision of the signature's file. */
async function contenderOf(
  context: CommandContext,
  { name, found, mode }: { readonly name: string; readonly found: FoundDefinition; readonly mode: RunMode },
): Promise<SignatureDefinition> {
  try {
    return await definitionOf(context, name, mode);
  } catch (thrown) {
    if (!AtelierError.is(thrown, 'signature.unknown')) throw thrown;
  }
  try {
    return await stateOf(context, found, name);
  } catch (thrown) {
    const error = asAtelierError(thrown);
    if (error.code !== 'usage.invalid') throw error;
    throw new AtelierError('usage.invalid', `There is no signature "${name}", and no such revision: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

interface Opened {
  readonly contenders: readonly [Contender, Contender, ...Contender[]];
  readonly comparer: OpenExecutor;
  /** Requests at a time of the endpoint that takes the most; the queue of each one holds the others back. */
  readonly concurrency: number;
}

async function openAll(
  context: CommandContext,
  hub: ModelHub,
  wanted: { readonly definitions: readonly NamedDefinition[]; readonly comparer: SignatureDefinition; readonly file: string },
): Promise<Opened> {
  const { executorForTable } = await import('../store/index.js');
  const table = path.resolve(wanted.file);
  const opened: OpenExecutor[] = [];
  const contenders: Contender[] = [];
  for (const { name, definition } of wanted.definitions) {
    const each = await openExecutor(context, definition, { hub });
    opened.push(each);
    contenders.push({ name, executor: executorForTable(each.executor, table, workspaceOf(context)) });
  }
  const comparer = await openExecutor(context, wanted.comparer, { hub, model: context.values['judge-model'], plain: true });
  const [first, second, ...others] = contenders;
  if (first === undefined || second === undefined) throw new RangeError('There are fewer than two to compare.');
  return {
    contenders: [first, second, ...others],
    comparer,
    concurrency: Math.max(comparer.concurrency, ...opened.map(({ concurrency }) => concurrency)),
  };
}

/** The rows that none has seen. @throws AtelierError `evaluation.leaked`, unless they may be left out */
function unseenOf({ values, output }: CommandContext, contenders: Opened['contenders'], { rows, trainKeys }: RankPlan): RankPlan['rows'] {
  const seen = seenRows({ contenders, rows }, trainKeys);
  if (seen.size === 0) return rows;
  const numbers = new Set([...seen.values()].flat());
  const said = [...seen].map(([name, known]) => `${name} has seen ${known.length} of these rows (${shown(known)})`).join(', ');
  const unseen = rows.filter(([{ row }]) => !numbers.has(row.row));
  if (values['allow-seen'] === true && unseen.length > 0) {
    output.warn(`${said}: left out.`);
    return unseen;
  }
  throw new AtelierError('evaluation.leaked', `${said}: it would know the answers.`, {
    hint:
      unseen.length === 0
        ? 'Name rows that none of them has seen, as demo or in its trainset.'
        : 'Name rows that none of them has seen, or leave these out with --allow-seen.',
  });
}

function shown(rows: readonly number[]): string {
  return `row ${rows.slice(0, 10).join(', ')}${rows.length > 10 ? ', …' : ''}`;
}

/** @returns how many rows cannot be used */
function warnOfRows({ output }: CommandContext, { options, problems }: GivenRows, plan: RankPlan): number {
  const all = [...problems, ...plan.problems];
  for (const { line, message, hint } of all) output.warn(`${options.file}:${line}: ${message} ${hint}`);
  return new Set(all.map(({ line }) => line)).size;
}

function warnOfTwins({ output }: CommandContext, contenders: readonly Contender[]): void {
  const byHash = new Map<string, string>();
  for (const { name, executor } of contenders) {
    const hash = programHash(executor.routes[0].program);
    const twin = byHash.get(hash);
    if (twin !== undefined) output.warn(`${name} is the same program as ${twin}: nothing but chance can tell them apart.`);
    byHash.set(hash, twin ?? name);
  }
}
