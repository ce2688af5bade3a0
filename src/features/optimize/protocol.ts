// What the page of a run and its host say to each other.
import type { RunView } from '../../core/optimizer/run-view.js';

export type { OptimizeDocument } from '../../core/optimizer/document.js';
export type { BootstrapVerdict, CandidateSummary, Phase } from '../../core/optimizer/events.js';
export type { RunStatus, RunView } from '../../core/optimizer/run-view.js';

export type HostMessage = {
  readonly type: 'run';
  /** All of it, each time. */
  readonly view: RunView;
  /** Whether the run may be acted on from here: not in a workspace that is not trusted, nor while another window runs it. */
  readonly canAct: boolean;
  /** 0..1, as `progressOfRun` says. */
  readonly progress: number;
  /** As the function of that name says; null while nobody knows. */
  readonly secondsLeft: number | null;
};

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
  /** Show the row of a data file that a demo is. */
  | { readonly type: 'openDemo'; readonly file: string; readonly row: number }
  | { readonly type: 'saveCandidate'; readonly id: string }
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
  'showLog',
]);

/** What comes from a page is data until it is looked at. */
export function isPageMessage(message: unknown): message is PageMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  const { type, file, row, id } = message as Readonly<Record<string, unknown>>;
  if (type === 'openDemo') return typeof file === 'string' && file !== '' && Number.isSafeInteger(row) && Number(row) >= 1;
  if (type === 'saveCandidate') return typeof id === 'string' && id !== '';
  return PLAIN.has(type);
}
