import { AtelierError } from '../errors.js';
import type { EvaluatedRow } from '../evaluation/report.js';
import { type Example, inputsKey } from '../example/example.js';
import type { Random } from '../random.js';
import type { VersionDemo } from '../version/version.js';
import { fieldDifferences } from '../version/version-program.js';
import { type Candidate, changed } from './candidate.js';
import { plainDemos, sampleDemos } from './demo-pool.js';
import type { BootstrapVerdict } from './events.js';
import type { Lab } from './lab.js';
import type { LabeledDemo, OptimizerTask } from './optimizer.js';

export interface BootstrapSettings {
  /** Most demos that the teacher makes. */
  readonly maxBootstrapped: number;
  /** Most demos in all; what the teacher's leave open is filled with labeled rows. */
  readonly maxLabeled: number;
  /** Tries for each example. */
  readonly rounds: number;
  /** The least score of a demo, 0..1. */
  readonly threshold: number;
}

/** What a teacher made of a trainset. */
export interface Bootstrapped {
  /** In the order of the examples. */
  readonly demos: readonly VersionDemo[];
  /** Of the last round of each example that counts, in their order. */
  readonly verdicts: readonly BootstrapVerdict[];
}

/** The program that makes demos. Called for an example, it does not know that example. */
export interface Teacher {
  programFor(example: Example): Candidate['program'];
  /** Tells its attempts from those of other teachers of the run. */
  readonly name: string;
}

/**
 * The teacher of a run: the one that was given, as it is; else the start with labeled demos by chance, or with its own ones when none may
 * be labeled. An example is answered without demos of the same inputs, or the teacher would copy.
 * @throws AtelierError `usage.invalid` when the given one has other fields
 */
export function teacherOf({ start, labeled, teacherProgram }: OptimizerTask, maxLabeled: number, random: Random): Teacher {
  if (teacherProgram !== undefined) {
    const [other] = fieldDifferences(start.program.signature, teacherProgram.program.signature);
    if (other !== undefined) {
      throw new AtelierError('usage.invalid', `The teacher and the student differ in the ${other.side} "${other.field}".`, {
        hint: 'A teacher shows how the same task is done: its fields must be the same.',
      });
    }
  }
  const { signature } = start.program;
  const shown = maxLabeled === 0 ? undefined : { demos: plainDemos(sampleDemos(labeled, maxLabeled, random, signature)) };
  const base = teacherProgram ?? (shown === undefined ? start : changed(start, 'teacher', 'the start with labeled demos', shown));
  const known = new Set(base.demos.map(({ inputs }) => inputsKey(inputs)));
  return {
    name: `teacher ${JSON.stringify(base.demos.map(({ inputs }) => inputsKey(inputs)))} ${base.program.instructions}`,
    programFor({ inputs }) {
      const key = inputsKey(inputs);
      if (!known.has(key)) return base.program;
      return { ...base.program, demos: base.program.demos.filter((demo) => inputsKey(demo.inputs) !== key) };
    },
  };
}

/**
 * Bootstraps demos (Khattab et al. 2023, BootstrapFewShot): the teacher answers examples in their order until enough answers score well.
 * Several examples are under way at a time; what counts is their order, so the demos are the same at any width. Surplus attempts are at
 * most one less than the width.
 * @throws AtelierError as `Lab.attempt`
 */
export async function bootstrap(
  { lab, trainFile }: Pick<OptimizerTask, 'lab' | 'trainFile'>,
  teacher: Teacher,
  examples: readonly Example[],
  settings: Omit<BootstrapSettings, 'maxLabeled'>,
): Promise<Bootstrapped> {
  const { maxBootstrapped: most } = settings;
  const tried: { readonly verdict: BootstrapVerdict; readonly result: EvaluatedRow }[] = [];
  let next = 0;
  let accepted = 0;
  const worker = async () => {
    while (accepted < most && next < examples.length) {
      const at = next++;
      const outcome = await tryExample(lab, teacher, examples[at] as Example, settings);
      tried[at] = outcome;
      if (outcome.verdict.verdict === 'accepted') accepted++;
    }
  };
  await Promise.all(Array.from({ length: Math.min(lab.width, examples.length) }, worker));
  const demos: VersionDemo[] = [];
  const verdicts: BootstrapVerdict[] = [];
  for (const { verdict, result } of tried) {
    if (demos.length === most) break;
    verdicts.push(verdict);
    if (verdict.verdict === 'accepted') demos.push(demoOf(result, trainFile));
  }
  return { demos, verdicts };
}

/** Demos that the teacher made, then labeled rows by chance, of examples that gave none, up to the most. */
export function filledDemos(
  made: readonly VersionDemo[],
  labeled: readonly LabeledDemo[],
  maxLabeled: number,
  random: Random,
  task: Pick<OptimizerTask, 'start'>,
): VersionDemo[] {
  const known = new Set(made.map(({ inputs }) => inputsKey(inputs)));
  const pool = labeled.filter(({ inputs }) => !known.has(inputsKey(inputs)));
  const open = Math.max(0, maxLabeled - made.length);
  return [...made, ...plainDemos(sampleDemos(pool, open, random, task.start.program.signature))];
}

/**
 * Why no demo came of a trainset, with the nearest misses: `0 of 40 accepted: 31 scored below 0.5, 9 failed; …`.
 * @param verdicts of all examples
 */
export function nothingAccepted(verdicts: readonly BootstrapVerdict[], threshold: number): string {
  const rejected = verdicts.filter(({ verdict }) => verdict === 'rejected');
  const failed = verdicts.filter(({ verdict }) => verdict === 'failed');
  const nearest = [...rejected].sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).slice(0, 3);
  const counts = [
    ...(rejected.length === 0 ? [] : [`${rejected.length} scored below ${threshold}`]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
  ];
  const shown = nearest.map(({ row, score, feedback }) => `row ${row} with ${score?.toFixed(2)}${feedback ? ` (${feedback})` : ''}`);
  const [failure] = failed;
  return [
    `0 of ${verdicts.length} accepted${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
    ...(shown.length === 0 ? [] : [`the nearest were ${shown.join('; ')}`]),
    ...(rejected.length > 0 || failure?.error === undefined ? [] : [`the first failed with: ${failure.error.message}`]),
  ].join('; ');
}

async function tryExample(
  lab: Lab,
  teacher: Teacher,
  example: Example,
  { rounds, threshold }: Pick<BootstrapSettings, 'rounds' | 'threshold'>,
): Promise<{ readonly verdict: BootstrapVerdict; readonly result: EvaluatedRow }> {
  const program = teacher.programFor(example);
  for (let round = 0; ; round++) {
    const result = await lab.attempt(program, example, { by: 'teacher', round, name: teacher.name });
    const verdict = verdictOf(result, threshold);
    lab.emit({ kind: 'verdict', verdict });
    if (verdict.verdict === 'accepted' || round + 1 >= rounds) return { verdict, result };
  }
}

function verdictOf({ row, repeat, score, feedback, outputs, error }: EvaluatedRow, threshold: number): BootstrapVerdict {
  const verdict = score === undefined ? 'failed' : score >= threshold ? 'accepted' : 'rejected';
  return { row, round: repeat, verdict, score, feedback, outputs, error };
}

/** The inputs that were passed and the outputs that were produced, nothing else of the row. */
function demoOf({ inputs, outputs = {}, reasoning, score = 1, row }: EvaluatedRow, file: string): VersionDemo {
  const thoughts = reasoning === undefined ? {} : { reasoning };
  return { inputs, outputs, ...thoughts, quality: score, augmented: true, source: { file, row } };
}
