import { askerWith } from '../core/optimizer/asker.js';
import type { RunModels } from '../core/optimizer/run-models.js';
import { widthFor } from '../core/program/pool.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { OpenModel } from '../models/model-hub.js';
import { EMBEDDED } from '../models/model-ref.js';
import { modelTerms } from '../models/model-terms.js';
import { estimatePrompt, estimateTokens } from '../models/tokens.js';
import { reflectWithAx } from './gepa.js';
import { createPredictor } from './predict.js';
import { renderMessages } from './render-messages.js';

/**
 * The models of an optimization. The embedded model makes demos, but writes no instructions.
 * @param find a signature of the library, through which the teacher's model is asked
 */
export function runModels(student: OpenModel, teacher: OpenModel, find: (name: string) => Promise<SignatureDefinition>): RunModels {
  const predictor = createPredictor(student);
  const other = teacher.name === student.name ? predictor : createPredictor(teacher);
  return {
    student: predictor,
    teacher: other,
    asker: teacher.name === EMBEDDED ? undefined : askerWith(other, find),
    reflect: reflectWithAx(teacher),
    terms: { student: modelTerms(student), teacher: modelTerms(teacher) },
    concurrency: widthFor(student.concurrency),
    promptTokens: async (program, inputs) => estimatePrompt(await renderMessages(program, inputs)),
    tokensOf: estimateTokens,
  };
}
