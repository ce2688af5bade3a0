import type * as vscode from 'vscode';
import type { EvaluationDocument, EvaluationOutcome } from '../../core/evaluation/document.js';
import { evaluationDocument } from '../../core/evaluation/evaluation-document.js';
import { describeProgress } from '../../core/program/batch-progress.js';
import { scoreOf } from '../../core/version/score-record.js';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { type ChosenVersion, chooseVersion } from '../versions/choose.js';
import { chooseEvaluation } from './choose-evaluation.js';
import { withHandScores } from './hand-scores.js';
import { ReportPanels } from './report-panel.js';
import { type Evaluation, runEvaluation } from './run-evaluation.js';
import { EvaluationTests } from './test-explorer.js';

/** What lives until the extension ends, and takes up the reports of before a reload. */
export interface Evaluations extends vscode.Disposable {
  restoreReport(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
}

/** Evaluates signatures on tables: a command with a report, and the Test Explorer. */
export function register(services: Services): Evaluations {
  const { vscode, guard } = services.host;
  const panels = new ReportPanels(services);
  const registered = vscode.Disposable.from(
    panels,
    new EvaluationTests(services, panels),
    vscode.commands.registerCommand('promptAtelier.evaluateSignature', (uri?: unknown) =>
      guard('Evaluate Signature', () => evaluateSignature(services, panels, uri instanceof vscode.Uri ? uri : undefined)),
    ),
    vscode.commands.registerCommand('promptAtelier.evaluateVersion', (given?: unknown) =>
      guard('Evaluate Version', async () => {
        const version = await chooseVersion(services, 'Evaluate Version', given);
        if (version !== undefined) await evaluateSignature(services, panels, version);
      }),
    ),
  );
  return {
    dispose: () => registered.dispose(),
    restoreReport: (panel, state) => guard('Evaluation Report', () => panels.restore(panel, state)),
  };
}

async function evaluateSignature(services: Services, panels: ReportPanels, from: vscode.Uri | ChosenVersion | undefined): Promise<void> {
  services.requireTrust();
  const { vscode, log } = services.host;
  const evaluation = await chooseEvaluation(services, from);
  if (evaluation === undefined) return;
  const { name } = evaluation.definition.signature;
  const options = { location: vscode.ProgressLocation.Notification, title: `Evaluating ${name}`, cancellable: true };
  const outcome = await vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    return runEvaluation(services, evaluation, {
      signal: abortOn(token),
      onProgress: (state, doing) => {
        const percent = (100 * state.done) / Math.max(1, state.rows) / (evaluation.baseline === undefined ? 1 : 2);
        const score = state.score === undefined ? '' : ` · ${state.score.toFixed(3)} so far`;
        const message = `${doing === undefined ? '' : `${doing}: `}${describeProgress(state)}${score}`;
        // The second of two starts at its own beginning.
        progress.report({ message, increment: Math.max(0, percent - shown) });
        shown = percent;
      },
    });
  });
  const { report, baseline, facts } = await withHandScores(services, outcome);
  log.info(
    `Evaluated ${name} on ${facts.data.file}: ${report.score?.toFixed(3) ?? 'no score'}, n = ${report.n}, ${report.failures} failed, ${report.reused} from before`,
  );
  // What was paid is shown, also when it ended early.
  await panels.show(outcome);
  await keepScores(services, evaluation, await withHandScores(services, outcome));
  const stopped = report.stopped ?? baseline?.report.stopped;
  if (stopped !== undefined) throw stopped;
}

/** Keeps what was measured of versions beside them: of the one that was evaluated, and of the one that it was compared with. */
async function keepScores(services: Services, { definition, baseline }: Evaluation, outcome: EvaluationOutcome): Promise<void> {
  const { facts, report } = outcome;
  const store = await services.versions();
  const keep = async (number: number | undefined, document: EvaluationDocument) => {
    const score = number === undefined ? undefined : scoreOf(document);
    if (number === undefined || score === undefined) return;
    const when = facts.created ?? new Date().toISOString();
    await store.recordScore(facts.signature.name, number, { score, when, who: services.host.settings.userId });
  };
  await keep(definition.version, evaluationDocument({ facts, report }));
  if (outcome.baseline !== undefined)
    await keep(baseline?.definition.version, evaluationDocument({ facts, report: outcome.baseline.report }));
}
