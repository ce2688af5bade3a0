import { AtelierError } from '../errors.js';
import { parseMetric } from '../metric/catalog.js';
import { firstDeciding } from '../metric/first-deciding.js';
import { judgeScorer } from '../metric/judge.js';
import { rubricOf } from '../metric/rubric.js';
import type { Executor } from '../program/executor.js';
import type { SignatureDefinition } from '../signature/definition.js';
import type { JsonValue } from '../text/json-schema.js';
import type { Scorer } from './scorer.js';
import { readScorerSpec } from './scorer-spec.js';

/** What scorers need from outside. */
export interface ScorerPorts {
  /** A rubric by its name, and what runs it: the judge's model. */
  judge(rubric: string): Promise<{ readonly definition: SignatureDefinition; readonly executor: Executor }>;
  /** Whether code that a signature's file names may run: the workspace is trusted, not only who typed the command. */
  readonly trustsFiles: boolean;
  /** A metric of the workspace; the caller made sure of trust. */
  custom(file: string): Promise<Scorer & { dispose(): Promise<void> }>;
}

/** A scorer that holds a model or a process; undefined: the metric is made of its name alone. */
export interface OpenScorer {
  readonly scorer: Scorer | undefined;
  /** The judge alone, without the metric that may decide first; undefined: none judges. */
  readonly judge?: Scorer;
  dispose(): Promise<void>;
}

/**
 * Opens a judge or a metric of the workspace; leaves all other metrics to the plan.
 * @param asked the metric that a person named; default: the one that the signature's file names
 * @throws AtelierError `usage.invalid`, `signature.*`, `model.*`, `metric.failed`
 */
export async function openScorer(asked: JsonValue | undefined, definition: SignatureDefinition, ports: ScorerPorts): Promise<OpenScorer> {
  const spec = readScorerSpec(asked ?? definition.optimization?.metric);
  if (spec === undefined) return { scorer: undefined, dispose: async () => undefined };
  if (spec.kind === 'custom') {
    if (asked === undefined && !ports.trustsFiles) {
      throw new AtelierError(
        'workspace.untrusted',
        `${definition.signature.name} names the module ${spec.file} as its metric, which was not run.`,
        {
          hint: `Look at it, and name it yourself: --metric ${spec.file}`,
        },
      );
    }
    const scorer = await ports.custom(spec.file);
    return { scorer, dispose: () => scorer.dispose() };
  }
  const rubric = await ports.judge(spec.rubric);
  const judge = judgeScorer({ executor: rubric.executor, rubric: rubricOf(rubric.definition) });
  if (spec.first === undefined) return { scorer: judge, judge, dispose: async () => undefined };
  const { metric, low, high } = spec.first;
  const scorer = firstDeciding([{ metric: parseMetric(metric, definition.signature), low, high }], judge);
  return { scorer, judge, dispose: async () => undefined };
}
