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
  return perOutput(
    name,
    fields.map((field) => [field, { name, needsLabels: true, score: (given) => scoreField(name, field, given, score) }]),
  );
}

/**
 * The mean of metrics of one output each, over the outputs that a row labels.
 * @param parts at least one
 */
export function perOutput(name: string, parts: readonly (readonly [Field, Metric])[]): Metric {
  const [[, only] = [undefined, undefined], ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  return {
    name,
    needsLabels: true,
    score: (given) => {
      const labeled = parts.filter(([field]) => hasLabel(field, given.expected));
      if (labeled.length === 0) {
        const names = parts.map(([field]) => `"${field.name}"`).join(', ');
        throw cannotScore(name, `none of ${names} has a label`, 'Give the row a value for at least one of them, or leave the row out.');
      }
      return average(labeled.map(([field, metric]) => [field.name, metric.score(given)]));
    },
  };
}

function scoreField(name: string, field: Field, given: MetricCase, score: ScoreLabeled): Scored {
  const labels = labelsOf(name, field, given.expected);
  const output = given.outputs[field.name];
  const wanted = labels.filter((label) => label !== null);
  const mayBeAbsent = wanted.length < labels.length;
  if (output === undefined || output === null || (mayBeAbsent && isEmpty(output))) {
    if (mayBeAbsent) return verdict(true, 'Rightly, nothing was answered.');
    return verdict(false, `Nothing was answered; expected ${shown(labels)}.`);
  }
  if (wanted.length === 0) return verdict(false, `Expected nothing, got ${quote(output)}.`);
  if (typeof output === 'number' && !Number.isFinite(output)) {
    throw cannotScore(name, `the output "${field.name}" is ${output}`, 'Run the row again: this is no answer.');
  }
  return score(output, wanted, field);
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
