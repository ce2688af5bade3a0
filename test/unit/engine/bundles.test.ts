import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { startFaultServer } from '../../fixtures/fault-server.js';
import { closedAfter, KEY } from '../models/support.js';
import { enhanceTask, structureTask } from './support.js';

const run = promisify(execFile);

/** Hosts that LangChain and its like would turn to by themselves. */
const FOREIGN_HOSTS = ['api.smith.langchain.com', 'smith.langchain', 'tiktoken.pages.dev', 'openaipublic'];

/** Runs in a process of its own: notes every connection and every name looked up, then uses the bundle as the product does. */
const CHILD = `
const net = require('node:net');
const dns = require('node:dns');
const connections = [];
const lookups = [];
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  connections.push(options.path ?? (options.host ?? 'localhost') + ':' + options.port);
  return connect.apply(this, args);
};
for (const owner of [dns, dns.promises]) {
  for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
    const original = owner[name];
    owner[name] = function (host, ...rest) {
      lookups.push(host);
      return original.call(this, host, ...rest);
    };
  }
}
const { ModelHub, createImagePromptEngine } = require('./dist/engine.js');
const { url, key, structure, enhance } = JSON.parse(process.argv[1]);
(async () => {
  const hub = new ModelHub({
    keyFor: async () => key, baseUrlFor: () => url, limits: {}, timeoutMs: 60000, prices: async () => [], environmentProxy: true,
  });
  const texts = [];
  for (const name of ['custom:m', 'openai:m', 'embedded']) {
    const engine = createImagePromptEngine(await hub.open(name));
    const options = { seed: 1, onText: () => undefined };
    texts.push((await engine.structure(structure, options)).text, (await engine.enhance(enhance, options)).text);
  }
  const { port, model } = await hub.open('custom:m');
  await port.chat({ model, messages: [{ role: 'user', content: 'count my tokens' }] });
  await hub.listModels('custom');
  await new Promise((resolve) => setImmediate(resolve));
  process.stdout.write(JSON.stringify({ connections, lookups, texts }));
  process.exit(0);
})();
`;

interface Seen {
  readonly connections: readonly string[];
  readonly lookups: readonly string[];
  readonly texts: readonly string[];
}

describe('bundles', () => {
  before(async function () {
    this.timeout(60_000);
    if (!existsSync('dist/engine.js')) await run(process.execPath, ['esbuild.mjs']);
  });

  it('hold no host of a tracing service or a tokenizer download', async () => {
    const files = (await readdir('dist', { recursive: true })).filter((file) => file.endsWith('.js'));
    for (const wanted of ['engine.js', 'extension.js', 'cli.js']) assert.ok(files.includes(wanted), wanted);
    for (const file of files) {
      const code = await readFile(`dist/${file}`, 'utf8');
      for (const host of FOREIGN_HOSTS) assert.ok(!code.includes(host), `${file} holds ${host}`);
    }
  });

  it('contact nobody but the model’s endpoint, whatever tracing the shell asks for', async () => {
    const server = closedAfter(await startFaultServer());
    let trapped = 0;
    const trap = net.createServer((socket) => {
      trapped++;
      socket.destroy();
    });
    closedAfter({ close: promisify(trap.close.bind(trap)) });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    const job = {
      url: server.url,
      key: KEY,
      structure: structureTask('a fox'),
      enhance: enhanceTask('a fox', 'anime of a fox'),
    };
    const env = {
      ...process.env,
      LANGSMITH_TRACING: 'true',
      LANGSMITH_TRACING_V2: 'true',
      LANGCHAIN_TRACING: 'true',
      LANGCHAIN_TRACING_V2: 'true',
      LANGSMITH_ENDPOINT: endpoint,
      LANGCHAIN_ENDPOINT: endpoint,
      LANGSMITH_API_KEY: 'lsv2_test',
      LANGCHAIN_API_KEY: 'lsv2_test',
      LANGCHAIN_VERBOSE: 'true',
      LANGSMITH_GATEWAY: 'true',
      LC_OUTPUT_VERSION: 'v1',
      OPENAI_LOG: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OPENAI_BASE_URL: endpoint,
      HTTP_PROXY: '',
      http_proxy: '',
      ALL_PROXY: '',
      all_proxy: '',
    };
    const { stdout, stderr } = await run(process.execPath, ['-e', CHILD, JSON.stringify(job)], { env });
    const seen = JSON.parse(stdout) as Seen;
    assert.equal(stderr, '');
    assert.equal(seen.texts.length, 6);
    assert.ok(
      seen.texts.every((text) => text.includes('a fox')),
      seen.texts.join('\n'),
    );
    assert.ok(server.count >= 6);
    assert.deepEqual([...new Set(seen.connections)], [server.host]);
    assert.deepEqual(
      seen.lookups.filter((host) => host !== '127.0.0.1'),
      [],
    );
    assert.equal(trapped, 0);
  });
});
