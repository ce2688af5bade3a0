/** One rated prompt that later prompts learn from: a row of `training_data.csv`. */
export interface TrainingRecord {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly taste: string;
  readonly userInput: string;
  /** The prompt after stage 1; column `dspy_prompt`. */
  readonly structuredPrompt: string;
  readonly finalPrompt: string;
  /** 0..1. */
  readonly qualityScore: number;
  readonly imageGenerated: boolean;
  readonly userId: string;
}

/** How a generation ended: both stages, or the first alone. */
export type GenerationStatus = 'ok' | 'structured_only';

/** One generation: a row of `prompt_history.csv`. */
export interface HistoryRecord extends TrainingRecord {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly pattern: string;
  readonly latencyMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars; undefined when the model has no known price. */
  readonly costUsd: number | undefined;
  readonly status: GenerationStatus;
}

/** One judgement of a prompt: a row of `user_feedback.csv`. The last one of a prompt counts. */
export interface FeedbackRecord {
  readonly timestamp: string;
  readonly promptId: string;
  /** 1..5; undefined with a correction: corrected without a rating; undefined without: an earlier rating is withdrawn. */
  readonly rating: number | undefined;
  readonly correction: string;
  readonly comment: string;
  readonly userId: string;
}
