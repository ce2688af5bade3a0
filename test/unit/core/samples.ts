import type { FeedbackRecord, HistoryRecord, TrainingRecord } from '../../../src/core/image-prompt/records.js';
import { SLOTS, type Taste } from '../../../src/core/taste/taste.js';

/** A taste with few words. */
export function sampleTaste(name: string, more: Partial<Taste> = {}): Taste {
  return {
    name,
    label: name.charAt(0).toUpperCase() + name.slice(1),
    description: `Pictures in the taste ${name}.`,
    swatch: ['#112233'],
    leads: [`${name} of {subject}`],
    vocabulary: Object.fromEntries(SLOTS.map((slot) => [slot, []])) as unknown as Taste['vocabulary'],
    avoid: [],
    source: 'built-in',
    ...more,
  };
}

export function sampleTraining(userInput: string, qualityScore: number, more: Partial<TrainingRecord> = {}): TrainingRecord {
  return {
    timestamp: '2026-01-02T03:04:05.000Z',
    taste: 'anime',
    userInput,
    structuredPrompt: `structured ${userInput}`,
    finalPrompt: `final ${userInput}`,
    qualityScore,
    imageGenerated: false,
    userId: 'tester',
    ...more,
  };
}

export function sampleHistory(id: string, more: Partial<HistoryRecord> = {}): HistoryRecord {
  return {
    ...sampleTraining('a dragon', 0),
    id,
    model: 'embedded',
    version: 'built-in',
    pattern: 'enhance',
    latencyMs: 12,
    promptTokens: 30,
    completionTokens: 40,
    costUsd: 0,
    status: 'ok',
    ...more,
  };
}

/** The tables of a workspace, in memory: appends only, as on disk. */
export class Tables {
  readonly history: HistoryRecord[] = [];
  readonly feedbackRows: FeedbackRecord[] = [];
  readonly trainingRows: TrainingRecord[] = [];
  private clock = Date.parse('2026-05-01T10:00:00.000Z');

  readonly now = (): Date => {
    this.clock += 1000;
    return new Date(this.clock);
  };
  readonly findHistory = async (id: string) => this.history.find((record) => record.id === id);
  readonly feedback = async () => this.feedbackRows;
  readonly appendFeedback = async (record: FeedbackRecord) => {
    this.feedbackRows.push(record);
  };
  /** As the store gives them: the last row of a prompt and user. */
  readonly training = async () => {
    const last = new Map(this.trainingRows.map((row) => [JSON.stringify([row.taste, row.userInput, row.finalPrompt, row.userId]), row]));
    return [...last.values()];
  };
  readonly appendTraining = async (record: TrainingRecord) => {
    this.trainingRows.push(record);
  };
}
