/**
 * The share of a standard normal distribution below `x`. Zelen and Severo 1964 (Abramowitz and Stegun, 26.2.17): the absolute error is
 * below 7.5e-8.
 */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x < 0 ? tail : 1 - tail;
}

const CENTRE = [2.50662823884, -18.61500062529, 41.39119773534, -25.44106049637] as const;
const CENTRE_BELOW = [1, -8.4735109309, 23.08336743743, -21.06224101826, 3.13082909833] as const;
const TAIL = [
  0.3374754822726147, 0.9761690190917186, 0.1607979714918209, 0.0276438810333863, 0.0038405729373609, 0.0003951896511919,
  0.0000321767881768, 0.0000002888167364, 0.0000003960315187,
] as const;

/**
 * The point below which the share `p` of a standard normal distribution lies. Beasley and Springer 1977 with Moro's tail (1995): the
 * absolute error is below 3e-9 for 1e-10 < p < 1 - 1e-10.
 * @param p 0..1; infinite at the ends
 */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  const y = p - 0.5;
  if (Math.abs(y) < 0.42) return (y * polynomial(CENTRE, y * y)) / polynomial(CENTRE_BELOW, y * y);
  const x = polynomial(TAIL, Math.log(-Math.log(Math.min(p, 1 - p))));
  return y < 0 ? -x : x;
}

/**
 * The point below which the share `p` of Student's t distribution lies. Exact for 1 and 2 degrees of freedom; above, the expansion of
 * Abramowitz and Stegun, 26.7.5: for p = 0.975 the relative error is below 1 % at 3 degrees and below 0.01 % from 10 on.
 * @param p between 0 and 1, without the ends
 * @param degrees of freedom, 1 or more
 */
export function studentQuantile(p: number, degrees: number): number {
  if (degrees === 1) return Math.tan(Math.PI * (p - 0.5));
  if (degrees === 2) return (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
  const x = normalQuantile(p);
  const terms = [
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160,
  ];
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
