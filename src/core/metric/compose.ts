import { AtelierError } from '../errors.js';
import { type Metric, type MetricCase, type Scored, scoreWith } from './metric.js';

/** A metric and how much it counts. */
export interface Weighted {
  readonly metric: Metric;
  /** More than 0; only the proportions matter. */
  readonly weight: number;
}

/**
 * The weighted mean of metrics.
 * @throws AtelierError `usage.invalid` without metrics, or for a weight that is no number above 0
 */
export function weighted(parts: readonly Weighted[]): Metric {
  const wrong = parts.find(({ weight }) => !(weight > 0 && Number.isFinite(weight)));
  if (wrong !== undefined) {
    throw new AtelierError('usage.invalid', `The weight of ${wrong.metric.name} is ${wrong.weight}, not a number above 0.`, {
      hint: 'Give every part of a weighted metric a weight such as 1, or leave the part out.',
    });
  }
  const largest = Math.max(...parts.map(({ weight }) => weight));
  // In proportion to the largest: a sum of huge weights would be no number any more.
  const shares = parts.map(({ weight }) => weight / largest);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return composed(
    `weighted(${parts.map(({ metric, weight }) => `${weight} × ${metric.name}`).join(', ')})`,
    parts.map(({ metric }) => metric),
    (scores) => scores.reduce((sum, score, index) => sum + score * (shares[index] ?? 0), 0) / whole,
  );
}

/**
 * The lowest score of metrics: 1 only when all are 1 (the AND of graded truths: Zadeh 1965).
 * @throws AtelierError `usage.invalid` without metrics
 */
export function allOf(metrics: readonly Metric[]): Metric {
  return composed(`all_of(${metrics.map(({ name }) => name).join(', ')})`, metrics, (scores) => Math.min(...scores));
}

function composed(name: string, metrics: readonly Metric[], combine: (scores: readonly number[]) => number): Metric {
  if (metrics.length === 0) {
    throw new AtelierError('usage.invalid', 'A composed metric has no parts.', { hint: 'Name at least one metric in it.' });
  }
  const names = distinct(metrics.map((metric) => metric.name));
  return {
    name,
    needsLabels: metrics.some((metric) => metric.needsLabels),
    score: (given: MetricCase): Scored => {
      const scored = metrics.map((metric) => scoreWith(metric, given));
      const wanting = scored.map(({ score, feedback }, index) => (score < 1 ? `${names[index]}: ${feedback}` : ''));
      const feedback = wanting.filter((text) => text !== '').join(' ');
      return {
        // A mean of ones may come out a little above 1 in binary.
        score: Math.min(1, Math.max(0, combine(scored.map(({ score }) => score)))),
        feedback: feedback === '' ? 'Every part is at its best.' : feedback,
        parts: Object.fromEntries(scored.map(({ score }, index) => [names[index], score])),
      };
    },
  };
}

/** Names of parts: of equal ones, the second is "name 2". */
function distinct(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name} ${before + 1}`;
  });
}
