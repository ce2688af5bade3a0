import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError, asAtelierError } from '../../core/errors.js';
import { DEFAULT_OPTIMIZER, listOptimizers } from '../../core/optimizer/catalog.js';
import { type ForecastDocument, forecastDocument } from '../../core/optimizer/document.js';
import { type RunSpec, runName } from '../../core/optimizer/run-spec.js';
import { forecastLines } from '../../core/optimizer/wording.js';
import { versionName } from '../../core/version/version-name.js';
import { definitionOfVersion } from '../../core/version/version-program.js';
import { EMBEDDED } from '../../models/model-ref.js';
import { chooseDataset } from '../evaluate/choose-evaluation.js';
import { chooseMetric, unopenedScorer } from '../evaluate/choose-metric.js';
import { pickModel } from '../models/choose-model.js';
import { SEED } from '../run-signature/open-executor.js';
import type { Services } from '../services.js';
import type { ChosenVersion } from '../versions/choose.js';

const TITLE = 'Optimize Signature';
/** What a run that costs may take beyond its forecast: answers that are asked for once more. */
const SLACK = 1.1;

type Step = (services: Services, spec: RunSpec) => Promise<Partial<RunSpec> | undefined>;

/** What a run will cost, or why it cannot be run. */
type Outlook =
  | { readonly forecast: ForecastDocument; readonly warnings: readonly string[]; readonly rows: string; readonly metric: string }
  | { readonly problem: string };

/**
 * Lets a person choose what is optimized on which rows, how, and with what budget, the forecast in sight; then asks once more.
 * @param from the signature's file, or a version, when the command came from it
 * @returns undefined when it shall not be run
 * @throws AtelierError `data.unreadable` when no table has the labels of a signature
 */
export async function chooseOptimization(services: Services, from: vscode.Uri | ChosenVersion | undefined): Promise<RunSpec | undefined> {
  const dataset = await chooseDataset(services, from, TITLE, 'A signature, and the rows to learn from');
  if (dataset === undefined) return undefined;
  const { settings } = services.host;
  const { name } = dataset.definition.signature;
  const start = await startOf(services, name, from !== undefined && 'number' in from ? from.number : undefined);
  const created = new Date();
  const { optimization = {} } = start.definition;
  const { metric: _, optimizer = DEFAULT_OPTIMIZER, ...options } = optimization;
  const spec: RunSpec = {
    ...{ run: runName(name, created, randomBytes(2).toString('hex').slice(0, 3)), ...start },
    ...{ student: settings.model, teacher: settings.model, optimizer: { optimizer, ...options } },
    data: setsBeside(dataset.uri.fsPath, dataset.shown),
    ...{ seed: SEED, budget: {}, ablate: settings.model === EMBEDDED, scope: {}, author: settings.userId, created: created.toISOString() },
  };
  return confirmed(services, spec);
}

/** Shows what a run does and costs, lets it be changed, and asks once more. @returns undefined when it shall not be run */
export async function confirmed(services: Services, given: RunSpec): Promise<RunSpec | undefined> {
  let spec = given;
  for (;;) {
    const outlook = await outlookOf(services, spec);
    const step = await nextStep(services, spec, outlook);
    if (step === undefined) return undefined;
    if (step === 'begin') {
      if ('problem' in outlook || !(await isConfirmed(services, spec, outlook))) continue;
      const { withHashes } = await import('../../store/index.js');
      return withHashes({ ...spec, budget: budgetFor(spec, outlook.forecast) }, folderOf(services));
    }
    // What cannot be chosen is said, and the rest of the choices stays.
    try {
      spec = { ...spec, ...(await step(services, spec)) };
    } catch (error) {
      services.host.tell(TITLE, error);
    }
  }
}

async function nextStep(services: Services, spec: RunSpec, outlook: Outlook): Promise<Step | 'begin' | undefined> {
  const { vscode } = services.host;
  const item = (icon: string, label: string, description: string, step: Step | 'begin', detail?: string) => ({
    label: `$(${icon}) ${label}`,
    description,
    step,
    ...(detail === undefined ? {} : { detail }),
  });
  const { definition, student, teacher, data, budget, ablate } = spec;
  const what = `${definition.signature.name} ${definition.version === undefined ? 'as written' : versionName(definition.version)}`;
  const begin =
    'problem' in outlook
      ? item('error', 'Cannot be optimized like this', '', chooseOptimizer, outlook.problem)
      : item('rocket', 'Begin…', what, 'begin', [forecastLines(outlook.forecast)[0] ?? '', ...warningsLine(outlook.warnings)].join(' · '));
  const file = (named: { readonly file: string } | undefined) => named?.file ?? 'taken from the rows to learn from';
  const items = [
    begin,
    item('settings-gear', 'Optimizer', specText(spec), chooseOptimizer),
    item('mortar-board', 'Teacher', teacher === student ? `${teacher}, the model itself` : teacher, chooseTeacher),
    item('list-filter', 'Rows to choose by', file(data.validation), chooseRows('validation')),
    item('shield', 'Rows to prove it on', `${file(data.test)}${'problem' in outlook ? '' : ` · ${outlook.rows}`}`, chooseRows('test')),
    item('symbol-ruler', 'Metric', 'problem' in outlook ? 'chosen by the outputs' : outlook.metric, () =>
      chooseMetric(services, TITLE, definition),
    ),
    item(
      'credit-card',
      'Budget',
      budget.calls === undefined ? 'the forecast, a tenth more at the most' : `${budget.calls} calls`,
      chooseBudget,
    ),
    item('beaker', 'What each demo is worth', ablate ? 'is found out at the end' : 'is not looked at', async () => ({ ablate: !ablate })),
  ];
  const options = {
    title: `${TITLE}: ${what}`,
    placeHolder: 'Enter goes on; or change what is done',
    ignoreFocusOut: true,
    matchOnDescription: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.step;
}

async function isConfirmed(
  services: Services,
  spec: RunSpec,
  { forecast, warnings }: Exclude<Outlook, { problem: string }>,
): Promise<boolean> {
  const { vscode } = services.host;
  const { student, teacher } = spec;
  const rowsGoTo = [...new Set([student, teacher])].filter((model) => model !== EMBEDDED);
  const detail = [
    ...forecastLines(forecast),
    '',
    rowsGoTo.length === 0 ? 'Nothing leaves this machine.' : `Rows of your files are sent to ${rowsGoTo.join(' and ')}.`,
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
  ].join('\n');
  const message = `Optimize ${spec.definition.signature.name} with ${specText(spec)}?`;
  return (await vscode.window.showInformationMessage(message, { modal: true, detail }, 'Begin')) === 'Begin';
}

async function outlookOf(services: Services, spec: RunSpec): Promise<Outlook> {
  try {
    const [{ prepareRun }, { runModels }, hub] = await Promise.all([
      import('../../store/index.js'),
      import('../../engine/index.js'),
      services.models(),
    ]);
    const models = runModels(await hub.open(spec.student), await hub.open(spec.teacher), (name) => services.signature(name));
    const workspaceFolder = folderOf(services);
    const places = { workspaceFolder, tastes: [], onProblem: services.report };
    const standIn = unopenedScorer(spec.metric ?? spec.definition.optimization?.metric);
    const { rows, forecast, warnings } = await prepareRun(spec, models, places, standIn);
    const counts = `${rows.trainset.length} / ${rows.valset.length} / ${rows.testset.length} rows`;
    return { forecast: forecastDocument(forecast), warnings, rows: counts, metric: rows.scorer.name };
  } catch (thrown) {
    const { message, hint } = asAtelierError(thrown);
    return { problem: `${message} ${hint}` };
  }
}

const chooseOptimizer: Step = async (services, spec) => {
  const { vscode } = services.host;
  const others: vscode.QuickPickItem & { readonly typed: true } = {
    label: 'with options…',
    description: 'such as mipro(auto=medium)',
    typed: true,
  };
  const items: (vscode.QuickPickItem & { readonly typed?: true })[] = [
    ...listOptimizers().map(({ name, about }) => ({ label: name, detail: about })),
    others,
  ];
  const options = { title: TITLE, placeHolder: `Now: ${specText(spec)}`, matchOnDetail: true, ignoreFocusOut: true };
  const picked = await vscode.window.showQuickPick(items, options);
  if (picked?.typed !== true) return picked === undefined ? undefined : { optimizer: picked.label };
  const optionsOf = listOptimizers().map(({ name, options: names }) => `${name}(${names.join(', ')})`);
  const prompt = optionsOf.join(' · ');
  const text = await vscode.window.showInputBox({ title: TITLE, prompt, value: specText(spec), ignoreFocusOut: true });
  return text === undefined || text.trim() === '' ? undefined : { optimizer: text.trim() };
};

const chooseTeacher: Step = async (services, { teacher }) => {
  const model = await pickModel(services, `${TITLE}: Teacher`, teacher);
  return model === undefined ? undefined : { teacher: model };
};

const chooseRows =
  (split: 'validation' | 'test'): Step =>
  async (services, { data }) => {
    const { vscode } = services.host;
    const files = await vscode.workspace.findFiles('**/*.{csv,jsonl,ndjson}', '**/{node_modules,.git,.atelier}/**', 200);
    const shown = files.map((uri) => vscode.workspace.asRelativePath(uri)).filter((file) => file !== data.train.file);
    const items: (vscode.QuickPickItem & { readonly file?: string })[] = [
      { label: 'taken from the rows to learn from', description: 'by the column "split", else by chance, the same each time' },
      ...shown.sort().map((file) => ({ label: file, file })),
    ];
    const placeHolder = split === 'test' ? 'Rows that the search never sees' : 'Rows by which the best candidate is chosen';
    const picked = await vscode.window.showQuickPick(items, { title: TITLE, placeHolder, ignoreFocusOut: true });
    if (picked === undefined) return undefined;
    return { data: { ...data, [split]: picked.file === undefined ? undefined : { file: picked.file, sha256: '' } } };
  };

const chooseBudget: Step = async ({ host: { vscode } }, { budget }) => {
  const validateInput = (text: string) => (/^\d*$/.test(text.trim()) ? undefined : 'A whole number, or nothing');
  const prompt = 'Most calls: it stops there and keeps the best. Nothing: the forecast, a tenth more at the most';
  const value = budget.calls === undefined ? '' : String(budget.calls);
  const text = await vscode.window.showInputBox({ title: TITLE, prompt, value, validateInput, ignoreFocusOut: true });
  if (text === undefined) return undefined;
  return { budget: text.trim() === '' ? {} : { calls: Number(text) } };
};

/** What the person was told is the most that is spent, unless they said otherwise. */
function budgetFor({ budget, student, teacher }: RunSpec, { calls }: ForecastDocument): RunSpec['budget'] {
  if (budget.calls !== undefined || (student === EMBEDDED && teacher === EMBEDDED)) return budget;
  return { calls: Math.ceil(calls * SLACK) };
}

/** What it starts from: a version, else what the file says. */
async function startOf(services: Services, name: string, number: number | undefined): Promise<Pick<RunSpec, 'definition' | 'demos'>> {
  if (number === undefined) return { definition: await services.signature(name) };
  const version = await (await services.versions()).read(name, number);
  return { definition: definitionOfVersion(version), demos: version.demos };
}

/** `reviews-train.csv` has its other sets beside it, when they are there. */
function setsBeside(file: string, shown: string): RunSpec['data'] {
  const beside = (split: string) => {
    const name = path.basename(file).replace(/train(?:ing|set)?(?=\.\w+$)/i, split);
    const isThere = name !== path.basename(file) && existsSync(path.join(path.dirname(file), name));
    return isThere ? { file: path.posix.join(path.posix.dirname(shown), name), sha256: '' } : undefined;
  };
  return { train: { file: shown, sha256: '' }, validation: beside('validation'), test: beside('test') };
}

function specText({ optimizer }: Pick<RunSpec, 'optimizer'>): string {
  if (typeof optimizer === 'string') return optimizer;
  const { optimizer: name, ...options } = optimizer as Readonly<Record<string, unknown>>;
  const given = Object.entries(options).map(([option, value]) => `${option}=${String(value)}`);
  return `${String(name)}${given.length === 0 ? '' : `(${given.join(', ')})`}`;
}

function warningsLine(warnings: readonly string[]): string[] {
  return warnings.length === 0 ? [] : [`$(warning) ${warnings.length === 1 ? warnings[0] : `${warnings.length} warnings`}`];
}

function folderOf(services: Services): string {
  const folder = services.host.workspaceFolder();
  if (folder !== undefined) return folder;
  throw new AtelierError('workspace.none', 'No folder is open.', { hint: 'Open a folder: runs are kept in the workspace.' });
}
