import type * as vscode from 'vscode';
import { AtelierError, asAtelierError, cancelled, type ErrorDocument, isCancellation } from '../../core/errors.js';
import { type Generation, generateImagePrompt, type Pattern } from '../../core/image-prompt/generate.js';
import { ratePrompt, withdrawRating } from '../../core/image-prompt/rate.js';
import { fixFor } from '../../host/notify.js';
import { FEEDBACK_FILE, TRAINING_FILE } from '../../store/table-names.js';
import type { Services } from '../services.js';
import type { Notice, Options, ShownResult, ShownRun } from './protocol.js';

/** How a run was started. */
export interface RunRequest {
  readonly taste: string;
  readonly description: string;
  readonly options: Options;
}

/** What a person changes about a result. */
export type RatingChange = Partial<Pick<ShownResult, 'rating' | 'comment' | 'correction'>>;

/** What the last run left. */
export interface SessionState {
  readonly results: readonly ShownResult[];
  readonly selected: number;
  readonly outcome?: Notice;
}

const NOTHING: SessionState = { results: [], selected: 0 };

/** The workspace's memory of the last results: they stay when the view is hidden or the window reloads. */
const MEMENTO = 'promptAtelier.generate.session';

/** Generates and rates for the Generate view and the palette: one run at a time, its results, what became of them. */
export class GenerateSession {
  private current: SessionState;
  private running: { readonly abort: AbortController; run: ShownRun } | undefined;
  private saving: Promise<void> = Promise.resolve();
  private readonly changes: vscode.EventEmitter<void>;
  private readonly streams: vscode.EventEmitter<{ stage: 'structure' | 'enhance'; text: string }>;
  /** Fires when anything but the stream changes. */
  readonly onChange: vscode.Event<void>;
  readonly onStream: vscode.Event<{ stage: 'structure' | 'enhance'; text: string }>;
  private readonly ratings: vscode.EventEmitter<void>;
  /** Fires when a rating was saved. */
  readonly onRated: vscode.Event<void>;

  constructor(private readonly services: Services) {
    const { vscode, context } = services.host;
    this.current = context.workspaceState.get<SessionState>(MEMENTO) ?? NOTHING;
    this.changes = new vscode.EventEmitter<void>();
    this.streams = new vscode.EventEmitter();
    this.ratings = new vscode.EventEmitter<void>();
    this.onChange = this.changes.event;
    this.onRated = this.ratings.event;
    this.onStream = this.streams.event;
    context.subscriptions.push(this.changes, this.streams, this.ratings, { dispose: () => this.cancel() });
    services.host.contextKeys.set('hasResult', this.selected !== undefined);
  }

  get state(): SessionState {
    return this.current;
  }

  get run(): ShownRun | undefined {
    return this.running?.run;
  }

  /** The result that actions are about. */
  get selected(): ShownResult | undefined {
    return this.current.results[this.current.selected];
  }

  /**
   * Generates the asked number of candidates, one after the other.
   * @throws AtelierError what the generation threw, after the state shows it; `usage.invalid` while another one runs
   */
  async generate(request: RunRequest, again: boolean, signal?: AbortSignal): Promise<void> {
    if (this.running !== undefined) {
      throw new AtelierError('usage.invalid', 'A prompt is being generated already.', { hint: 'Wait for it, or cancel it.' });
    }
    const abort = new AbortController();
    const onAbort = () => abort.abort();
    if (signal?.aborted === true) abort.abort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    this.running = { abort, run: { stage: 'structure', structured: '', final: '' } };
    const firstSeed = this.seedFor(request, again);
    this.services.host.contextKeys.set('generating', true);
    // What was there stays until there is something better.
    this.set({ results: this.current.results, selected: this.current.selected });
    const started = Date.now();
    let made = 0;
    try {
      for (let index = 0; index < request.options.candidates; index++) {
        if (request.options.candidates > 1) this.progress(index, request.options.candidates);
        const generation = await this.one(request, firstSeed + index, abort.signal);
        const before = index === 0 ? NOTHING : this.current;
        this.set({ results: [...before.results, this.show(generation, firstSeed + index)], selected: before.selected });
        made++;
      }
      this.services.host.log.info(`Generated ${made} in ${Date.now() - started} ms (${request.taste})`);
      this.services.host.contextKeys.set('generated', true);
    } catch (error) {
      this.set({ ...this.current, outcome: outcomeOf(error, made, request.options.candidates) });
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.running = undefined;
      this.services.host.contextKeys.set('generating', false);
      this.changes.fire();
    }
  }

  cancel(): void {
    this.running?.abort.abort(cancelled());
  }

  select(index: number): void {
    if (this.current.results[index] !== undefined) this.set({ ...this.current, selected: index });
  }

  /** Saves a rating at once. A comment or a correction goes with it; an empty correction takes an earlier one back. */
  rate(id: string, change: RatingChange): Promise<void> {
    return this.inTurn(id, 'Rate', (result) => this.saveRating(result, change));
  }

  /** Takes the rating of a result back, with its comment and correction. */
  undoRating(id: string): Promise<void> {
    return this.inTurn(id, 'Take back rating', (result) => this.withdraw(result));
  }

  /** One change of a rating after the other: each builds on what the one before has saved. */
  private inTurn(id: string, doing: string, work: (result: ShownResult) => Promise<void>): Promise<void> {
    // The result as it is now: it may be gone from the view when its turn comes, and is rated all the same.
    const now = this.find(id);
    this.saving = this.saving.then(async () => {
      const result = this.find(id) ?? now;
      if (result === undefined) return;
      try {
        this.services.requireTrust();
        await work(result);
      } catch (error) {
        this.services.host.log.error(doing, error);
        this.update(id, { ratingNotice: noticeOf(asAtelierError(error).toJSON(), 'error') });
      }
    });
    return this.saving;
  }

  private async saveRating(result: ShownResult, change: RatingChange): Promise<void> {
    const { rating, comment, correction } = { ...result, ...change };
    if (rating === result.rating && comment === result.comment && correction === result.correction) return;
    if (rating === undefined && correction === '') {
      if (result.correction === '') this.update(result.id, { comment });
      else await this.withdraw(result);
      return;
    }
    const { learning, userId } = this.services.host.settings;
    const ports = (await this.services.generations()).ratingPorts();
    const { training } = await ratePrompt({ promptId: result.id, rating, comment, correction, userId }, ports, learning);
    const learnt = training === undefined ? '' : ` and ${TRAINING_FILE}`;
    this.update(result.id, { ...change, ratingNotice: { kind: 'info', text: `Saved to ${FEEDBACK_FILE}${learnt}` } });
    this.services.host.contextKeys.set('rated', true);
    this.services.host.log.info(`Rated ${result.id}: ${rating ?? 'corrected'}`);
    this.ratings.fire();
  }

  private async withdraw(result: ShownResult): Promise<void> {
    await withdrawRating(result.id, this.services.host.settings.userId, (await this.services.generations()).ratingPorts());
    const { rating: _rating, ratingNotice: _notice, ...rest } = result;
    this.replace({ ...rest, comment: '', correction: '', ratingNotice: { kind: 'info', text: 'Rating taken back' } });
  }

  private async one(request: RunRequest, seed: number, signal: AbortSignal): Promise<Generation> {
    return generateImagePrompt(
      {
        taste: request.taste,
        description: request.description,
        pattern: request.options.pattern as Pattern,
        target: request.options.target,
        seed,
        userId: this.services.host.settings.userId,
      },
      await this.services.generationPorts(),
      {
        signal,
        onEvent: (event) => {
          if (this.running === undefined) return;
          const { run } = this.running;
          if (event.kind === 'stage') {
            const fresh = event.stage === 'structure' ? { structured: '', final: '' } : {};
            this.running.run = { ...run, ...fresh, stage: event.stage };
            this.changes.fire();
          } else {
            this.running.run = event.stage === 'structure' ? { ...run, structured: event.text } : { ...run, final: event.text };
            this.streams.fire({ stage: event.stage, text: event.text });
          }
        },
      },
    );
  }

  /** A seed of the user's own, or 1 for a new description and the next one for another try. */
  private seedFor(request: RunRequest, again: boolean): number {
    if (request.options.seed !== '') return Number(request.options.seed);
    const last = this.current.results.at(-1);
    return again && last !== undefined ? last.seed + 1 : 1;
  }

  private show(generation: Generation, seed: number): ShownResult {
    const { record, enhanceError, saveError } = generation;
    if (saveError !== undefined) this.services.host.log.warn(`Not saved: ${saveError.code}: ${saveError.message}`);
    if (enhanceError !== undefined) this.services.host.log.warn(`Enhance failed: ${enhanceError.code}: ${enhanceError.message}`);
    return {
      id: record.id,
      taste: record.taste,
      structured: record.structuredPrompt,
      final: record.finalPrompt,
      status: record.status,
      version: `${record.taste}@${record.version}`,
      model: record.model,
      latencyMs: record.latencyMs,
      ...(record.costUsd === undefined ? {} : { costUsd: record.costUsd }),
      cached: generation.cached,
      seed,
      notices: [
        ...(enhanceError === undefined ? [] : [noticeOf(enhanceError, 'warning', 'The prompt is not enhanced: ')]),
        ...(saveError === undefined ? [] : [noticeOf(saveError, 'warning')]),
      ],
      comment: '',
      correction: '',
    };
  }

  private progress(index: number, count: number): void {
    if (this.running === undefined) return;
    this.running.run = { stage: 'structure', structured: '', final: '', progress: `${index + 1} of ${count}` };
    this.changes.fire();
  }

  private find(id: string): ShownResult | undefined {
    return this.current.results.find((known) => known.id === id);
  }

  private update(id: string, change: Partial<ShownResult>): void {
    const result = this.find(id);
    if (result !== undefined) this.replace({ ...result, ...change });
  }

  private replace(result: ShownResult): void {
    const results = this.current.results.map((known) => (known.id === result.id ? result : known));
    this.set({ ...this.current, results });
  }

  private set(state: SessionState): void {
    this.current = state;
    this.services.host.contextKeys.set('hasResult', this.selected !== undefined);
    void this.services.host.context.workspaceState.update(MEMENTO, state);
    this.changes.fire();
  }
}

/** An error as a message with its next step and the button for it. */
function noticeOf(error: ErrorDocument, kind: Notice['kind'], prefix = ''): Notice {
  const action = fixFor(error.code);
  return { kind, text: `${prefix}${error.message} ${error.hint}`, ...(action === undefined ? {} : { action }) };
}

function outcomeOf(error: unknown, made: number, asked: number): Notice {
  if (!isCancellation(error)) return noticeOf(asAtelierError(error).toJSON(), 'error');
  const saved = made === 0 ? 'Nothing was saved.' : `${made} of ${asked} prompts are made and saved.`;
  return { kind: 'info', text: `Cancelled. ${saved}` };
}

/** @throws AtelierError `prompt.unknown` when there is no result to act on */
export function requireResult(session: GenerateSession): ShownResult {
  if (session.selected !== undefined) return session.selected;
  throw new AtelierError('prompt.unknown', 'There is no prompt yet.', { hint: 'Generate one first.' });
}
