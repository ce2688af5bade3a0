import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { TrainingIndex } from '../../../src/core/example/training-index.js';
import { enhancePromptProgram, imagePromptProgram } from '../../../src/core/image-prompt/programs.js';
import type { TrainingRecord } from '../../../src/core/image-prompt/records.js';
import { findTarget } from '../../../src/core/image-prompt/target.js';
import type { Taste } from '../../../src/core/taste/taste.js';
import { EmbeddedProvider } from '../../../src/models/embedded/embedded-provider.js';
import { readTastes } from '../../../src/store/tastes-file.js';

/** The six tastes that come with the product. */
export async function builtInTastes(): Promise<readonly Taste[]> {
  const { tastes, problems } = await readTastes(path.resolve('data/tastes.yaml'), 'built-in');
  assert.deepEqual(problems, []);
  assert.equal(tastes.length, 6);
  return tastes;
}

/** The training rows that come with the product. */
export async function starterRows(): Promise<readonly TrainingRecord[]> {
  const rows = parse(await readFile('data/training_data.csv', 'utf8'), { columns: true }) as Record<string, string>[];
  return rows.map((row) => ({
    timestamp: row.timestamp ?? '',
    taste: row.taste ?? '',
    userInput: row.user_input ?? '',
    structuredPrompt: row.dspy_prompt ?? '',
    finalPrompt: row.final_prompt ?? '',
    qualityScore: Number(row.quality_score),
    imageGenerated: row.image_generated === 'true',
    userId: row.user_id ?? '',
  }));
}

/** Both stages of one generation by the embedded model, with the demos that the product would choose. */
export class Studio {
  private readonly provider = new EmbeddedProvider();
  private readonly indexes = new Map<string, TrainingIndex>();

  constructor(private readonly rows: readonly TrainingRecord[]) {}

  async generate(taste: Taste, idea: string, seed: number, targetName = 'general'): Promise<{ structured: string; final: string }> {
    const demos = this.demos(taste, idea);
    const target = findTarget(targetName);
    const inputs = { taste: taste.name, user_input: idea };
    const structured = await this.answer({ program: imagePromptProgram(taste, demos), inputs, taste, target }, seed);
    const program = enhancePromptProgram(taste, target, demos.slice(-3));
    const final = await this.answer({ program, inputs: { ...inputs, structured_prompt: structured }, taste, target }, seed);
    return { structured, final };
  }

  demos(taste: Taste, idea: string): readonly TrainingRecord[] {
    let index = this.indexes.get(taste.name);
    if (index === undefined) {
      index = new TrainingIndex(this.rows.filter((row) => row.taste === taste.name));
      this.indexes.set(taste.name, index);
    }
    return index.select(idea, 6);
  }

  private async answer(task: Parameters<typeof imageTask>[0], seed: number): Promise<string> {
    const { text } = await this.provider.chat(imageTask(task, seed));
    return text[0] ?? assert.fail('no answer');
  }
}

function imageTask(task: NonNullable<Parameters<EmbeddedProvider['chat']>[0]['task']>, seed: number) {
  return { model: 'embedded', messages: [], task, seed };
}
