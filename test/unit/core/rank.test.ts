import assert from 'node:assert/strict';
import { type Contender, forecastRanking, type RankOptions, rank, seenRows } from '../../../src/core/evaluation/rank.js';
import { planRanking } from '../../../src/core/evaluation/rank-plan.js';
import { rankingDocument } from '../../../src/core/evaluation/ranking-document.js';
import type { Outcome } from '../../../src/core/metric/pairwise.js';
import type { Match } from '../../../src/core/metric/ranking.js';
import { eloWithoutOrder, rankRows } from '../../../src/core/metric/ranking-intervals.js';
import { createExecutor, type Executor } from '../../../src/core/program/executor.js';
import type { FieldValues } from '../../../src/core/program/program.js';
import { seededRandom } from '../../../src/core/random.js';
import { baseProgram, findSignature } from '../../../src/core/signature/find-signature.js';
import { type Answer, answering, CALL, examplesOf, fails } from './evaluation-support.js';

const rowsFor = (contenders: number, ...inputs: string[]): RankOptions['rows'] =>
  examplesOf(...inputs).map((example) => [example, ...Array.from({ length: contenders - 1 }, () => example)]);
const contender = (name: string, answer: Answer, more: Parameters<typeof answering>[1] = {}): Contender => ({
  name,
  executor: answering(answer, more).executor,
});

/** A judge, and what it was asked. */
function comparing(judge: (first: string, second: string) => string, text = 'task, given_inputs: json, ') {
  const asked: FieldValues[] = [];
  const signature = `${text}first_answer: json, second_answer: json -> reasons, winner: class "first, second, tie"`;
  const executor: Executor = createExecutor([
    {
      program: baseProgram(findSignature([], signature)),
      predictor: {
        ...{ model: 'judge', endpoint: 'test' },
        async predict({ inputs }) {
          asked.push(inputs);
          const [first, second] = [inputs.first_answer, inputs.second_answer].map((answer) => (answer as { c: string }).c);
          const winner = judge(first ?? '', second ?? '');
          return { ...CALL, outputs: { reasons: `${winner} it is.`, winner }, reasoning: undefined, cached: false };
        },
      },
    },
  ]);
  return { executor, asked };
}

/** Prefers the larger number. */
const larger = (first: string, second: string) => (first === second ? 'tie' : Number(first) > Number(second) ? 'first' : 'second');
const ranked = (contenders: RankOptions['contenders'], judge: Executor, more: Partial<RankOptions> = {}) => {
  let time = 0;
  return rank({
    ...{ contenders, comparer: judge, rows: rowsFor(contenders.length, '1', '2', '3', '4', '5', '6') },
    ...{ concurrency: 3, seed: 1, now: () => ++time, ...more },
  });
};

describe('a ranking of contenders', () => {
  it('puts first what wins in both orders, asks for each answer once, and for each pair twice', async () => {
    const { executor, asked } = comparing(larger);
    const high = answering((a) => `9${a}`);
    const low = answering((a) => a);
    const middle = answering((a) => `5${a}`);
    const report = await ranked(
      [
        { name: 'low', executor: low.executor },
        { name: 'high', executor: high.executor },
        { name: 'middle', executor: middle.executor },
      ],
      executor,
    );
    assert.deepEqual(
      report.ranking.map(({ name, wins, ties, losses }) => [name, wins, ties, losses]),
      [
        ['high', 12, 0, 0],
        ['middle', 6, 0, 6],
        ['low', 0, 0, 12],
      ],
    );
    assert.deepEqual([high.asked.length, low.asked.length, middle.asked.length, asked.length], [6, 6, 6, 36]);
    assert.deepEqual([report.spent.calls, report.spent.usage.promptTokens], [54, 540]);
    assert.deepEqual(
      report.headToHead.map((each) => [each.with, each.wins, each.losses, each.verdict]),
      [
        ['high', 0, 6, undefined],
        ['middle', 0, 6, undefined],
      ],
    );
    assert.deepEqual(report.bias, { n: 18, disagreed: 0, favouredFirst: 0, favouredSecond: 0 });
    assert.deepEqual(asked[0]?.given_inputs, { a: '1' });
    const [best, , worst] = report.ranking;
    assert.ok((best?.elo ?? 0) > 1500 && (worst?.elo ?? 9999) < 1500);
  });

  it('of two says better, worse, or no real difference, with the win rate', async () => {
    const judge = comparing(larger).executor;
    const verdictOf = async (answer: Answer) => {
      const [first] = (await ranked([contender('now', answer), contender('then', () => '5')], judge)).headToHead;
      return [first?.verdict, first?.winRate];
    };
    assert.deepEqual(await verdictOf(() => '9'), ['better', 1]);
    assert.deepEqual(await verdictOf(() => '1'), ['worse', 0]);
    assert.deepEqual(await verdictOf((a) => (Number(a) % 2 === 0 ? '9' : '1')), ['no real difference', 0.5]);
  });

  it('has no winner where the judge goes by places, and counts these pairs', async () => {
    const report = await ranked([contender('now', () => '9'), contender('then', () => '1')], comparing(() => 'first').executor);
    assert.deepEqual(report.bias, { n: 6, disagreed: 6, favouredFirst: 6, favouredSecond: 0 });
    assert.deepEqual([report.headToHead[0]?.ties, report.headToHead[0]?.verdict], [6, 'no real difference']);
    assert.deepEqual(report.pairs[0]?.judged?.orders, ['win', 'loss']);
  });

  it('asks no judge about equal answers, nor about one that cannot be read', async () => {
    const { executor, asked } = comparing(larger);
    const now: Answer = (a) => (a === '2' ? fails('model.invalid_answer', CALL) : a === '3' ? fails('model.timeout') : ` ${a}`);
    const report = await ranked([contender('now', now), contender('then', (a) => (a === '1' ? '7' : a))], executor);
    assert.deepEqual(
      report.pairs.map(({ row, outcome, decidedBy, error }) => [row, outcome, decidedBy, error?.code]),
      [
        [1, 'loss', 'judge', undefined],
        [2, 'loss', 'unreadable', 'model.invalid_answer'],
        [3, undefined, undefined, 'model.timeout'],
        [4, 'tie', 'identical', undefined],
        [5, 'tie', 'identical', undefined],
        [6, 'tie', 'identical', undefined],
      ],
    );
    assert.equal(asked.length, 2);
    // 5 and 6 answers, one of them paid for in vain, and two of the judge.
    assert.equal(report.spent.calls, 4 + 1 + 6 + 2);
    const { pairs } = rankingDocument(
      { signature: 's', version: 'v', data: { file: 'f', sha256: '', rows: 6, split: null }, created: '' },
      report,
    );
    assert.deepEqual(pairs, {
      ...{ n: 5, total: 6, failed: 1, identical: 3, unreadable: 1, judged: 1, disagreed: 0, favoured_first: 0, favoured_second: 0 },
    });
  });

  it('counts a pair apart when the judge talks nonsense, with what it cost', async () => {
    const judge = comparing((first, second) => (first === '3' || second === '3' ? 'neither' : larger(first, second)));
    const report = await ranked([contender('now', (a) => a), contender('then', () => '0')], judge.executor);
    const failed = report.pairs[2];
    assert.deepEqual([failed?.outcome, failed?.error?.code], [undefined, 'model.invalid_answer']);
    assert.match(failed?.error?.message ?? '', /named "neither" as the winner/);
    assert.deepEqual([report.headToHead[0]?.n, report.spent.calls, report.stopped], [5, 24, undefined]);
  });

  it('ends with what is there when every other pair would fail as well', async () => {
    let calls = 0;
    const judge = comparing((first, second) => (++calls > 5 ? fails('budget.exceeded') : larger(first, second)));
    const report = await ranked([contender('now', () => '9'), contender('then', () => '1')], judge.executor, { concurrency: 1 });
    assert.deepEqual([report.stopped?.code, report.pairs.length, report.total, report.headToHead[0]?.wins], ['budget.exceeded', 2, 6, 2]);
    assert.equal(report.spent.calls, 6 + 5, 'the answers and the call of the pair that was lost');
    const none = await ranked([contender('now', () => fails('model.auth', CALL)), contender('then', () => '1')], judge.executor, {
      concurrency: 1,
    });
    assert.deepEqual([none.stopped?.code, none.pairs.length, none.spent.calls], ['model.auth', 0, 2]);
    assert.deepEqual(
      none.ranking.map(({ name, strength, interval }) => [name, strength, interval]),
      [
        ['now', undefined, undefined],
        ['then', undefined, undefined],
      ],
    );
    const abort = new AbortController();
    abort.abort();
    const cancelled = await ranked([contender('now', () => '9'), contender('then', () => '1')], judge.executor, { signal: abort.signal });
    assert.deepEqual([cancelled.stopped?.code, cancelled.spent.calls], ['cancelled', 0]);
  });

  it('gives the same report at any concurrency', async () => {
    const answers: Record<string, number> = { now: 3, earlier: 2, other: 5 };
    const contenders = Object.entries(answers).map(([name, factor]) =>
      contender(name, async (a) => {
        for (let turn = 0; turn < (Number(a) * factor) % 7; turn++) await Promise.resolve();
        return String((Number(a) * factor) % 4);
      }),
    ) as unknown as RankOptions['contenders'];
    const reports = await Promise.all([1, 2, 7].map((concurrency) => ranked(contenders, comparing(larger).executor, { concurrency })));
    assert.deepEqual(reports[1], reports[0]);
    assert.deepEqual(reports[2], reports[0]);
  });

  it('refuses before anything is sent', async () => {
    const now = answering(() => '1');
    const contenders: RankOptions['contenders'] = [{ name: 'now', executor: now.executor }, contender('then', () => '2')];
    await assert.rejects(ranked(contenders, now.executor), { code: 'signature.invalid' });
    await assert.rejects(ranked(contenders, comparing(larger, 'mood, ').executor), { code: 'signature.invalid' });
    await assert.rejects(ranked(contenders, comparing(larger).executor, { rows: [] }), { code: 'usage.invalid' });
    await assert.rejects(ranked(contenders, comparing(larger).executor, { concurrency: 0 }), { code: 'usage.invalid' });
    const unlabeled = rowsFor(2, '1').map(([row]): RankOptions['rows'][number] => [{ ...row, expected: {} }, row]);
    await assert.rejects(ranked(contenders, comparing(larger, 'reference: json, ').executor, { rows: unlabeled }), {
      code: 'usage.invalid',
    });
    assert.equal(now.asked.length, 0);
  });

  it('says what it takes at most, and who has seen a row', () => {
    const contenders: RankOptions['contenders'] = [
      contender('now', () => '1', { demos: [{ a: '2' }, { a: '9' }] }),
      contender('then', () => '1'),
    ];
    const rows = rowsFor(2, '1', '2', '3');
    assert.deepEqual(forecastRanking({ contenders, rows }), { answers: 6, pairs: 3, usual: 12, most: 24 });
    assert.deepEqual([...seenRows({ contenders, rows }, new Set())], [['now', [2]]]);
  });
});

describe('the rows of a ranking', () => {
  const named = (name: string, text: string) => ({ name, definition: findSignature([], text) });
  const table = {
    ...{ file: 'rows.csv', columns: ['a', 'b', 'c'], seed: 1 },
    rows: [
      { row: 1, line: 2, values: { a: 'x', b: '1', c: 'yes' } },
      { row: 2, line: 3, values: { a: 'y', b: 'many', c: 'no' } },
    ],
  };
  const main = named('main', 'a -> c');

  it('are read by each from the same columns, and left out where one cannot use them', () => {
    const { rows, problems } = planRanking({ ...table, contenders: [main, named('other', 'b: integer -> c: class "yes, maybe"')] });
    assert.deepEqual(
      rows.map((row) => row.map(({ inputs, expected }) => [inputs, expected])),
      [
        [
          [{ a: 'x' }, { c: 'yes' }],
          [{ b: 1 }, {}],
        ],
      ],
    );
    assert.deepEqual([problems[0]?.line, /^other cannot use this row: .*"b"/.test(problems[0]?.message ?? '')], [3, true]);
  });

  it('need columns for all, the same outputs, and different names', () => {
    const plan = (...others: ReturnType<typeof named>[]) => planRanking({ ...table, contenders: [main, ...others] });
    assert.throws(() => plan(named('other', 'missing -> c')), {
      code: 'usage.invalid',
      message: /^other cannot be run on these rows: .*"missing"/,
    });
    assert.throws(() => plan(named('other', 'a -> d')), { code: 'usage.invalid', message: 'other gives d, and main gives c.' });
    assert.throws(() => plan(named('main', 'b -> c')), { code: 'usage.invalid', message: /compared with itself/ });
    assert.throws(() => plan(named('other', 'a: number -> c')), { code: 'usage.invalid', message: /^No row of rows\.csv/ });
    const mapped = planRanking({ ...table, mapping: { a: 'b', c: 'c' }, fixed: {}, contenders: [main, named('other', 'a, d?: str -> c')] });
    assert.deepEqual(mapped.rows[0]?.[1]?.inputs, { a: '1' });
  });
});

describe('intervals of a ranking', () => {
  const pairs = (...outcomes: Outcome[]) => outcomes.map((outcome): Match[] => [{ first: 'a', second: 'b', outcome }]);

  it('hold the true strength about as often as they say', () => {
    const random = seededRandom(7);
    const truth = 0.4;
    let held = 0;
    for (let trial = 0; trial < 100; trial++) {
      const rows = pairs(...Array.from({ length: 60 }, () => (random() < 1 / (1 + Math.exp(-2 * truth)) ? 'win' : 'loss') as Outcome));
      const [low = 0, high = 0] = rankRows(rows, trial).find(({ name }) => name === 'a')?.interval ?? [];
      if (low <= truth && truth <= high) held++;
    }
    assert.ok(held >= 90, `${held} of 100`);
  });

  it('are never without width: not of few rows, nor where one always wins', () => {
    for (const rows of [
      pairs('win'),
      pairs('win', 'loss'),
      pairs(...Array<Outcome>(30).fill('win')),
      pairs(...Array<Outcome>(30).fill('tie')),
    ]) {
      for (const { interval } of rankRows(rows, 1)) assert.ok(interval[1] - interval[0] > 0.4, String(interval));
    }
  });

  it('keep the matches of a row together, and depend on the seed alone', () => {
    const once = pairs('win', 'loss', 'win', 'win', 'loss', 'win', 'tie', 'win', 'loss', 'win');
    const fourfold = once.map((row) => [...row, ...row, ...row, ...row]);
    const widthOf = (rows: readonly Match[][]) => {
      const [low = 0, high = 0] = rankRows(rows, 1)[0]?.interval ?? [];
      return high - low;
    };
    assert.ok(widthOf(fourfold) > 0.9 * widthOf(once), 'four judgements of a row are not four rows');
    assert.deepEqual(rankRows(once, 3), rankRows(once, 3));
  });

  it('come with ratings by Elo that the order of rows hardly moves', () => {
    const matches = pairs(...Array<Outcome>(10).fill('win'), ...Array<Outcome>(10).fill('loss')).flat();
    for (const order of [matches, matches.toReversed()]) {
      assert.ok(Math.abs((eloWithoutOrder(order, 1).get('a') ?? 0) - 1500) < 12, String(eloWithoutOrder(order, 1).get('a')));
    }
  });
});
