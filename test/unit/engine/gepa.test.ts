import assert from 'node:assert/strict';
import { scorerOf } from '../../../src/core/evaluation/scorer.js';
import type { Example } from '../../../src/core/example/example.js';
import { parseOptimizer } from '../../../src/core/optimizer/catalog.js';
import type { OptimizerEvent } from '../../../src/core/optimizer/events.js';
import type { JournalEntry } from '../../../src/core/optimizer/journal.js';
import type { Asker } from '../../../src/core/optimizer/lab.js';
import { type Optimized, type OptimizeOptions, optimize } from '../../../src/core/optimizer/optimize.js';
import type { Program } from '../../../src/core/program/program.js';
import { reflectWithAx } from '../../../src/engine/gepa.js';
import { createPredictor } from '../../../src/engine/predict.js';
import { type ChatBody, contentText, faults, lastText } from '../../fixtures/fault-server.js';
import { exact, FILE, numbered, programOf } from '../core/optimizer-support.js';
import { afterRoundTrip, eachServer, FAST, failure } from '../models/support.js';
import { openAt } from './support.js';

/** Each opens the rows whose number leaves another rest of 3. */
const WORDS = ['alpha', 'beta', 'gamma'] as const;
const START = { ...programOf('input -> output'), instructions: 'Answer the question.' };
const [TRAIN, VALIDATION] = [30, 12];
const SPEC = 'gepa(max_metric_calls=120)';

const said = (body: ChatBody) => body.messages.map(({ content }) => contentText(content)).join('\n');
const isTeacher = (body: ChatBody) => body.model === 'teacher';
const isProposal = (body: ChatBody) => isTeacher(body) && said(body).includes('newValue');
/** What a fault meets. */
const teacher = { when: ({ body }: { readonly body: ChatBody | undefined }) => body !== undefined && isTeacher(body) };

/** Right where a word of the instructions opens the row. */
function studentSays(body: ChatBody): string {
  const number = Number(/q(\d+)(?![\s\S]*q\d)/.exec(said(body))?.[1]);
  return said(body).includes(WORDS[number % WORDS.length] ?? '') ? `a${number}` : 'x';
}

/** The instructions that a question for better ones shows. */
const currentOf = (body: ChatBody) => /^Current Value: ([\s\S]*?)\n\n/m.exec(lastText(body))?.[1] ?? '';

/** Adds the next word to the instructions that it is shown. */
function teacherSays(body: ChatBody): string {
  if (!isProposal(body)) return 'Feedback Summary: Some words are missing.';
  const current = currentOf(body);
  const next = WORDS.find((word) => !current.includes(word)) ?? 'nothing';
  return `Here you are:\n\nNew Value: ${current}\nMind ${next}.`;
}

const asker: Asker = { model: 'asker', ask: async () => assert.fail('GEPA asks through Ax') };

describe('GEPA (Ax behind the lab)', () => {
  const server = eachServer();
  beforeEach(() => server().answer((body) => (isTeacher(body) ? teacherSays(body) : studentSays(body))));

  const ports = () => ({ reflect: reflectWithAx({ ...openAt(server().url), model: 'teacher', name: 'test:teacher' }) });

  function run(
    options: Partial<OptimizeOptions> & {
      readonly spec?: string;
      readonly scorer?: typeof exact;
      readonly program?: Program;
      readonly trainset?: readonly Example[];
    } = {},
  ): Promise<Optimized> {
    const { spec = SPEC, scorer = exact, program = START, trainset = numbered(TRAIN), ...more } = options;
    const student = createPredictor(openAt(server().url));
    return optimize(program, trainset, numbered(VALIDATION, 100), scorer, parseOptimizer(spec, ports()), {
      ...{ student, teacher: student, asker, concurrency: 4, seed: 7, testset: [], trainFile: FILE, now: () => 0 },
      ...more,
    });
  }

  const decisions = ({ program, report }: Optimized) => ({
    ...{ instructions: program.instructions, best: report.best.id, notes: report.notes },
    candidates: report.candidates.map(({ id, about, score, program: { instructions } }) => [id, about, score, instructions]),
  });
  const asked = () => server().requests.flatMap(({ body }) => (body !== undefined && isTeacher(body) ? [body] : []));

  it('finds better instructions step by step, and leaves the program as it was', async () => {
    const before = JSON.stringify(START);
    const { program, report } = await run();
    assert.equal(JSON.stringify(START), before);
    assert.deepEqual(
      report.candidates.map(({ id, score }) => [id, Math.round(12 * score)]),
      [
        ['baseline', 0],
        ['reflection 1', 4],
        ['reflection 2', 8],
        ['reflection 3', 12],
      ],
    );
    assert.equal(program.instructions, 'Answer the question.\nMind alpha.\nMind beta.\nMind gamma.');
    assert.match(report.best.about, /^instructions from what went wrong, proposal \d+$/);
    assert.deepEqual([program.signature, program.demos, report.stopped], [START.signature, START.demos, undefined]);
  });

  it('shows the teacher what went wrong in the trainset, never a row of validation', async () => {
    const scorer = scorerOf({ name: 'strict', needsLabels: true, score: () => ({ score: 0, feedback: 'Say it with the letter first.' }) });
    await run({ scorer });
    const [critic, proposal] = asked();
    assert.ok(critic !== undefined && proposal !== undefined);
    assert.match(lastText(critic), /"expected output": "a\d+"[\s\S]*"output": "x"[\s\S]*Say it with the letter first\./);
    assert.match(lastText(proposal), /task: input: string -> output: string/);
    assert.match(lastText(proposal), /Feedback Summary: Some words are missing\./);
    for (const body of asked()) assert.doesNotMatch(said(body), /q1\d\d/);
  });

  it('keeps nothing of the trainset', async () => {
    const { program, demos } = await run();
    assert.ok(program.instructions.includes('gamma'));
    assert.doesNotMatch(JSON.stringify([program, demos]), /\b[aq]\d/);
  });

  it('starts without instructions, too', async () => {
    const { program } = await run({ program: { ...START, instructions: '' } });
    assert.match(program.instructions, /^\(There are no instructions yet\.\)\nMind alpha\./);
  });

  it('decides the same with the same seed, at any width', async () => {
    const [once, again, wide] = [await run(), await run(), await run({ concurrency: 16 })];
    assert.deepEqual(decisions(again), decisions(once));
    assert.deepEqual(decisions(wide), decisions(once));
    const looked = (seed: number) => server().requests.findLast(({ body }) => body?.seed === seed && isTeacher(body))?.body;
    await run({ seed: 20 });
    assert.notEqual(lastText(looked(21) as ChatBody), lastText(looked(8) as ChatBody), 'another seed looks at other rows');
  });

  it('goes on where it ended, decides the same, and pays nothing twice', async () => {
    const whole = await run();
    const total = whole.report.spent.calls;
    assert.equal(server().count, total);
    for (const share of [0.3, 0.55, 0.8]) {
      const known = new Map<string, JournalEntry>();
      const append = async (entry: JournalEntry) => void known.set(entry.key, JSON.parse(JSON.stringify(entry)));
      const abort = new AbortController();
      const onEvent = (event: OptimizerEvent) => {
        if (event.kind === 'progress' && event.spent.calls >= share * total) abort.abort();
      };
      await failure(run({ signal: abort.signal, onEvent, journal: { known: new Map(), append } }), 'cancelled');
      // What was cancelled on its way out has arrived by then.
      await afterRoundTrip();
      const kept = known.size;
      assert.ok(kept >= share * total && kept < total, `${kept} of ${total}`);
      const before = server().count;
      const resumed = await run({ journal: { known: new Map(known), append } });
      assert.deepEqual(decisions(resumed), decisions(whole));
      assert.equal(kept + server().count - before, known.size, 'nothing that was kept is asked again');
      assert.equal(resumed.report.spent.calls, total);
    }
  });

  it('forecasts an upper bound of its calls', async () => {
    for (const spec of ['gepa(max_metric_calls=60)', SPEC, 'gepa(max_metric_calls=300)']) {
      // Nothing but the words that open a row helps, and the teacher never finds one: no proposal is accepted.
      for (const isHelpful of [true, false]) {
        server().answer((body) => (!isTeacher(body) ? studentSays(body) : isHelpful ? teacherSays(body) : `Be ${server().count}.`));
        const before = server().count;
        const { report } = await run({ spec });
        const { parts } = parseOptimizer(spec, ports()).forecast({
          ...{ train: TRAIN, validation: VALIDATION, demos: 0, labeled: TRAIN, canPropose: true },
        });
        const forecast = Object.fromEntries(parts.map(({ by, calls }) => [by, calls]));
        const bodies = server()
          .requests.slice(before)
          .flatMap(({ body }) => (body === undefined ? [] : [body]));
        const byTeacher = bodies.filter(isTeacher).length;
        assert.ok(byTeacher > 0 && byTeacher <= (forecast.asker ?? 0), `teacher: ${byTeacher} of ${forecast.asker}`);
        assert.ok(bodies.length - byTeacher - VALIDATION <= (forecast.student ?? 0), `student: ${bodies.length} of ${forecast.student}`);
        assert.equal(report.spent.calls, bodies.length);
      }
    }
  });

  it('ends with the error when the teacher has no valid key', async () => {
    server().inject({ ...faults.status(401), ...teacher, times: 100 });
    await failure(run(), 'model.auth');
    assert.equal(asked().length, 1);
  });

  it('ends at once when it is cancelled while the teacher writes', async () => {
    const abort = new AbortController();
    server().inject({ hang: true, ...teacher });
    const running = run({ signal: abort.signal });
    await server().arrived(VALIDATION + 5 + 1);
    abort.abort();
    await failure(running, 'cancelled');
    assert.deepEqual([asked().length, server().count], [1, VALIDATION + 5 + 1]);
    await server().requests.at(-1)?.closed;
    assert.equal(server().requests.at(-1)?.aborted, true);
  });

  it('keeps the best when its budget is spent', async () => {
    const { report, program } = await run({ budget: { calls: 60 } });
    assert.equal(report.stopped?.code, 'budget.exceeded');
    assert.ok(report.candidates.length > 1 && report.best.score > 0 && report.best.score < 1);
    assert.equal(program.instructions, report.best.program.instructions);
    assert.ok(server().count <= 60, `${server().count} calls`);
  });

  it('takes a metric that throws for a row as a failed answer, and tells the teacher', async () => {
    const scorer = scorerOf({
      name: 'brittle',
      needsLabels: true,
      score: ({ expected, outputs }) => {
        if (String(expected.output).endsWith('1')) throw new Error('no ones, please');
        return { score: expected.output === outputs.output ? 1 : 0, feedback: '' };
      },
    });
    const { report } = await run({ scorer });
    assert.ok(report.candidates.length > 2 && report.best.score > 0.5);
    assert.ok(report.best.report.rows.some(({ error }) => error?.code === 'metric.failed'));
    assert.ok(asked().some((body) => said(body).includes('no ones, please')));
  });

  it('says so when no proposal can be used, and does not ask for ever', async () => {
    server().answer((body) =>
      !isTeacher(body) ? studentSays(body) : isProposal(body) ? '{"prompt": "Mind alpha."}' : 'Words are missing.',
    );
    const unusable = await run();
    assert.deepEqual([unusable.report.best.id, unusable.report.stopped], ['baseline', undefined]);
    assert.match(unusable.report.notes.join(' '), /GEPA made no usable proposal: The proposal is JSON, and must be plain text\./);
    assert.equal(asked().length, 3 * 3);

    for (const [seed, nothing] of ['', 'New Value:\n\n', '<think>Hm.</think>'].entries()) {
      server().answer((body) => (isTeacher(body) ? nothing : studentSays(body)));
      const before = asked().length;
      const { report } = await run({ seed });
      assert.match(report.notes.join(' '), /GEPA made no usable proposal: .*(?:empty|says nothing)/);
      // The guard asks again for an empty answer, as for any call.
      assert.equal(asked().length - before, nothing === '' ? 3 * 3 * FAST.attempts : 3 * 2);
    }
  });

  it('goes on after a proposal that fails, and says so', async () => {
    server().inject({ ...faults.status(400), ...teacher, times: 3 });
    const { report } = await run();
    assert.equal(report.best.score, 1);
    assert.match(report.notes.join(' '), /Of 4 proposals of GEPA 1 could not be used: .*fault 400/);
  });

  it('ends early when told to, with the best up to then', async () => {
    const finish = new AbortController();
    const onEvent = (event: OptimizerEvent) => {
      if (event.kind === 'candidate' && event.candidate.id === 'reflection 1') finish.abort();
    };
    const { report } = await run({ finish: finish.signal, onEvent });
    assert.deepEqual([report.stopped?.code, report.best.id, report.candidates.length], ['cancelled', 'reflection 1', 2]);
  });

  it('takes answers of a teacher as they come: in a fence, as JSON, without a label', async () => {
    const forms: ((text: string) => string)[] = [
      (text) => `\`\`\`\n${text}\n\`\`\``,
      (text) => JSON.stringify({ newValue: text }),
      (text) => text,
      (text) => `<think>Hm.</think>**New Value:** ${text}`,
    ];
    for (const form of forms) {
      server().answer((body) =>
        !isTeacher(body) ? studentSays(body) : isProposal(body) ? form('Mind alpha.\n\nLabel: mind beta.\n- Mind gamma.') : 'Words.',
      );
      assert.equal((await run()).program.instructions, 'Mind alpha.\n\nLabel: mind beta.\n- Mind gamma.');
    }
  });

  it('refuses a trainset of one row, and a number of metric calls that leaves no room for a proposal', async () => {
    const error = await failure(run({ spec: 'gepa(max_metric_calls=30)' }), 'usage.invalid');
    assert.match(error.hint, /at least 34/);
    // Who asks what it will cost is told the same.
    const facts = { train: 20, validation: VALIDATION, demos: 0, labeled: 20, canPropose: true };
    assert.throws(() => parseOptimizer('gepa(max_metric_calls=30)', ports()).forecast(facts), { code: 'usage.invalid' });
    await failure(run({ trainset: numbered(1) }), 'usage.invalid');
    assert.equal(asked().length, 0);
  });

  it('asks nothing when the start is right on all of validation', async () => {
    const { report } = await run({ program: { ...START, instructions: `Mind ${WORDS.join(', ')}.` } });
    assert.deepEqual([asked().length, server().count, report.candidates.length], [0, VALIDATION, 1]);
  });
});
