import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { contentText, type FaultServer, faults, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const REVIEW = 'review: str -> label: class "good, bad", stars: integer(min 1, max 5)';

describe('atelier run', () => {
  let folder: string;
  let server: FaultServer;
  before(async () => {
    server = await startFaultServer();
  });
  after(() => server.close());
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-run-'));
    server.requests.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const atelier = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const options = { cwd: folder, env: { PATH: process.env.PATH } };
      execFile(process.execPath, [path.join(repoRoot, 'dist/cli.js'), 'run', ...args], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const remote = (...args: string[]) => atelier(...args, '--json', '--base-url', server.url, '--model', 'custom:m');
  const write = (name: string, text: string | Buffer) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };

  it('answers a class from the examples with the embedded model, in text and in JSON', async () => {
    const text = 'Shares fell after the company cut its forecast for the year.';
    const { code, stdout } = await atelier('ClassifyText', '--input', `passage=${text}`);
    assert.deepEqual([code, stdout], [0, 'topic: business\nsentiment: neutral\n']);
    const document = JSON.parse((await atelier('classifytext', '--input', `passage=${text}`, '--json')).stdout);
    assert.deepEqual(Object.keys(document), [
      ...['signature', 'version', 'model', 'inputs', 'outputs', 'usage', 'cost_usd', 'latency_ms', 'cached'],
    ]);
    assert.deepEqual(
      { ...document, usage: Object.keys(document.usage), latency_ms: typeof document.latency_ms },
      {
        signature: 'ClassifyText',
        version: 'unsaved',
        model: 'embedded',
        inputs: { passage: text },
        outputs: { topic: 'business', sentiment: 'neutral' },
        usage: ['prompt_tokens', 'completion_tokens'],
        cost_usd: 0,
        latency_ms: 'number',
        cached: false,
      },
    );
  });

  it('runs one line with a model, typed, with one request', async () => {
    server.answer(() => '**Label**: Good.\n**Stars**: 4 out of 5');
    const { code, stdout } = await remote(REVIEW, '--input', 'review=Fine = good.');
    const document = JSON.parse(stdout);
    assert.deepEqual([code, document.outputs], [0, { label: 'good', stars: 4 }]);
    assert.deepEqual(document.inputs, { review: 'Fine = good.' });
    assert.equal(document.signature, 'review -> label, stars');
    assert.equal(server.chats.length, 1);
    assert.equal(JSON.parse((await remote(REVIEW, '--input', 'review=Fine = good.')).stdout).cached, true);
    assert.equal(server.chats.length, 1);
  });

  it('asks a second time with what was wrong, and no third time', async () => {
    server.answer(() => 'Label: good\nStars: 5');
    server.inject(faults.text('Label: so-so\nStars: 5'));
    const { stdout } = await remote(REVIEW, '--input', 'review=x', '--no-cache');
    assert.deepEqual(JSON.parse(stdout).outputs, { label: 'good', stars: 5 });
    const last = server.chats[1]?.body?.messages.slice(-2).map(({ content }) => contentText(content));
    assert.equal(last?.[0], 'Label: so-so\nStars: 5');
    assert.match(last?.[1] ?? '', /"so-so" is not one of good, bad/);
    server.answer(() => 'No idea.');
    const failed = await remote(REVIEW, '--input', 'review=y', '--no-cache');
    assert.equal(failed.code, 1);
    const { error } = JSON.parse(failed.stdout);
    assert.equal(error.code, 'model.invalid_answer');
    assert.match(error.message, /"label" is missing.*No idea\./);
    assert.equal(server.chats.length, 4);
  });

  it('shows the reasoning when asked to', async () => {
    server.answer(() => 'Reasoning: it sparkles\nLabel: good\nStars: 5');
    const asked = JSON.parse((await remote(REVIEW, '--input', 'review=z', '--reasoning')).stdout);
    assert.deepEqual([asked.reasoning, asked.outputs], ['it sparkles', { label: 'good', stars: 5 }]);
    const hidden = JSON.parse((await remote('DataAnalysis', '--input', 'table_csv=a\n1', '--input', 'question=How many?')).stdout);
    assert.equal(hidden.reasoning, undefined);
  });

  it('takes inputs from a JSON file, and those of the command line before them', async () => {
    server.answer(() => 'Label: bad\nStars: 1');
    write('in.json', '{"review": "from the file"}');
    assert.equal(JSON.parse((await remote(REVIEW, '--input-file', 'in.json')).stdout).inputs.review, 'from the file');
    const both = await remote(REVIEW, '--input-file', 'in.json', '--input', 'review=mine');
    assert.equal(JSON.parse(both.stdout).inputs.review, 'mine');
  });

  it('runs a file, and the workspace’s own signature before the built-in one', async () => {
    server.answer(() => 'Label: bad');
    const own = 'name: ClassifyText\ninput_fields: [{name: passage}]\noutput_fields: [{name: label, type: class, options: [good, bad]}]\n';
    write('signatures/mine.signature.yaml', own);
    for (const reference of ['ClassifyText', 'signatures/mine.signature.yaml']) {
      assert.deepEqual(JSON.parse((await remote(reference, '--input', 'passage=x')).stdout).outputs, { label: 'bad' });
    }
  });

  it('sends the file of an image as an image, and shows its path', async () => {
    server.answer(() => 'Answer: a dot');
    write('dot.png', Buffer.from([0x89, 0x50, 0x4e, 0x47]));
    const document = JSON.parse((await remote('photo: image -> answer', '--input', 'photo=dot.png')).stdout);
    assert.deepEqual([document.inputs, document.outputs], [{ photo: 'dot.png' }, { answer: 'a dot' }]);
    assert.match(JSON.stringify(server.chats.at(-1)?.body), /"image_url":\{"url":"data:image\/png;base64,iVBORw=="\}/);
    const before = server.count;
    write('dot.txt', 'x');
    for (const [name, code] of [
      ['dot.txt', 'input.invalid'],
      ['gone.png', 'data.unreadable'],
    ]) {
      assert.equal(JSON.parse((await remote('photo: image -> answer', '--input', `photo=${name}`)).stdout).error.code, code);
    }
    const refused = JSON.parse((await atelier('photo: image -> answer', '--input', 'photo=dot.png', '--json')).stdout);
    assert.equal(refused.error.code, 'model.unsupported');
    assert.equal(server.count, before);
  });

  it('takes the fallback when the model fails, and says so', async () => {
    server.inject({ ...faults.status(400, { message: 'no' }) });
    const text = 'Shares fell after the company cut its forecast for the year.';
    const { code, stdout, stderr } = await remote('ClassifyText', '--input', `passage=${text}`, '--fallback-model', 'embedded');
    const document = JSON.parse(stdout);
    assert.deepEqual(
      [code, document.model, document.outputs.topic, document.fallback.code],
      [0, 'embedded', 'business', 'model.bad_request'],
    );
    assert.match(stderr, /Answered by the fallback embedded/);
  });

  it('refuses a signature with warnings in production, and shows the prompt in development', async () => {
    server.answer(() => 'Answer: yes');
    write('odd.signature.yaml', 'name: odd\nmodul: predict\ninput_fields: [{name: question}]\noutput_fields: [{name: answer}]\n');
    const strict = await remote('odd.signature.yaml', '--input', 'question=x');
    assert.deepEqual([strict.code, JSON.parse(strict.stdout).error.line], [2, 2]);
    const { code, stderr } = await remote('odd.signature.yaml', '--input', 'question=Is it?', '--mode', 'development');
    assert.equal(code, 0);
    assert.match(stderr, /no part "modul"[\s\S]*\[user\]\s+Question: Is it\?[\s\S]*\[answer\]\s+Answer: yes/);
    const again = JSON.parse((await remote('odd.signature.yaml', '--input', 'question=Is it?', '--mode', 'development')).stdout);
    assert.equal(again.cached, false);
  });

  describe('refuses with exit code 2, and sends nothing:', () => {
    const BOMB = `name: x\nexamples: &a [1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(8)}]\nc: &c [${'*b,'.repeat(8)}]\nd: [${'*c,'.repeat(8)}]\n`;
    const cases: [what: string, args: string[], code: string, message: RegExp, place?: object][] = [
      ['an unknown name', ['ClasifyText'], 'signature.unknown', /no signature "ClasifyText"/],
      ['a broken line', ['a -> b: Litral["x"]'], 'signature.invalid', /no type "Litral"/, { column: 9 }],
      ['a reasoning twice', ['a -> reasoning', '--input', 'a=x', '--reasoning'], 'signature.invalid', /which chain_of_thought adds/],
      ['a missing input', [REVIEW], 'input.missing', /"review" is missing/],
      ['an unknown input', [REVIEW, '--input', 'reviw=x', '--input', 'review=y'], 'input.unknown', /did you mean "review"/],
      ['a wrong type', ['n: int -> a', '--input', 'n=many'], 'input.invalid', /"many" is not a whole number/],
      ['an input without a name', [REVIEW, '--input', 'x'], 'usage.invalid', /takes name=value/],
      ['no signature', [], 'usage.invalid', /takes one signature/],
      ['an option of another command', [REVIEW, '--taste', 'anime'], 'usage.invalid', /no option of run/],
      ['an alias bomb', ['bomb.yaml'], 'signature.invalid', /aliases/, { file: 'bomb.yaml', line: 1, column: 1 }],
      ['a file of 10 MB', ['large.yaml'], 'signature.invalid', /larger than 1 MB/, { file: 'large.yaml', line: 1 }],
      ['a broken file', ['broken.yaml'], 'signature.invalid', /no type "strng"/, { file: 'broken.yaml', line: 2, column: 26 }],
      ['an input file of 10 MB', [REVIEW, '--input-file', 'large.yaml'], 'input.invalid', /10\.0 MB/],
      ['an input file that is no JSON', [REVIEW, '--input-file', 'broken.yaml'], 'input.invalid', /not JSON/, { file: 'broken.yaml' }],
      ['an input file that is not there', [REVIEW, '--input-file', 'gone.json'], 'input.invalid', /ENOENT/],
    ];
    for (const [what, args, code, message, place = {}] of cases) {
      it(what, async () => {
        write('bomb.yaml', BOMB);
        write('large.yaml', Buffer.alloc(10 << 20, '#'));
        write('broken.yaml', 'name: x\ninput_fields: [{name: a, type: strng}]\noutput_fields: [{name: b}]\n');
        const { code: exit, stdout, stderr } = await remote(...args);
        const { error } = JSON.parse(stdout);
        assert.deepEqual([exit, error.code], [2, code], stderr);
        assert.match(error.message, message);
        assert.ok(error.hint.length > 0);
        for (const [name, value] of Object.entries(place)) assert.equal(error[name], value, name);
        assert.equal(server.requests.length, 0);
      });
    }
  });

  it('names what can do it when the embedded model cannot', async () => {
    const { code, stderr } = await atelier('SummarizeText', '--input', 'passage=x');
    assert.equal(code, 1);
    assert.match(stderr, /is string/);
    assert.match(stderr, /Ollama/);
  });
});
