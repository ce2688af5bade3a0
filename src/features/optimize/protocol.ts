// What the page of a run and its host say to each other.
import type { RunCall } from '../../core/optimizer/run-call.js';
import type { RunView } from '../../core/optimizer/run-view.js';

export type { OptimizeDocument } from '../../core/optimizer/document.js';
export type { BootstrapVerdict, CandidateSummary, Phase } from '../../core/optimizer/events.js';
export type { RunSet } from '../../core/optimizer/journal.js';
export type { RunCall } from '../../core/optimizer/run-call.js';
export type { RunStatus, RunView } from '../../core/optimizer/run-view.js';

/** All that there is to see of the run, each time. */
export interface RunMessage {
  readonly type: 'run';
  readonly view: RunView;
  /** Whether the run may be acted on from here: not in a workspace that is not trusted, nor while another window runs it. */
  readonly canAct: boolean;
  /** 0..1, as `progressOfRun` says. */
  readonly progress: number;
  /** As the function of that name says; null while nobody knows. */
  readonly secondsLeft: number | null;
}

/** The last calls, the newest first: the answer to `calls`. */
export interface CallsMessage {
  readonly type: 'calls';
  readonly calls: readonly RunCall[];
}

export type HostMessage = RunMessage | CallsMessage;

export type PageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** End the search, measure the best, keep it. */
  | { readonly type: 'stop' }
  /** Label the result as what runs. */
  | { readonly type: 'promote' }
  /** Show how the result differs from the start, or from what runs now. */
  | { readonly type: 'compare' }
  | { readonly type: 'discard' }
  /** Show a row of a data file. */
  | { readonly type: 'openRow'; readonly file: string; readonly row: number }
  | { readonly type: 'saveCandidate'; readonly id: string }
  /** Send the last calls. */
  | { readonly type: 'calls' }
  | { readonly type: 'openJournal' }
  | { readonly type: 'showLog' };

/** Messages that say all by their type. */
const PLAIN: ReadonlySet<unknown> = new Set<PageMessage['type']>([
  'ready',
  'pause',
  'resume',
  'stop',
  'promote',
  'compare',
  'discard',
  'calls',
  'openJournal',
  'showLog',
]);

/** What comes from a page is data until it is looked at. */
export function isPageMessage(message: unknown): message is PageMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  const { type, file, row, id } = message as Readonly<Record<string, unknown>>;
  if (type === 'openRow') return typeof file === 'string' && file !== '' && Number.isSafeInteger(row) && Number(row) >= 1;
  if (type === 'saveCandidate') return typeof id === 'string' && id !== '';
  return PLAIN.has(type);
}
