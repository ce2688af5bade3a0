import { AtelierError } from '../errors.js';
import type { EvaluatedRow } from '../evaluation/report.js';
import { cut, valuesText } from '../evaluation/wording.js';
import { changed } from './candidate.js';
import type { Optimizer } from './optimizer.js';
import { describeDataset, descriptionCalls, proposeInstructions } from './propose.js';
import { someOf } from './rows.js';
import { inOrder } from './slots.js';

/** Rows of the trainset on which mistakes are looked for, and how many of these are shown. */
const LOOKED_AT = 40;
const SHOWN_MISTAKES = 8;
const SHOWN_CHARACTERS = 300;

/**
 * Better instructions, the demos as they are: a model proposes some, the best one is held against the trainset, and what it gets wrong, with
 * the metric's feedback, is the ground of the next proposals. After COPRO (Khattab et al. 2023) and the reflection of GEPA (Agrawal et al.
 * 2025).
 * @param options `breadth`: proposals in a round; `depth`: rounds
 */
export function instructionSearch(options: { readonly breadth: number; readonly depth: number }): Optimizer {
  const { breadth, depth } = options;
  return {
    name: 'instructions',
    options: { breadth, depth },
    forecast: ({ train, validation, demos }) => ({
      parts: [
        { by: 'asker', calls: descriptionCalls(train) + breadth * depth, demos: 0 },
        { by: 'student', calls: depth * (Math.min(LOOKED_AT, train) + breadth * validation), demos },
      ],
      exact: false,
    }),
    async run({ start, trainset, lab, board, valset }) {
      if (!lab.canPropose) {
        throw new AtelierError('model.unsupported', 'Instructions are to be proposed, and the teacher writes none.', {
          hint: 'Take a language model as the teacher: --teacher <provider>:<model>.',
        });
      }
      const { signature } = start.program;
      lab.emit({ kind: 'phase', phase: 'propose' });
      const dataset = await describeDataset(lab, signature, trainset);
      for (let round = 0; round < depth; round++) {
        lab.emit({ kind: 'phase', phase: 'propose' });
        const { program } = board.best ?? start;
        const { rows } = await lab.evaluate(program, someOf(trainset, LOOKED_AT, lab.seed + round));
        const demosFor = () => board.best?.demos ?? [];
        const facts = { signature, instructions: program.instructions, dataset, demosFor, mistakes: mistakesText(rows) };
        const proposed = await proposeInstructions(lab, facts, breadth, round);
        lab.emit({ kind: 'phase', phase: 'search' });
        const from = board.best ?? start;
        const ahead = lab.width === 1 ? 1 : 1 + Math.ceil(lab.width / valset.length);
        await inOrder(
          proposed.map((instructions, index) =>
            changed(from, `proposal ${round + 1}.${index + 1}`, `instructions, round ${round + 1}`, { instructions }),
          ),
          ahead,
          (candidate, signal) => board.score(candidate, signal),
          (scored) => {
            board.add(scored);
            return true;
          },
        );
      }
    },
  };
}

/** The worst answers, with what was expected and what the metric says; empty when all are right. */
function mistakesText(rows: readonly EvaluatedRow[]): string {
  const wrong = rows.filter(({ score = 0 }) => score < 1).sort((a, b) => (a.score ?? 0) - (b.score ?? 0));
  return wrong
    .slice(0, SHOWN_MISTAKES)
    .map(({ inputs, outputs, expected, feedback, error }) =>
      [
        `inputs: ${cut(valuesText(inputs), SHOWN_CHARACTERS)}`,
        outputs === undefined ? 'answer: none' : `answer: ${cut(valuesText(outputs), SHOWN_CHARACTERS)}`,
        ...(Object.keys(expected).length === 0 ? [] : [`expected: ${cut(valuesText(expected), SHOWN_CHARACTERS)}`]),
        ...(feedback === undefined ? [] : [`feedback: ${cut(feedback, SHOWN_CHARACTERS)}`]),
        ...(error === undefined ? [] : [`failure: ${cut(error.message, SHOWN_CHARACTERS)}`]),
      ].join('\n'),
    )
    .join('\n---\n');
}
