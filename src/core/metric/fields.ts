import type { FieldValue } from '../program/program.js';
import { quote } from '../program/read-scalar.js';
import type { Field } from '../signature/signature.js';
import { cannotScore, type Metric, type MetricCase, type Scored, verdict } from './metric.js';
import { hasLabel, isEmpty, labelsOf } from './read-label.js';

/** Scores one output against its right answers, of which there is at least one. */
export type ScoreLabeled = (output: FieldValue, labels: readonly FieldValue[], field: Field) => Scored;

/** Scores one output by itself. */
export type ScoreOutput = (output: FieldValue, given: MetricCase) => Scored;

/**
 * A metric that compares outputs with labels. With several fields the score is the mean over those that a row labels.
 * @param fields at least one
 */
export function labelMetric(name: string, fields: readonly Field[], score: ScoreLabeled): Metric {
  const scoreField = (field: Field, given: MetricCase): Scored => {
    const labels = labelsOf(name, field, given.expected);
    const output = given.outputs[field.name];
    const wanted = labels.filter((label) => label !== null);
    if (output === undefined || output === null || (isEmpty(output) && wanted.length < labels.length)) {
      return wanted.length < labels.length
        ? verdict(true, 'Rightly, nothing was answered.')
        : verdict(false, `Nothing was answered; expected ${shown(labels)}.`);
    }
    if (wanted.length === 0) return verdict(false, `Expected nothing, got ${quote(output)}.`);
    if (typeof output === 'number' && !Number.isFinite(output)) {
      throw cannotScore(name, `the output "${field.name}" is ${output}`, 'Run the row again: this is no answer.');
    }
    return score(output, wanted, field);
  };
  return {
    name,
    needsLabels: true,
    score: (given) => {
      const labeled = fields.filter((field) => hasLabel(field, given.expected));
      const [only, ...others] = labeled.length === 0 ? fields : labeled;
      if (only !== undefined && (others.length === 0 || labeled.length === 0)) return scoreField(only, given);
      return average(labeled.map((field) => [field.name, scoreField(field, given)]));
    },
  };
}

/** The right answers, for a sentence. */
export function shown(labels: readonly FieldValue[]): string {
  return labels.map(quote).join(' or ');
}

/** Compares with each right answer and keeps the best. */
export function best(score: (output: FieldValue, label: FieldValue, field: Field) => Scored): ScoreLabeled {
  return (output, labels, field) => labels.map((label) => score(output, label, field)).reduce((a, b) => (b.score > a.score ? b : a));
}

/** A metric that looks at one output alone; an output that is not there scores 0. */
export function outputMetric(name: string, field: Field, score: ScoreOutput): Metric {
  return {
    name,
    needsLabels: false,
    score: (given) => {
      const output = given.outputs[field.name];
      return output === undefined || output === null ? verdict(false, `"${field.name}" was not answered.`) : score(output, given);
    },
  };
}

function average(scores: readonly (readonly [string, Scored])[]): Scored {
  const wrong = scores.filter(([, { score }]) => score < 1);
  return {
    score: Math.min(1, scores.reduce((sum, [, { score }]) => sum + score, 0) / scores.length),
    feedback: wrong.length === 0 ? 'Every labeled output is right.' : wrong.map(([name, { feedback }]) => `${name}: ${feedback}`).join(' '),
    parts: Object.fromEntries(scores.map(([name, { score }]) => [name, score])),
  };
}
