import type { MetricCase } from '../../core/metric/metric.js';

/** What a metric of the user's is given. */
export type MetricArguments = Pick<MetricCase, 'inputs' | 'expected' | 'outputs' | 'signature'>;

/** What the metric's process is asked. */
export type MetricRequest =
  | { readonly kind: 'load'; readonly source: string }
  | { readonly kind: 'score'; readonly given: MetricArguments };

/** What it replies. Scores are not checked yet: they may be any number. */
export type MetricReply =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'scored'; readonly score: number; readonly feedback: string }
  | MetricFailure;

/** Why there is no score. */
export interface MetricFailure {
  readonly kind: 'failed';
  /** Without a full stop. */
  readonly reason: string;
  /** 1-based place in the module, when it is known. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** True when the process is of no more use. */
  readonly ends?: boolean;
}

/** What the process is started with, as its one argument in JSON. */
export interface ProcessArguments {
  readonly memoryBytes: number;
}
