// What the evaluation report's page and its host say to each other. In a file of its own the page has no host: it finds the document in
// itself.
import type { EvaluationDocument } from '../../core/evaluation/document.js';

export type { ConfusionDocument } from '../../core/evaluation/confusion.js';
export type { CompareDocument, EvaluationDocument, RowDocument, ScoreDocument } from '../../core/evaluation/document.js';
export type { FieldValue, FieldValues } from '../../core/program/program.js';

export type HostMessage = { readonly type: 'document'; readonly document: EvaluationDocument };

export type PageMessage =
  | { readonly type: 'ready' }
  /** Show the line of the data file that a row begins at. */
  | { readonly type: 'openRow'; readonly line: number }
  /** Set the score of a row's answer; null takes back what was set. */
  | {
      readonly type: 'overrideScore';
      /** `created` of the evaluation that the person looks at. */
      readonly of: string | undefined;
      readonly row: number;
      readonly repeat: number;
      readonly score: number | null;
      readonly comment: string;
    }
  /** Ask where to save, and save. */
  | { readonly type: 'saveCsv'; readonly name: string; readonly text: string };

/** What comes from a page is data until it is looked at. */
export function isPageMessage(message: unknown): message is PageMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  const { type, line, of, row, repeat, score, comment, name, text } = message as Readonly<Record<string, unknown>>;
  if (type === 'ready') return true;
  if (type === 'openRow') return Number.isInteger(line);
  if (type === 'overrideScore') {
    const isScore = score === null || (typeof score === 'number' && score >= 0 && score <= 1);
    const isPlace = (of === undefined || typeof of === 'string') && Number.isInteger(row) && Number.isInteger(repeat);
    return isPlace && isScore && typeof comment === 'string';
  }
  return type === 'saveCsv' && typeof name === 'string' && typeof text === 'string';
}
