import { AtelierError, asAtelierError, cancelled, type ErrorDocument, isCancellation } from '../errors.js';
import { addUsage, NO_USAGE, type Program, type Usage } from '../program/program.js';
import type { Task } from '../program/task.js';
import { findTaste } from '../taste/find-taste.js';
import type { Taste } from '../taste/taste.js';
import type { Version } from '../version/version.js';
import { versionName } from '../version/version-name.js';
import { requireDescription } from './description.js';
import { enhancePromptProgram, imagePromptProgram } from './programs.js';
import type { GenerationStatus, HistoryRecord, TrainingRecord } from './records.js';
import { findTarget } from './target.js';
import { isMeantFor, versionedProgram } from './versioned-program.js';

/** How the stages are chained: both, or the first alone. */
export const PATTERNS = ['enhance', 'structure'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Most demos in one prompt: enough to show the taste, about 500 tokens. */
const DEMO_COUNT = 6;

/** What one call of a stage gave. */
export interface StageResult {
  readonly text: string;
  readonly usage: Usage;
  /** US dollars; undefined when the model has no known price. */
  readonly costUsd: number | undefined;
  readonly cached: boolean;
}

/** Per-call settings of a stage. */
export interface StageOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Told the whole text so far, each time it grows or (on a second try) starts anew. */
  readonly onText: (text: string) => void;
}

/** The two stages, as an engine offers them. */
export interface ImagePromptEngine {
  /** The model that answers, as the user names it. */
  readonly model: string;
  structure(task: Task, options: StageOptions): Promise<StageResult>;
  enhance(task: Task, options: StageOptions): Promise<StageResult>;
}

/** Where generations come from and go to. */
export interface GenerationPorts {
  readonly engine: ImagePromptEngine;
  readonly tastes: readonly Taste[];
  /** The best and nearest rated rows of a taste, at most `count`, the best last. */
  demos(taste: Taste, description: string, count: number): Promise<readonly TrainingRecord[]>;
  /**
   * The version of `ImagePrompt` that shall run; undefined: the one that comes with the product.
   * @throws AtelierError `version.*`, `label.*`: another prompt must not run in the place of one that cannot be read
   */
  production(): Promise<Version | undefined>;
  /** Saves the generation durably. */
  save(record: HistoryRecord): Promise<void>;
  now(): Date;
  newId(): string;
}

export interface GenerationRequest {
  readonly taste: string;
  readonly description: string;
  readonly pattern?: Pattern | undefined;
  readonly target?: string | undefined;
  readonly seed: number;
  readonly userId: string;
}

/** What a watcher is told while a generation runs. */
export type GenerationEvent =
  | { readonly kind: 'stage'; readonly stage: 'structure' | 'enhance' }
  /** The whole text of the stage so far. */
  | { readonly kind: 'text'; readonly stage: 'structure' | 'enhance'; readonly text: string };

export interface Generation {
  readonly record: HistoryRecord;
  readonly usage: Usage;
  readonly cached: boolean;
  /** Why stage 2 gave nothing, when the status is `structured_only`. */
  readonly enhanceError?: ErrorDocument;
  /** Why it could not be saved; the prompt is good all the same. */
  readonly saveError?: ErrorDocument;
}

/**
 * Generates one image prompt: checks the input, structures (stage 1), enhances (stage 2), saves.
 * @throws AtelierError for bad input and when stage 1 fails; a failing stage 2 or save is part of the result instead.
 */
export async function generateImagePrompt(
  request: GenerationRequest,
  ports: GenerationPorts,
  options: { readonly signal?: AbortSignal | undefined; readonly onEvent?: (event: GenerationEvent) => void } = {},
): Promise<Generation> {
  const description = requireDescription(request.description);
  const taste = findTaste(ports.tastes, request.taste);
  const target = findTarget(request.target ?? 'general');
  const pattern = requirePattern(request.pattern ?? 'enhance');
  const started = ports.now();
  const [rows, production] = await Promise.all([ports.demos(taste, description, DEMO_COUNT), ports.production()]);
  const version = production !== undefined && isMeantFor(production, taste, request.userId) ? production : undefined;
  const emit = options.onEvent ?? (() => undefined);

  const runStage = (stage: 'structure' | 'enhance', program: Program, inputs: Task['inputs']) => {
    if (options.signal?.aborted === true) throw cancelled(options.signal.reason);
    emit({ kind: 'stage', stage });
    const onText = (text: string) => emit({ kind: 'text', stage, text });
    return ports.engine[stage]({ program, inputs, taste, target }, { seed: request.seed, signal: options.signal, onText });
  };

  const inputs = { taste: taste.name, user_input: description };
  const program = version === undefined ? imagePromptProgram(taste, rows) : versionedProgram(version, taste, description, rows, DEMO_COUNT);
  const structured = await runStage('structure', program, inputs);
  let enhanced: StageResult | undefined;
  let enhanceError: ErrorDocument | undefined;
  if (pattern === 'enhance') {
    try {
      enhanced = await runStage('enhance', enhancePromptProgram(taste, target, rows.slice(-3)), {
        ...inputs,
        structured_prompt: structured.text,
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
      enhanceError = asAtelierError(error).toJSON();
    }
  }

  const usage = addUsage(structured.usage, enhanced?.usage ?? NO_USAGE);
  const status: GenerationStatus = enhanced === undefined ? 'structured_only' : 'ok';
  const finished = ports.now();
  const record: HistoryRecord = {
    id: ports.newId(),
    timestamp: finished.toISOString(),
    taste: taste.name,
    userInput: description,
    structuredPrompt: structured.text,
    finalPrompt: enhanced?.text ?? structured.text,
    qualityScore: 0,
    imageGenerated: false,
    userId: request.userId,
    model: ports.engine.model,
    version: version === undefined ? 'built-in' : versionName(version.number),
    pattern,
    latencyMs: finished.getTime() - started.getTime(),
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    costUsd: addCost(structured.costUsd, enhanced === undefined ? failedCost(structured, enhanceError) : enhanced.costUsd),
    status,
  };
  const saveError = await trySave(record, ports);
  return {
    record,
    usage,
    cached: structured.cached && (enhanced?.cached ?? true),
    ...(enhanceError === undefined ? {} : { enhanceError }),
    ...(saveError === undefined ? {} : { saveError }),
  };
}

async function trySave(record: HistoryRecord, ports: GenerationPorts): Promise<ErrorDocument | undefined> {
  try {
    await ports.save(record);
    return undefined;
  } catch (error) {
    return asAtelierError(error).toJSON();
  }
}

function requirePattern(pattern: string): Pattern {
  const found = PATTERNS.find((known) => known === pattern);
  if (found !== undefined) return found;
  throw new AtelierError('usage.invalid', `There is no pattern "${pattern}".`, { hint: `Valid patterns: ${PATTERNS.join(', ')}.` });
}

/** What a stage 2 without a result cost: nothing when it was not asked for, nothing was sent, or the model is free; else nobody knows. */
function failedCost(structured: StageResult, error: ErrorDocument | undefined): number | undefined {
  return error === undefined || structured.costUsd === 0 || error.code === 'budget.exceeded' ? 0 : undefined;
}

function addCost(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
