import { AxGEPA, type AxGEPAAdapter } from '@ax-llm/ax';
import { AtelierError, asAtelierError } from '../core/errors.js';
import type { EvaluatedRow } from '../core/evaluation/report.js';
import type { Example } from '../core/example/example.js';
import { type Candidate, changed } from '../core/optimizer/candidate.js';
import type { ReflectiveLimits, ReflectiveSearch } from '../core/optimizer/gepa.js';
import type { OptimizerTask } from '../core/optimizer/optimizer.js';
import { endsTheRun } from '../core/program/run-errors.js';
import { hash32 } from '../core/random.js';
import { printOneLine } from '../core/signature/print-one-line.js';
import type { OpenModel } from '../models/model-hub.js';
import { axProgram } from './ax-program.js';
import { MOST_CHARACTERS, ReflectionTeacher } from './reflection-teacher.js';
import { type Shown, shownExample, shownFeedback, shownRow } from './shown-rows.js';

/** Proposals without a usable text, one after the other, after which the teacher is not asked again. */
const MOST_BARREN = 3;
/** Stands for instructions that are not there: Ax refuses to ask about an empty text. */
const NO_INSTRUCTIONS = '(There are no instructions yet.)';

/**
 * GEPA as Ax has it, behind the lab: Ax chooses which program to change and on which rows, has the teacher reflect on what went wrong there
 * and write new instructions, and keeps those that do better on the same rows. What it keeps is scored on all of validation, and goes on
 * the board. Answers are those of `Lab.attempt`, so a run can be resumed, has its budget, and rows run at the width of the lab. Of what Ax
 * finds only instructions are taken: its own artefact holds the trainset.
 * @param teacher reflects, and writes the instructions
 * @returns a search that throws what `Lab.attempt` throws, what every further question to the teacher would fail with as well, and
 *   `usage.invalid` for a trainset of less than two rows
 */
export function reflectWithAx(teacher: OpenModel): ReflectiveSearch {
  return (task, limits) => new Reflection(teacher, task, limits).run();
}

/** Ends a search of Ax's from inside: nothing is wrong, nothing more is to be found. */
class Enough extends Error {}

/** One search. Ax swallows most errors, so the first that ends it is kept here, and nothing is asked after it. */
class Reflection {
  private readonly train: readonly Shown[];
  private readonly validation: readonly Shown[];
  private readonly examples = new Map<Shown, Example>();
  /** By their instructions; those of Ax's that are not here yet become one. */
  private readonly candidates = new Map<string, Candidate>();
  /** Those that were scored on all of validation. */
  private readonly considered = new Set<Candidate>();
  /** What came of an example, by what the teacher is shown of it. */
  private readonly rows = new WeakMap<object, EvaluatedRow>();
  private readonly startText: string;
  private readonly writer: ReflectionTeacher;
  private ended: Error | undefined;
  private scored = 0;
  private proposals = 0;
  private barren = 0;
  private barrenInARow = 0;
  /** The instructions that a proposal is to better, until it is tried. */
  private parent: string | undefined;

  constructor(
    teacher: OpenModel,
    private readonly task: OptimizerTask,
    private readonly limits: ReflectiveLimits,
  ) {
    const { start, trainset, valset, lab } = task;
    this.writer = new ReflectionTeacher(teacher, lab, {
      // Another seed for each proposal: the same question may come again.
      seedNow: () => {
        this.requireGoingOn();
        return lab.seed + this.proposals;
      },
      onError: (error) => {
        if (endsTheRun(error) || !error.code.startsWith('model.')) this.end(error);
      },
    });
    const shown = (example: Example) => {
      const view = shownExample(start.program.signature, example);
      this.examples.set(view, example);
      return view;
    };
    this.train = trainset.map(shown);
    this.validation = valset.map(shown);
    this.startText = start.program.instructions.trim() === '' ? NO_INSTRUCTIONS : start.program.instructions;
    this.candidates.set(this.startText, start);
    this.considered.add(start);
  }

  async run(): Promise<void> {
    const { lab, start, trainset } = this.task;
    if (trainset.length < 2) {
      throw new AtelierError('usage.invalid', 'GEPA needs two rows or more to learn from.', { hint: 'Add rows to the trainset.' });
    }
    const { metricCalls, minibatch } = this.limits;
    const { service } = this.writer;
    // Ax changes the program that it is given: this one is its own.
    const { generator } = axProgram(start.program);
    const key = `${generator.getId()}::instruction`;
    const component = {
      ...{ key, kind: 'instruction', current: this.startText, maxLength: MOST_CHARACTERS },
      description: `What a language model is told to do, in the prompt of this task: ${printOneLine(start.program.signature)}`,
      constraints: 'Plain text. It must hold for inputs that nobody has seen yet; the form of the answer is said elsewhere.',
      validate: (text: string) => this.writer.verdictOn(text),
    };
    const student = Object.assign(generator, {
      // Its other component is the description, which belongs to the signature.
      getOptimizableComponents: () => [component],
      // Where it is called, the adapter has failed, and what this throws is not swallowed.
      applyOptimizedComponents: () => this.requireGoingOn(),
    });
    const steps = Math.trunc((metricCalls - this.validation.length) / minibatch);
    const gepa = new AxGEPA({
      ...{ studentAI: service, teacherAI: service, minibatchSize: minibatch, numTrials: steps },
      // With one objective Ax counts a step that found something better among those that did not, too.
      earlyStoppingTrials: steps + 1,
      // A state of 0 would stay 0.
      seed: hash32(`gepa ${lab.seed}`) || 1,
      // With one component there is nothing to merge.
      ...{ mergeMax: 0, paretoSetSize: this.validation.length },
    });
    try {
      await gepa.compile(student, this.train, ({ prediction }) => this.rows.get(prediction as object)?.score ?? 0, {
        ...{ validationExamples: this.validation, maxMetricCalls: metricCalls, gepaAdapter: this.adapter(key) },
        feedbackFn: ({ prediction }) => this.feedbackOn(prediction as object),
      });
    } catch (thrown) {
      this.end(thrown);
    }
    if (this.ended !== undefined && !(this.ended instanceof Enough)) throw this.ended;
    this.note();
  }

  private adapter(key: string): AxGEPAAdapter<Shown, undefined, Shown> {
    return {
      evaluate: async (batch, { [key]: instructions = this.startText }) => {
        try {
          const rows = await this.evaluate(batch, instructions);
          const outputs = rows.map((row) => {
            const view = shownRow(row);
            this.rows.set(view, row);
            return view;
          });
          return { outputs, scores: rows.map(({ score = 0 }) => score) };
        } catch (thrown) {
          this.end(thrown);
          throw thrown;
        }
      },
      // Called once for each proposal, before the teacher is asked. What the rows say is in the minibatch already.
      make_reflective_dataset: ({ [key]: instructions = this.startText }) => {
        this.beginProposal(instructions);
        return {};
      },
    };
  }

  private async evaluate(batch: readonly Shown[], instructions: string): Promise<readonly EvaluatedRow[]> {
    const { lab, board } = this.task;
    this.endProposal(instructions);
    this.requireGoingOn();
    this.scored += batch.length;
    const candidate = this.candidateOf(instructions);
    if (batch[0] !== this.validation[0]) {
      return Promise.all(batch.map((shown) => lab.attempt(candidate.program, this.examples.get(shown) as Example)));
    }
    const { report, score } = await (this.considered.has(candidate) ? board.score(candidate) : board.consider(this.named(candidate)));
    this.considered.add(candidate);
    if (score === 1) this.ended ??= new Enough();
    return report.rows;
  }

  private candidateOf(instructions: string): Candidate {
    const known = this.candidates.get(instructions);
    if (known !== undefined) return known;
    const candidate = changed(this.task.start, '', `instructions from what went wrong, proposal ${this.proposals}`, { instructions });
    this.candidates.set(instructions, candidate);
    return candidate;
  }

  /** Its program is the same, so that rows which it was tried on are not paid again. */
  private named(candidate: Candidate): Candidate {
    return { ...candidate, id: `reflection ${this.considered.size}` };
  }

  private beginProposal(parent: string): void {
    const { metricCalls, trials, minibatch } = this.limits;
    const needed = minibatch + this.validation.length;
    // A proposal that could not be scored on all of validation would be paid for nothing.
    if (this.proposals >= trials || this.scored + needed > metricCalls || this.barrenInARow >= MOST_BARREN) {
      this.ended ??= new Enough();
      return;
    }
    this.proposals++;
    this.parent = parent;
  }

  private endProposal(instructions: string): void {
    if (this.parent === undefined) return;
    const isBarren = instructions === this.parent;
    this.barren += isBarren ? 1 : 0;
    this.barrenInARow = isBarren ? this.barrenInARow + 1 : 0;
    this.parent = undefined;
  }

  /** What Ax is to ask the teacher about besides the row; of a failed row why it failed. */
  private feedbackOn(prediction: object): string[] {
    // The last place before the teacher is asked, and the one whose errors Ax lets through.
    this.requireGoingOn();
    const row = this.rows.get(prediction);
    return row === undefined ? [] : shownFeedback(row);
  }

  private requireGoingOn(): void {
    if (this.ended !== undefined) throw this.ended;
  }

  private end(thrown: unknown): void {
    this.ended ??= thrown instanceof Enough ? thrown : asAtelierError(thrown);
  }

  private note(): void {
    const { proposals, barren } = this;
    const { lastFailure = 'The teacher gave the instructions back as they were.' } = this.writer;
    const { lab, board } = this.task;
    if (proposals === 0) {
      if (board.best?.score === 1) return;
      lab.emit({ kind: 'note', text: 'GEPA found nothing to reflect on: what it looked at in the trainset was right.' });
    } else if (barren === proposals) {
      lab.emit({ kind: 'note', text: `GEPA made no usable proposal: ${lastFailure}` });
    } else if (barren > 0) {
      lab.emit({ kind: 'note', text: `Of ${proposals} proposals of GEPA ${barren} could not be used: ${lastFailure}` });
    }
  }
}
