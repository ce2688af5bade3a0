import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { cancelled, isCancellation } from '../core/errors.js';
import { openScorer } from '../core/evaluation/open-scorer.js';
import { DEFAULT_OPTIMIZER } from '../core/optimizer/catalog.js';
import { forecastDocument } from '../core/optimizer/document.js';
import type { RunBudget } from '../core/optimizer/run-budget.js';
import { type RunSpec, runName } from '../core/optimizer/run-spec.js';
import { describeOptimization, forecastLines, progressText } from '../core/optimizer/wording.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { JsonValue } from '../core/text/json-schema.js';
import { type CommandContext, openStore, requireModel, userOf, workspaceOf } from './context.js';
import { fractionsOf } from './evaluation-rows.js';
import { modeOf, openRunHub } from './executor.js';
import { budgetOf, mappingOf, usage, wholeNumber } from './options.js';
import { newRetrainingOf } from './retrain.js';
import { openScorerPorts } from './scorer-ports.js';
import { chosenDefinition, definitionOf, demosOf, openVersions } from './signature.js';

/** `atelier optimize <signature> --data FILE`, or `atelier optimize --resume RUN`. @returns the exit code */
export async function run(context: CommandContext): Promise<number> {
  return runSpec(context, context.values.resume === true ? await resumedSpec(context) : await newSpec(context));
}

/** `atelier retrain [--taste T] [--user ID]`. @returns the exit code */
export async function retrain(context: CommandContext): Promise<number> {
  const { spec, discard } = await newRetrainingOf(context);
  try {
    return await runSpec(context, spec);
  } finally {
    await discard();
  }
}

/** Runs what a spec says, after telling what it will cost. @returns the exit code */
export async function runSpec(given: CommandContext, spec: RunSpec): Promise<number> {
  const { values, output, signal } = given;
  const workspaceFolder = workspaceOf(given);
  const { executeRun, Locks, prepareRun, RunFolders } = await import('../store/index.js');
  const { Budget, runModels } = await import('../engine/index.js');
  const onProblem = ({
    file,
    line,
    message,
    hint,
  }: {
    readonly file: string;
    readonly line: number;
    readonly message: string;
    readonly hint: string;
  }) => output.warn(`${file}:${line}: ${message} ${hint}`);
  const folders = new RunFolders({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem });
  const paid = [...(await folders.journal(spec.run)).known.values()];
  // What earlier sessions paid counts: the limit is one of the whole run.
  const hub = await openRunHub(given, { budget: new Budget(leftOf(spec.budget, paid)) });
  const models = runModels(await hub.open(spec.student), await hub.open(spec.teacher), (name) => definitionOf(given, name, modeOf(given)));
  const takesTaste = spec.definition.signature.inputs.some(({ name }) => name === 'taste');
  const places = { workspaceFolder, onProblem, tastes: takesTaste ? await (await openStore(given)).tastes() : [] };
  const opened = await openScorer(spec.metric, spec.definition, openScorerPorts(given, hub));
  try {
    const prepared = await prepareRun(spec, models, places, opened.scorer);
    for (const { file, line, message, hint } of prepared.rows.problems) onProblem({ file, line, message, hint });
    const forecast = forecastDocument(prepared.forecast);
    const said = ['forecast:', ...forecastLines(forecast)].join('\n');
    for (const warning of prepared.warnings) output.warn(warning);
    if (values['dry-run'] === true) {
      output.result({ forecast, warnings: prepared.warnings }, said);
      return 0;
    }
    output.note(said);
    if (forecast.usd !== 0) await confirmed(given);
    if (values.resume !== true) await folders.create(spec);
    const document = await executeRun(prepared, models, places, {
      signal,
      onView: (view) => output.progress(progressText(view)),
    });
    output.endProgress();
    output.result(document, describeOptimization(document));
    return 0;
  } catch (thrown) {
    output.endProgress();
    if (isCancellation(thrown) || values['dry-run'] !== true) {
      if (await folders.view(spec.run).catch(() => undefined)) output.note(`Go on with: atelier optimize --resume ${spec.run}`);
    }
    throw thrown;
  } finally {
    await opened.dispose();
  }
}

/** What the command line says, as a run. @throws AtelierError `usage.invalid`, `signature.*`, `version.*`, `data.*` */
async function newSpec(given: CommandContext): Promise<RunSpec> {
  const { values, positionals } = given;
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage('optimize takes one signature.', 'For example: atelier optimize sentiment --data data/reviews.csv --optimizer bootstrap');
  }
  if (values.data === undefined) throw usage('optimize needs rows.', 'Add --data FILE.csv, with a column per input and per label.');
  const { definition, context } = await chosenDefinition(given, reference, modeOf(given));
  const student = requireModel(context);
  const teacherVersion = values['teacher-version'];
  const { displayPath, withHashes } = await import('../store/index.js');
  const created = new Date();
  const file = (name: 'data' | 'validation' | 'test') => {
    const named = values[name];
    return named === undefined ? undefined : { file: displayPath(workspaceOf(given), path.resolve(named)), sha256: '' };
  };
  const spec: RunSpec = {
    run: runName(definition.signature.name, created, randomBytes(2).toString('hex').slice(0, 3)),
    definition,
    demos: await demosOf(context, definition),
    ...{ student, teacher: values.teacher ?? student },
    teacherProgram: teacherVersion === undefined ? undefined : await programNamed(context, definition, teacherVersion),
    optimizer: values.optimizer ?? defaultOptimizer(definition),
    metric: values.metric,
    data: { train: file('data') ?? { file: '', sha256: '' }, validation: file('validation'), test: file('test') },
    mapping: mappingOf(values.map ?? []),
    splitColumn: values['split-column'],
    fractions: fractionsOf(values.fractions),
    seed: wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1,
    budget: budgetOf(values),
    ablate: values.ablate === true,
    scope: { taste: values.taste, user: values.user },
    author: userOf(given),
    created: created.toISOString(),
  };
  return withHashes(spec, workspaceOf(given));
}

/** A run of before; a budget that is given now counts in place of its own. @throws AtelierError `run.*`, `usage.invalid` */
async function resumedSpec(given: CommandContext): Promise<RunSpec> {
  const { values, positionals } = given;
  const run = positionals.at(-1);
  if (run === undefined)
    throw usage('--resume takes the name of a run.', 'For example: atelier optimize --resume sentiment-20260131-093000-k3f');
  const { Locks, RunFolders } = await import('../store/index.js');
  const workspaceFolder = workspaceOf(given);
  const folders = new RunFolders({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem: () => undefined });
  const spec = await folders.spec(run);
  const budget = budgetOf(values);
  return { ...spec, budget: { ...spec.budget, ...Object.fromEntries(Object.entries(budget).filter(([, limit]) => limit !== undefined)) } };
}

function leftOf(
  { calls, tokens, usd }: RunBudget,
  paid: readonly {
    readonly spent: {
      readonly calls: number;
      readonly usage: { readonly promptTokens: number; readonly completionTokens: number };
      readonly costUsd?: number | undefined;
    };
  }[],
): RunBudget {
  const left = (limit: number | undefined, of: (spent: (typeof paid)[number]['spent']) => number) =>
    limit === undefined ? undefined : Math.max(0, limit - paid.reduce((sum, { spent }) => sum + of(spent), 0));
  return {
    calls: left(calls, (spent) => spent.calls),
    tokens: left(tokens, ({ usage: used }) => used.promptTokens + used.completionTokens),
    usd: left(usd, ({ costUsd = 0 }) => costUsd),
  };
}

/** What the signature's file says under `optimization`, but for the metric. */
function defaultOptimizer({ optimization = {} }: SignatureDefinition): JsonValue {
  const { metric: _, optimizer = DEFAULT_OPTIMIZER, ...options } = optimization;
  return { optimizer, ...options };
}

async function programNamed(
  context: CommandContext,
  { signature }: SignatureDefinition,
  version: string,
): Promise<NonNullable<RunSpec['teacherProgram']>> {
  const { definitionOfVersion } = await import('../core/version/version-program.js');
  const found = await (await openVersions(context)).find(signature.name, version);
  return { definition: definitionOfVersion(found), demos: found.demos };
}

/** Asks a person before money is spent; `--yes`, and no terminal to ask on, go on. @throws AtelierError `cancelled` */
async function confirmed({ values, output, signal }: CommandContext): Promise<void> {
  if (values.yes === true || output.json || process.stdin.isTTY !== true || process.stderr.isTTY !== true) return;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Begin? [y/N] ', { signal });
    if (!/^y(?:es)?$/i.test(answer.trim())) throw cancelled();
  } finally {
    terminal.close();
  }
}
