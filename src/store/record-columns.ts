import { AtelierError } from '../core/errors.js';
import type { FeedbackRecord, GenerationStatus, HistoryRecord, TrainingRecord } from '../core/image-prompt/records.js';
import type { Cell } from './csv-format.js';
import { boolean, number, required, text, wholeNumber } from './record-values.js';

/** Columns of `training_data.csv`, in order. */
export const TRAINING_COLUMNS = [
  'timestamp',
  'taste',
  'user_input',
  'dspy_prompt',
  'final_prompt',
  'quality_score',
  'image_generated',
  'user_id',
] as const;

/** Columns of `prompt_history.csv`, in order. */
export const HISTORY_COLUMNS = [
  'id',
  ...TRAINING_COLUMNS,
  'model',
  'version',
  'pattern',
  'latency_ms',
  'prompt_tokens',
  'completion_tokens',
  'cost_usd',
  'status',
] as const;

/** Columns of `user_feedback.csv`, in order. */
export const FEEDBACK_COLUMNS = ['timestamp', 'prompt_id', 'rating', 'correction', 'comment', 'user_id'] as const;

type Cells = Readonly<Record<string, string>>;
const STATUSES: readonly GenerationStatus[] = ['ok', 'structured_only'];

/** @throws BadValue when a value cannot be used */
export function toTraining(cells: Cells): TrainingRecord {
  return {
    timestamp: text(cells, 'timestamp'),
    taste: required(cells, 'taste').trim(),
    userInput: required(cells, 'user_input'),
    structuredPrompt: text(cells, 'dspy_prompt'),
    finalPrompt: required(cells, 'final_prompt'),
    qualityScore: number(cells, 'quality_score', { min: 0, max: 1 }),
    imageGenerated: boolean(cells, 'image_generated'),
    userId: text(cells, 'user_id'),
  };
}

/** An empty number is 0, an empty cost is unknown. @throws BadValue when a value cannot be used */
export function toHistory(cells: Cells): HistoryRecord {
  const status = text(cells, 'status') || 'ok';
  return {
    id: required(cells, 'id').trim(),
    timestamp: text(cells, 'timestamp'),
    taste: text(cells, 'taste').trim(),
    userInput: text(cells, 'user_input'),
    structuredPrompt: text(cells, 'dspy_prompt'),
    finalPrompt: text(cells, 'final_prompt'),
    qualityScore: number(cells, 'quality_score', { min: 0, max: 1, empty: 0 }),
    imageGenerated: boolean(cells, 'image_generated'),
    userId: text(cells, 'user_id'),
    model: text(cells, 'model'),
    version: text(cells, 'version'),
    pattern: text(cells, 'pattern'),
    latencyMs: number(cells, 'latency_ms', { min: 0, empty: 0 }),
    promptTokens: wholeNumber(cells, 'prompt_tokens', { min: 0, empty: 0 }),
    completionTokens: wholeNumber(cells, 'completion_tokens', { min: 0, empty: 0 }),
    costUsd: text(cells, 'cost_usd').trim() === '' ? undefined : number(cells, 'cost_usd', { min: 0 }),
    // A status of a later version of the product says no less than that there is a prompt.
    status: STATUSES.find((known) => known === status) ?? 'ok',
  };
}

/** @throws BadValue when a value cannot be used */
export function toFeedback(cells: Cells): FeedbackRecord {
  return {
    timestamp: text(cells, 'timestamp'),
    promptId: required(cells, 'prompt_id').trim(),
    rating: text(cells, 'rating').trim() === '' ? undefined : wholeNumber(cells, 'rating', { min: 1, max: 5 }),
    correction: text(cells, 'correction'),
    comment: text(cells, 'comment'),
    userId: text(cells, 'user_id'),
  };
}

/** @throws AtelierError `usage.invalid` when the score is not in 0..1: reading would skip the row */
export function fromTraining(record: TrainingRecord): Record<string, Cell> {
  if (!(record.qualityScore >= 0 && record.qualityScore <= 1)) {
    throw new AtelierError('usage.invalid', `A quality score is a number from 0 to 1, not ${record.qualityScore}.`, {
      hint: 'Give a score from 0 (bad) to 1 (perfect). Nothing was saved.',
    });
  }
  return { ...shared(record), quality_score: record.qualityScore, image_generated: record.imageGenerated };
}

/** A new generation has no score and no image yet: both columns say so, whatever the record says. */
export function fromHistory(record: HistoryRecord): Record<string, Cell> {
  return {
    id: record.id,
    ...shared(record),
    quality_score: undefined,
    image_generated: false,
    model: record.model,
    version: record.version,
    pattern: record.pattern,
    latency_ms: finite(record.latencyMs),
    prompt_tokens: finite(record.promptTokens),
    completion_tokens: finite(record.completionTokens),
    cost_usd: finite(record.costUsd),
    status: record.status,
  };
}

export function fromFeedback(record: FeedbackRecord): Record<string, Cell> {
  return {
    timestamp: record.timestamp,
    prompt_id: record.promptId,
    rating: record.rating,
    correction: record.correction,
    comment: record.comment,
    user_id: record.userId,
  };
}

function shared(record: TrainingRecord): Record<string, Cell> {
  return {
    timestamp: record.timestamp,
    taste: record.taste,
    user_input: record.userInput,
    dspy_prompt: record.structuredPrompt,
    final_prompt: record.finalPrompt,
    user_id: record.userId,
  };
}

/** A number as a cell; one that is not known stays empty, as reading would skip the row for it. */
function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
