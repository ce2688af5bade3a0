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
  /** Ask where to save, and save. */
  | { readonly type: 'saveCsv'; readonly name: string; readonly text: string };
