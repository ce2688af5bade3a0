import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError, asAtelierError } from '../../core/errors.js';
import { readScorerSpec } from '../../core/evaluation/scorer-spec.js';
import { SPLITS } from '../../core/example/splits.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { labelsOf, NO_LABELS } from '../../core/version/labels.js';
import { versionName } from '../../core/version/version-name.js';
import { definitionOfVersion } from '../../core/version/version-program.js';
import type { Services } from '../services.js';
import type { ChosenVersion } from '../versions/choose.js';
import { describeVersion } from '../versions/describe.js';
import { chooseMetric, metricText, unopenedScorer } from './choose-metric.js';
import { findDatasets, type LabeledDataset } from './datasets.js';
import { type Evaluation, planOf } from './run-evaluation.js';

const TITLE = 'Evaluate Signature';
const MOST_REPEATS = 20;
const MOST_REVISIONS = 30;

/** What runs, and all that can be chosen about it. */
interface Choice extends Evaluation {
  /** The signature's own file; undefined for a built-in one. */
  readonly source: string | undefined;
}

type Change = Partial<Choice>;
/** Asks for one thing. @returns undefined when nothing was picked */
type Step = (services: Services, choice: Choice) => Promise<Change | undefined>;

/**
 * Lets a person choose a signature with its rows, and how it is evaluated; Enter twice takes what is usual.
 * @param from the signature's file, or a version, when the command came from it
 * @returns undefined when nothing was picked
 * @throws AtelierError `data.unreadable` when no table has the labels of a signature
 */
export async function chooseEvaluation(services: Services, from: vscode.Uri | ChosenVersion | undefined): Promise<Evaluation | undefined> {
  const dataset = await chooseDataset(services, from);
  if (dataset === undefined) return undefined;
  const { name } = dataset.definition.signature;
  const { files } = await services.signatures();
  const written = await services.signature(name);
  const isVersion = from !== undefined && 'number' in from;
  const definition = isVersion ? await versionOf(services, name, from.number) : written;
  let choice: Choice = {
    definition,
    file: dataset.uri.fsPath,
    source: written.source === 'workspace' ? files.get(name) : undefined,
  };
  for (;;) {
    const step = await nextStep(services, choice, dataset.shown);
    if (step === undefined) return undefined;
    if (step === 'run') return choice;
    // What cannot be chosen is said, and the rest of the choices stays.
    try {
      choice = { ...choice, ...(await step(services, choice)) };
    } catch (error) {
      services.host.tell(TITLE, error);
    }
  }
}

/**
 * A signature with a file that has its labels.
 * @param from the signature's file, or a version, when the command came from it
 * @throws AtelierError `data.unreadable` when there is none
 */
export async function chooseDataset(
  services: Services,
  from: vscode.Uri | ChosenVersion | undefined,
  title = TITLE,
  placeHolder = 'A signature, and the rows to evaluate it on',
): Promise<LabeledDataset | undefined> {
  const { vscode } = services.host;
  const { signatures, files } = await services.signatures();
  const isWanted = (name: string) => from === undefined || ('number' in from ? from.signature === name : isFile(files.get(name), from));
  const wanted = signatures.filter(({ signature }) => isWanted(signature.name));
  const datasets = await findDatasets(services, wanted);
  if (datasets.length === 0) {
    throw new AtelierError('data.unreadable', 'No table of this workspace has the labels of a signature.', {
      hint: 'Add a .csv or .jsonl file with a column for each input and each output of the signature.',
    });
  }
  const items = datasets.map((dataset) => ({
    label: dataset.definition.signature.name,
    description: dataset.shown,
    detail: dataset.definition.signature.description,
    dataset,
  }));
  const options = { title, placeHolder, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.dataset;
}

async function nextStep(services: Services, choice: Choice, shown: string): Promise<Step | 'run' | undefined> {
  const { vscode, settings } = services.host;
  const { definition, split, repeats = 1, baseline } = choice;
  const { rows, metric, isJudged, problem } = await forecast(services, choice);
  const runs = (rows ?? 0) * repeats * (baseline === undefined ? 1 : 2);
  const item = (icon: string, label: string, description: string, step: Step | 'run', detail?: string) => ({
    label: `$(${icon}) ${label}`,
    description,
    step,
    ...(detail === undefined ? {} : { detail }),
  });
  const judged = isJudged ? `, and as many judgements` : '';
  const cost = `${runs} ${runs === 1 ? 'answer' : 'answers'} of ${settings.model}${judged}; what is known from before is not asked again`;
  const count = rows === undefined ? '' : `, ${rows} ${rows === 1 ? 'row' : 'rows'}`;
  const items = [
    problem === undefined
      ? item('play', 'Evaluate', `${definition.signature.name} on ${shown}`, 'run', cost)
      : item('error', 'Cannot be evaluated like this', '', chooseSplit, problem),
    item('versions', 'Version', definition.version === undefined ? 'as written' : versionName(definition.version), chooseState),
    item('list-filter', 'Rows', `${split ?? 'all'}${count}`, chooseSplit),
    item('symbol-ruler', 'Metric', metric, (_, chosen) => chooseMetric(services, TITLE, chosen.definition)),
    item('sync', 'Repeats', `${repeats}`, chooseRepeats),
    item('compare-changes', 'Compare with', baseline?.with ?? 'nothing', chooseBaseline),
  ];
  const options = { title: TITLE, placeHolder: 'Enter evaluates; or change what is evaluated', ignoreFocusOut: true };
  return (await vscode.window.showQuickPick(items, options))?.step;
}

/** What is known before anything is asked. A wrong choice of rows or of a metric is said here; of a judge or a module, when it runs. */
async function forecast(
  services: Services,
  choice: Choice,
): Promise<{ readonly rows?: number; readonly metric: string; readonly isJudged: boolean; readonly problem?: string }> {
  const named = choice.metric ?? choice.definition.optimization?.metric;
  const shown = named === undefined ? 'chosen by the outputs' : metricText(named);
  const isJudged = readScorerSpec(named)?.kind === 'judge';
  const folder = services.host.workspaceFolder();
  if (folder === undefined) return { metric: shown, isJudged };
  try {
    const { plan } = await planOf(choice, folder, unopenedScorer(named));
    return { rows: plan.examples.length, metric: plan.scorer.name, isJudged };
  } catch (thrown) {
    const { message, hint } = asAtelierError(thrown);
    return { metric: shown, isJudged: false, problem: `${message} ${hint}` };
  }
}

const chooseState: Step = async (services, { definition }) => {
  const { name } = definition.signature;
  const items = [
    { label: 'as written', description: 'as the file of the signature says', number: undefined },
    ...(await versionItems(services, name)),
  ];
  const options = { title: TITLE, placeHolder: `What of ${name} is evaluated`, matchOnDescription: true, ignoreFocusOut: true };
  const picked = await services.host.vscode.window.showQuickPick(items, options);
  if (picked === undefined) return undefined;
  return { definition: picked.number === undefined ? await services.signature(name) : await versionOf(services, name, picked.number) };
};

/** The versions of a signature, the newest first. */
async function versionItems(services: Services, signature: string) {
  const store = await services.versions();
  const [{ versions }, { labels = NO_LABELS }] = await Promise.all([store.list(signature), store.inspectLabels(signature)]);
  const now = new Date();
  return versions.map((facts) => ({
    label: versionName(facts.number),
    description: describeVersion(facts, labelsOf(labels, facts.number), now).line,
    number: facts.number,
  }));
}

async function versionOf(services: Services, signature: string, number: number): Promise<SignatureDefinition> {
  return definitionOfVersion(await (await services.versions()).read(signature, number));
}

const chooseSplit: Step = async ({ host: { vscode } }) => {
  const items = [
    { label: 'all rows', split: undefined },
    ...SPLITS.map((split) => ({ label: split, description: 'by the column "split", else by chance, the same each time', split })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: TITLE, placeHolder: 'Which rows', ignoreFocusOut: true });
  return picked === undefined ? undefined : { split: picked.split };
};

const chooseRepeats: Step = async ({ host: { vscode } }, { repeats = 1 }) => {
  const validateInput = (text: string) =>
    /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= MOST_REPEATS ? undefined : `A whole number from 1 to ${MOST_REPEATS}`;
  const prompt = 'How often each row runs: shows how much the score moves by chance';
  const text = await vscode.window.showInputBox({ title: TITLE, prompt, value: String(repeats), validateInput, ignoreFocusOut: true });
  return text === undefined ? undefined : { repeats: Number(text) };
};

const chooseBaseline: Step = async (services, { source, definition }) => {
  const { vscode } = services.host;
  const folder = services.host.workspaceFolder();
  const { name } = definition.signature;
  if (folder === undefined) return undefined;
  const { revisionsOf, signatureAtRevision } = await import('../../store/index.js');
  const commits = source === undefined ? [] : await revisionsOf(source, MOST_REVISIONS);
  const items: (vscode.QuickPickItem & {
    readonly revision?: string;
    readonly typed?: true;
    readonly number?: number;
    readonly written?: true;
  })[] = [
    { label: 'nothing' },
    ...(definition.version === undefined
      ? []
      : [{ label: 'as written', description: 'as the file of the signature says', written: true as const }]),
    ...(await versionItems(services, name)).filter(({ number }) => number !== definition.version),
    ...(commits.length === 0 ? [] : [{ label: 'HEAD', description: 'as it was committed last', revision: 'HEAD' }]),
    ...commits.map(({ commit, subject, author, date }) => ({
      label: commit.slice(0, 8),
      description: subject,
      detail: `${author}, ${date.slice(0, 10)}`,
      revision: commit.slice(0, 8),
    })),
    ...(source === undefined ? [] : [{ label: 'other…', description: 'a branch, a tag, HEAD~3', typed: true as const }]),
  ];
  const placeHolder = `${name} as it was saved, or at a revision of git`;
  const options = { title: TITLE, placeHolder, matchOnDescription: true, ignoreFocusOut: true };
  const picked = await vscode.window.showQuickPick(items, options);
  if (picked === undefined) return undefined;
  if (picked.written === true) return { baseline: { with: 'as written', definition: await services.signature(name) } };
  if (picked.number !== undefined) {
    return { baseline: { with: versionName(picked.number), definition: await versionOf(services, name, picked.number) } };
  }
  const revision = picked.typed === true ? await vscode.window.showInputBox({ title: TITLE, prompt: placeHolder }) : picked.revision;
  if (revision === undefined) return picked.typed === true ? undefined : { baseline: undefined };
  return { baseline: { with: revision, definition: await signatureAtRevision(source, revision.trim(), folder) } };
};

function isFile(file: string | undefined, uri: vscode.Uri): boolean {
  return (
    file !== undefined &&
    (uri.scheme === 'file' || uri.scheme === 'vscode-remote'
      ? path.resolve(file) === path.resolve(uri.fsPath)
      : path.basename(file) === path.posix.basename(uri.path))
  );
}
