import assert from 'node:assert/strict';
import { Budget } from '../../../src/models/guard/budget.js';
import { type Fault, faults, Gate } from '../../fixtures/fault-server.js';
import { ask, eachServer, failure, guarded, readAll } from './support.js';

const TEXT = 'Ein Käfer 🐞 krabbelt über das Blatt';

/** Positions in the body of a stream. */
const startOf = (part: string, occurrence: number) => (body: Buffer) => position(body, part, occurrence);
const inside = (part: string, occurrence: number, offset: number) => (body: Buffer) => position(body, part, occurrence) + offset;

function position(body: Buffer, part: string, occurrence: number): number {
  let at = -1;
  for (let count = 0; count < occurrence; count++) {
    at = body.indexOf(part, at + 1);
    assert.ok(at >= 0, `"${part}" is not in the body ${occurrence} times`);
  }
  return at;
}

describe('GuardedModel.stream', () => {
  const server = eachServer({ answer: () => TEXT });

  it('yields the text in pieces and returns the whole with its usage', async () => {
    const { model, events } = guarded(server().url);
    const { deltas, result } = await readAll(model.stream(ask('12345678')));
    assert.ok(deltas.length > 3);
    assert.equal(deltas.join(''), TEXT);
    assert.deepEqual(result, {
      text: [TEXT],
      usage: { promptTokens: 2, completionTokens: 9, estimated: false },
      cached: false,
      cost: 2 + 9 * 2,
    });
    assert.equal(events.length, 1);
  });

  it('delivers the first words while the endpoint still holds the rest', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate));
    const stream = guarded(server().url).model.stream(ask());
    const first = stream.next();
    await server().arrived(1);
    gate.open(2);
    assert.deepEqual(await first, { done: false, value: 'Ein ' });
    const second = stream.next();
    gate.open(1);
    assert.deepEqual(await second, { done: false, value: 'Käfer ' });
    gate.open();
    const { deltas } = await readAll(stream);
    assert.equal(deltas.join(''), TEXT.slice('Ein Käfer '.length));
  });

  it('reads a stream that comes in pieces of one byte, through characters and events', async () => {
    server().inject({ pieceBytes: 1 });
    const { deltas } = await readAll(guarded(server().url).model.stream(ask()));
    assert.equal(deltas.join(''), TEXT);
  });

  it('takes a stream without [DONE] when it has said that it finished', async () => {
    server().inject({ noDone: true });
    const { result } = await readAll(guarded(server().url).model.stream(ask()));
    assert.deepEqual(result.text, [TEXT]);
  });

  it('estimates the usage when the endpoint tells none', async () => {
    server().inject(faults.noUsage);
    const { result } = await readAll(guarded(server().url).model.stream(ask('12345678')));
    assert.deepEqual(result.usage, { promptTokens: 2, completionTokens: 10, estimated: true });
  });

  it('gives all answers when several were asked for', async () => {
    server().answer((_, index) => `answer number ${index}`);
    const { deltas, result } = await readAll(guarded(server().url).model.stream(ask('x', { n: 3 })));
    assert.equal(deltas.join(''), 'answer number 0');
    assert.deepEqual(result.text, ['answer number 0', 'answer number 1', 'answer number 2']);
  });

  const early: [string, Fault][] = [
    ['a reset before the answer', faults.reset()],
    ['a reset before the first event', faults.reset(0)],
    ['a reset inside the first event', faults.reset(40)],
    ['an end before the first event', faults.cut(0)],
    ['an end between "data:" and its JSON', faults.cut(inside('data: ', 1, 6))],
    ['an end after the event without text', faults.cut(startOf('data: ', 2))],
    ['an end inside the event of the first words', faults.cut(inside('data: ', 2, 30))],
    ['bad JSON in the first event', { body: 'data: {"choices": [\n\n' }],
    ['an HTML page', faults.html],
    ['a status', faults.status(503)],
    ['no choices', faults.emptyChoices],
    ['an empty answer', faults.emptyContent],
  ];
  for (const [what, fault] of early) {
    it(`begins anew after ${what}`, async () => {
      server().inject(fault);
      const { deltas, result } = await readAll(guarded(server().url).model.stream(ask()));
      assert.equal(deltas.join(''), TEXT);
      assert.deepEqual(result.text, [TEXT]);
      assert.equal(server().count, 2);
    });
  }

  const late: [string, Fault][] = [
    ['a reset between two events', faults.reset(startOf('data: ', 4))],
    ['a reset inside an event', faults.reset(inside('data: ', 4, 25))],
    ['a reset inside a character', faults.reset(inside('🐞', 1, 2))],
    ['an end between two events', faults.cut(startOf('data: ', 4))],
    ['an end inside a character', faults.cut(inside('🐞', 1, 2))],
    ['an end between "data:" and its JSON', faults.cut(inside('data: ', 4, 6))],
    ['an end before the reason for the end', { noFinish: true, noDone: true, noUsage: true }],
  ];
  for (const [what, fault] of late) {
    it(`fails without a second request on ${what} after the first words`, async () => {
      server().inject(fault);
      const { model, events } = guarded(server().url);
      const deltas: string[] = [];
      const error = await readAll(model.stream(ask()), deltas).then(
        () => assert.fail('the stream ended well'),
        (thrown: { code: string }) => thrown,
      );
      assert.ok(['model.unreachable', 'model.malformed'].includes(error.code), error.code);
      assert.ok(deltas.length > 0 && TEXT.startsWith(deltas.join('')) && deltas.join('') !== '', deltas.join(''));
      assert.ok(!deltas.join('').includes('\uFFFD'));
      assert.equal(server().count, 1);
      assert.deepEqual(
        events.map((event) => [event.attempt, event.error?.code]),
        [[1, error.code]],
      );
    });
  }

  it('reports an error event in the stream as an error', async () => {
    const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
    const words = { id: 'x', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta: { content: 'Once ' } }] };
    const body = event(words) + event({ error: { message: 'The server is overloaded', code: 'overloaded', type: 'server_error' } });
    server().inject({ body });
    const deltas: string[] = [];
    const error = await failure(readAll(guarded(server().url).model.stream(ask()), deltas), 'model.server');
    assert.equal(error.message, 'Test failed. (The server is overloaded)');
    assert.deepEqual(deltas, ['Once ']);
    assert.equal(server().count, 1);
  });

  it('closes the connection when the reader leaves early', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate));
    const { model } = guarded(server().url);
    gate.open(2);
    for await (const delta of model.stream(ask())) {
      assert.equal(delta, 'Ein ');
      break;
    }
    const [request] = server().requests;
    await request?.closed;
    assert.equal(request?.aborted, true);
  });

  it('books what was delivered when the reader leaves early', async () => {
    const budget = new Budget({ tokens: 1 });
    const { model, events } = guarded(server().url, { budget });
    for await (const _ of model.stream(ask())) break;
    assert.equal(events.length, 1);
    assert.equal(events[0]?.usage?.estimated, true);
    assert.ok(budget.tokens > 0);
    await failure(model.chat(ask()), 'budget.exceeded');
    assert.equal(server().count, 1);
  });

  it('frees the place in the queue when the reader leaves early', async () => {
    const { model } = guarded(server().url);
    for (let round = 0; round < 40; round++) {
      for await (const _ of model.stream(ask())) break;
    }
    assert.deepEqual((await model.chat(ask())).text, [TEXT]);
  });
});

describe('GuardedModel.stream: three failed beginnings', () => {
  const server = eachServer();

  it('is the error of the last, after three requests', async () => {
    server().inject({ ...faults.status(503), times: 3 });
    await failure(readAll(guarded(server().url).model.stream(ask())), 'model.server');
    assert.equal(server().count, 3);
  });
});
