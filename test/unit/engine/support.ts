import { enhancePromptProgram, imagePromptProgram } from '../../../src/core/image-prompt/programs.js';
import type { TrainingRecord } from '../../../src/core/image-prompt/records.js';
import { findTarget } from '../../../src/core/image-prompt/target.js';
import type { Task } from '../../../src/core/program/task.js';
import type { Taste } from '../../../src/core/taste/taste.js';
import type { GuardOptions } from '../../../src/models/guard/guarded-model.js';
import type { OpenModel } from '../../../src/models/model-hub.js';
import { sampleTaste, sampleTraining } from '../core/samples.js';
import { guarded } from '../models/support.js';

/** The real guard and provider as an opened model. */
export function openAt(url: string, options: Partial<GuardOptions> = {}): OpenModel {
  return { port: guarded(url, options).model, model: 'm', name: 'test:m', concurrency: 16 };
}

export const TASTE = sampleTaste('anime', { description: 'Drawn {boldly}, with {{big}} eyes.', avoid: ['photo'] });

export const ROWS = [sampleTraining('a fox in snow', 0.7), sampleTraining('a cat asleep', 0.9)];

export function structureTask(idea: string, rows: readonly TrainingRecord[] = ROWS, taste: Taste = TASTE): Task {
  return { program: imagePromptProgram(taste, rows), inputs: { taste: taste.name, user_input: idea }, taste };
}

export function enhanceTask(idea: string, structured: string, rows: readonly TrainingRecord[] = ROWS, taste: Taste = TASTE): Task {
  const target = findTarget('general');
  const inputs = { taste: taste.name, user_input: idea, structured_prompt: structured };
  return { program: enhancePromptProgram(taste, target, rows), inputs, taste, target };
}

/** Options of a stage, and the texts that it showed. */
export function watching(more: { readonly signal?: AbortSignal; readonly seed?: number } = {}) {
  const shown: string[] = [];
  return { shown, options: { seed: 1, ...more, onText: (text: string) => void shown.push(text) } };
}
