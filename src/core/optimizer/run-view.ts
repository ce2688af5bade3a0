import type { ErrorDocument } from '../errors.js';
import type { JsonValue } from '../text/json-schema.js';
import type { ForecastDocument, OptimizeDocument } from './document.js';
import type { BootstrapVerdict, CandidateSummary, OptimizerEvent, Phase } from './events.js';
import type { RunSet } from './journal.js';
import type { RunBudget } from './run-budget.js';

/**
 * `running`; `paused`: it can go on, also after a crash; `failed`: it can go on once the reason is gone; `done`: with a result, also when it
 * was stopped and kept its best; `discarded`: done, and nobody wants its result.
 */
export type RunStatus = 'running' | 'paused' | 'failed' | 'done' | 'discarded';

/** What a run is, from its beginning on. */
export interface RunSummary {
  readonly run: string;
  readonly signature: string;
  readonly optimizer: string;
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  readonly student: string;
  readonly teacher: string;
  readonly metric: string;
  readonly rows: Readonly<Record<RunSet, number>>;
  /** Where the rows of each set are from, relative to the workspace folder; absent in runs of before it was kept. */
  readonly files?: Readonly<Record<RunSet, string>> | undefined;
  readonly budget: RunBudget;
  readonly forecast: ForecastDocument;
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly created: string;
}

/** All that lists and pages show of a run: JSON, kept beside its journal. */
export interface RunView extends RunSummary {
  readonly status: RunStatus;
  readonly phase: Phase;
  readonly spent: { readonly calls: number; readonly tokens: number; readonly usd: number | null };
  /** Seconds of work, earlier sessions included. */
  readonly seconds: number;
  /** Candidates that ran on all of validation, in the order of the search. */
  readonly candidates: readonly CandidateSummary[];
  /** Name of the best one. */
  readonly best: string | null;
  /** The teacher's attempts, the last of each row, in the order in which they ended. */
  readonly verdicts: readonly BootstrapVerdict[];
  readonly notes: readonly string[];
  readonly error: ErrorDocument | null;
  /** Once it is done. */
  readonly result: OptimizeDocument | null;
}

export function newRunView(summary: RunSummary): RunView {
  const nothing = { calls: 0, tokens: 0, usd: 0 };
  const empty = { candidates: [], best: null, verdicts: [], notes: [], error: null, result: null };
  return { ...summary, status: 'running', phase: 'baseline', spent: nothing, seconds: 0, ...empty };
}

/** The view after an event. A run that goes on tells everything anew: what is known already changes nothing. */
export function afterEvent(view: RunView, event: OptimizerEvent): RunView {
  switch (event.kind) {
    case 'phase':
      return { ...view, phase: event.phase };
    case 'note':
      return view.notes.includes(event.text) ? view : { ...view, notes: [...view.notes, event.text] };
    case 'verdict': {
      const others = view.verdicts.filter(({ row }) => row !== event.verdict.row);
      return { ...view, verdicts: [...others, event.verdict] };
    }
    case 'candidate': {
      const { candidate, isBest } = event;
      const isKnown = view.candidates.some(({ id }) => id === candidate.id);
      const candidates = isKnown
        ? view.candidates.map((each) => (each.id === candidate.id ? candidate : each))
        : [...view.candidates, candidate];
      return { ...view, candidates, best: isBest ? candidate.id : view.best };
    }
    case 'progress': {
      const { calls, usage, costUsd } = event.spent;
      return { ...view, spent: { calls, tokens: usage.promptTokens + usage.completionTokens, usd: costUsd ?? null } };
    }
  }
}

/** Share of the calls that were forecast, 0..1; 1 only when it is done, as the forecast may be an upper bound. */
export function progressOfRun({ status, spent, forecast }: Pick<RunView, 'status' | 'spent' | 'forecast'>): number {
  if (status === 'done' || status === 'discarded') return 1;
  return forecast.calls === 0 ? 0 : Math.min(0.99, spent.calls / forecast.calls);
}

/** Seconds until the end at the rate so far; undefined before there is one. */
export function secondsLeft({ spent, forecast, seconds }: Pick<RunView, 'spent' | 'forecast' | 'seconds'>): number | undefined {
  if (spent.calls === 0 || seconds === 0) return undefined;
  return (Math.max(0, forecast.calls - spent.calls) * seconds) / spent.calls;
}
