import type * as vscode from 'vscode';
import type { Scorer } from '../../core/evaluation/scorer.js';
import { readScorerSpec } from '../../core/evaluation/scorer-spec.js';
import { listMetrics } from '../../core/metric/catalog.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import type { Services } from '../services.js';

/** @returns undefined inside when it is the usual one, undefined as a whole when nothing was picked */
export async function chooseMetric(
  { host: { vscode } }: Services,
  title: string,
  { optimization }: SignatureDefinition,
): Promise<{ readonly metric: string | undefined } | undefined> {
  const own = optimization?.metric;
  const usual = own === undefined ? 'what suits the outputs' : `${metricText(own)}, as its file says`;
  const items: (vscode.QuickPickItem & { readonly metric?: string | undefined; readonly other?: true })[] = [
    { label: 'usual', description: usual },
    ...listMetrics().map(({ name, about }) => ({ label: name, description: about, metric: name })),
    { label: 'judge', description: 'a model rates the answers by the rubric JudgeAnswer', metric: 'judge' },
    { label: 'other…', description: 'with options, a judge with a rubric of yours, or a module of the workspace', other: true },
  ];
  const options = { title, placeHolder: 'What scores the answers', matchOnDescription: true, ignoreFocusOut: true };
  const picked = await vscode.window.showQuickPick(items, options);
  if (picked?.other !== true) return picked === undefined ? undefined : { metric: picked.metric };
  const prompt = 'For example contains(word=thanks), judge(rubric=MyRubric), or metrics/mine.mjs';
  const metric = await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true });
  return metric === undefined || metric.trim() === '' ? undefined : { metric: metric.trim() };
}

/** A metric as a person reads it. */
export function metricText(named: JsonValue): string {
  return typeof named === 'string' ? named : JSON.stringify(named);
}

/**
 * Stands in, while a plan is made, for a judge or a module of the workspace, which are opened when they run.
 * @returns undefined for a metric that needs no opening
 */
export function unopenedScorer(named: JsonValue | undefined): Scorer | undefined {
  if (named === undefined || readScorerSpec(named) === undefined) return undefined;
  return { name: metricText(named), needsLabels: false, score: async () => ({ score: 0, feedback: '' }) };
}
