import { AtelierError } from '../errors.js';
import type { FeedbackRecord, HistoryRecord, TrainingRecord } from './records.js';

/** A rating as it comes from a person. */
export interface RatingRequest {
  readonly promptId: string;
  /** 1..5, whole; may be left out when there is a correction. */
  readonly rating?: number | undefined;
  readonly comment?: string | undefined;
  /** The prompt as it should have been. */
  readonly correction?: string | undefined;
  readonly userId: string;
}

/** Where ratings go. Each append is durable when it resolves. */
export interface RatingPorts {
  findHistory(id: string): Promise<HistoryRecord | undefined>;
  feedback(): Promise<readonly FeedbackRecord[]>;
  appendFeedback(record: FeedbackRecord): Promise<void>;
  /** The workspace's training rows; of rows for the same prompt and user only the last. */
  training(): Promise<readonly TrainingRecord[]>;
  appendTraining(record: TrainingRecord): Promise<void>;
  now(): Date;
}

/** What good ratings become. */
export interface LearningOptions {
  /** Whether good prompts become training rows. */
  readonly learn: boolean;
  /** The least rating that makes a training row. */
  readonly minRating: number;
}

export interface Rating {
  readonly feedback: FeedbackRecord;
  /** The training row that was written because of it. */
  readonly training?: TrainingRecord;
}

/**
 * Records a rating; a prompt rated well or corrected becomes a training row. A later rating of the same prompt supersedes the earlier
 * one, in the training rows too: files are only ever appended to, and the last row of a prompt counts.
 * @throws AtelierError `rating.invalid`, `prompt.unknown`, or what the store says
 */
export async function ratePrompt(request: RatingRequest, ports: RatingPorts, options: LearningOptions): Promise<Rating> {
  const correction = (request.correction ?? '').trim();
  requireRating(request.rating, correction);
  const prompt = await requirePrompt(request.promptId, ports);
  const earlier = await lastFeedback(request.promptId, ports);
  const feedback: FeedbackRecord = {
    timestamp: ports.now().toISOString(),
    promptId: request.promptId,
    rating: request.rating,
    correction,
    comment: (request.comment ?? '').trim(),
    userId: request.userId,
  };
  await ports.appendFeedback(feedback);
  if (earlier !== undefined && earlier.correction !== correction) await supersede(trainingRecord(prompt, earlier), 0, ports);
  const record = trainingRecord(prompt, feedback);
  const good = (feedback.rating ?? 0) >= options.minRating || correction !== '';
  if (good && options.learn) {
    await ports.appendTraining(record);
    return { feedback, training: record };
  }
  await supersede(record, record.qualityScore, ports);
  return { feedback };
}

/**
 * Takes the rating of a prompt back: an empty rating follows it, and the training row it made no longer counts.
 * @throws AtelierError `prompt.unknown`, or what the store says
 */
export async function withdrawRating(promptId: string, userId: string, ports: RatingPorts): Promise<void> {
  const prompt = await requirePrompt(promptId, ports);
  const earlier = await lastFeedback(promptId, ports);
  if (earlier === undefined || (earlier.rating === undefined && earlier.correction === '')) return;
  const feedback: FeedbackRecord = {
    timestamp: ports.now().toISOString(),
    promptId,
    rating: undefined,
    correction: '',
    comment: '',
    userId,
  };
  await ports.appendFeedback(feedback);
  await supersede(trainingRecord(prompt, earlier), 0, ports);
}

/** Writes the row of a prompt again with another score, when an earlier rating made one that counts. */
async function supersede(record: TrainingRecord, qualityScore: number, ports: RatingPorts): Promise<void> {
  const made = (await ports.training()).some(
    (row) =>
      row.qualityScore > 0 &&
      row.taste === record.taste &&
      row.userInput === record.userInput &&
      row.finalPrompt === record.finalPrompt &&
      row.userId === record.userId,
  );
  if (made) await ports.appendTraining({ ...record, timestamp: ports.now().toISOString(), qualityScore });
}

function trainingRecord(prompt: HistoryRecord, feedback: FeedbackRecord): TrainingRecord {
  const rated = (feedback.rating ?? 0) / 5;
  return {
    timestamp: feedback.timestamp,
    taste: prompt.taste,
    userInput: prompt.userInput,
    structuredPrompt: prompt.structuredPrompt,
    finalPrompt: feedback.correction === '' ? prompt.finalPrompt : feedback.correction,
    // A corrected text is what the person wanted, however low the original was rated.
    qualityScore: feedback.correction === '' ? rated : Math.max(rated, 0.9),
    imageGenerated: prompt.imageGenerated,
    userId: feedback.userId,
  };
}

function requireRating(rating: number | undefined, correction: string): void {
  if (rating === undefined && correction !== '') return;
  if (rating !== undefined && Number.isInteger(rating) && rating >= 1 && rating <= 5) return;
  throw new AtelierError('rating.invalid', `A rating is a whole number from 1 to 5${rating === undefined ? '' : `, not ${rating}`}.`, {
    hint: 'Rate with 1 (unusable) to 5 (just right).',
  });
}

async function requirePrompt(id: string, ports: RatingPorts): Promise<HistoryRecord> {
  const prompt = await ports.findHistory(id);
  if (prompt !== undefined) return prompt;
  throw new AtelierError('prompt.unknown', `There is no prompt "${id}" in the history.`, {
    hint: 'Take the id from prompt_history.csv, or from the output of generate --json.',
  });
}

async function lastFeedback(promptId: string, ports: RatingPorts): Promise<FeedbackRecord | undefined> {
  return (await ports.feedback()).findLast((feedback) => feedback.promptId === promptId);
}
