import type { Demo, Program } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import { SLOTS, type Taste } from '../taste/taste.js';
import type { TrainingRecord } from './records.js';
import type { Target } from './target.js';

/** Stage 1: the user's words and a taste become a structured image prompt. */
export const IMAGE_PROMPT: Signature = {
  name: 'ImagePrompt',
  description: 'Turn a short idea and a taste into a structured prompt for an image model.',
  instructions: `Write a prompt for an image model from the user's idea, in the given taste.
Open in the taste, name the subject in the user's own words, then give composition and technique.
Keep every wish and every exclusion of the user ("no people" stays true). Add no second subject. Never contradict yourself: one lens, one viewpoint, one time of day.
The prompt is one line of 15 to 40 words.`,
  inputs: [
    { name: 'taste', type: 'string', description: 'The visual style' },
    { name: 'user_input', type: 'string', description: 'What the picture shows, in the words of the user' },
  ],
  outputs: [{ name: 'optimized_prompt', type: 'string', description: 'The structured prompt' }],
};

/** Stage 1 as it comes with the product. */
const STRUCTURE: Program = { signature: IMAGE_PROMPT, instructions: IMAGE_PROMPT.instructions, demos: [] };

/** Stage 2: the structured prompt gains light, palette, mood, technique and technical detail. */
export const ENHANCE_PROMPT: Signature = {
  name: 'EnhancePrompt',
  description: 'Enrich a structured image prompt without changing its subject or taste.',
  instructions: `Enrich the structured prompt with lighting, palette, mood, artistic technique and technical detail that fit the taste.
Keep its subject, its wording of the subject, its taste and every exclusion. Add no second subject and nothing that contradicts it: one lens, one viewpoint, one time of day, one palette. Say nothing twice.
Answer with the final prompt alone: no title, no quotation marks, no explanation.`,
  inputs: [...IMAGE_PROMPT.inputs, { name: 'structured_prompt', type: 'string', description: 'The prompt to enrich' }],
  outputs: [{ name: 'final_prompt', type: 'string', description: 'The enriched prompt' }],
};

/** Whether a signature makes an image prompt: from `user_input` and `taste`, and nothing else that must be there, to one text. */
export function makesImagePrompts({ inputs, outputs }: Signature): boolean {
  const needed = ['user_input', 'taste'];
  return (
    needed.every((wanted) => inputs.some((field) => field.name === wanted)) &&
    inputs.every((field) => field.optional === true || needed.includes(field.name)) &&
    outputs.length === 1 &&
    outputs.every(({ type, array }) => type === 'string' && array !== true)
  );
}

/**
 * The stage-1 program for one taste; `rows` become its demos.
 * @param base what it is made from: its demos come before those of the rows
 */
export function imagePromptProgram(taste: Taste, rows: readonly TrainingRecord[], base: Program = STRUCTURE): Program {
  const { signature, instructions, demos } = base;
  const [output] = signature.outputs;
  return {
    signature,
    instructions: `${instructions}\n\n${describeTaste(taste)}`,
    demos: [
      ...demos,
      ...rows.map(
        (row): Demo => ({
          inputs: { taste: row.taste, user_input: row.userInput },
          outputs: { [output?.name ?? '']: row.structuredPrompt === '' ? row.finalPrompt : row.structuredPrompt },
          quality: row.qualityScore,
        }),
      ),
    ],
  };
}

/** The stage-2 program for one taste and target; `rows` become its demos. */
export function enhancePromptProgram(taste: Taste, target: Target, rows: readonly TrainingRecord[]): Program {
  return {
    signature: ENHANCE_PROMPT,
    instructions: `${ENHANCE_PROMPT.instructions}\n${target.guidance}\n\n${describeTaste(taste)}\n${describeVocabulary(taste)}`,
    demos: rows.map(
      (row): Demo => ({
        inputs: { taste: row.taste, user_input: row.userInput, structured_prompt: row.structuredPrompt },
        outputs: { final_prompt: row.finalPrompt },
        quality: row.qualityScore,
      }),
    ),
  };
}

function describeTaste(taste: Taste): string {
  const avoid = taste.avoid.length === 0 ? '' : ` Never say: ${taste.avoid.join(', ')}.`;
  return `Taste "${taste.name}": ${taste.description}${avoid}`;
}

/** A few words per slot: enough to set the tone, few enough not to be copied wholesale. */
function describeVocabulary(taste: Taste): string {
  const lines = SLOTS.filter((slot) => taste.vocabulary[slot].length > 0).map((slot) => {
    const phrases = taste.vocabulary[slot].slice(0, 5).map((phrase) => phrase.text);
    return `- ${slot}: ${phrases.join('; ')}`;
  });
  return lines.length === 0 ? '' : `Typical words of this taste (use what fits, invent better):\n${lines.join('\n')}`;
}
