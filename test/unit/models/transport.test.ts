import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createFetch } from '../../../src/models/openai/transport.js';
import { faults, Gate, startFaultServer } from '../../fixtures/fault-server.js';
import { SELF_SIGNED } from '../../fixtures/self-signed.js';
import { ask, closedAfter, eachServer, failure, guarded, KEY, readAll, withEnvironment } from './support.js';

/** A forward proxy for plain HTTP: takes absolute-form requests (RFC 9112 section 3.2.2) and keeps their targets. */
async function startProxy() {
  const targets: string[] = [];
  const proxy = http.createServer((request, response) => {
    const target = request.url ?? '';
    targets.push(target);
    if (!target.startsWith('http://')) {
      response.writeHead(400).end('not an absolute form');
      return;
    }
    const onward = http.request(target, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
    response.once('close', () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const close = () => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, targets, close };
}

/** Variables that the shell running the tests may have. */
const NO_PROXIES = {
  HTTP_PROXY: '',
  HTTPS_PROXY: '',
  ALL_PROXY: '',
  NO_PROXY: '',
  http_proxy: '',
  https_proxy: '',
  all_proxy: '',
  no_proxy: '',
};

describe('createFetch', () => {
  const server = eachServer();

  it('keeps a connection for the next request', async () => {
    const { model } = guarded(server().url);
    await model.chat(ask('1'));
    await readAll(model.stream(ask('2')));
    await model.chat(ask('3'));
    const ports = server().requests.map((request) => request.remotePort);
    assert.equal(new Set(ports).size, 1, `ports ${ports}`);
  });

  it('keeps it after an error too', async () => {
    server().inject(faults.status(503), faults.badJson);
    await guarded(server().url).model.chat(ask());
    assert.equal(new Set(server().requests.map((request) => request.remotePort)).size, 1);
  });

  it('opens one connection for each request in flight', async () => {
    const gate = new Gate();
    server().inject({ gate, times: 3 });
    const { model } = guarded(server().url);
    const calls = Promise.all([1, 2, 3].map((number) => model.chat(ask(`${number}`))));
    await server().arrived(3);
    gate.open();
    await calls;
    assert.equal(new Set(server().requests.map((request) => request.remotePort)).size, 3);
  });

  it('follows no redirect, and the key goes nowhere', async () => {
    const other = closedAfter(await startFaultServer());
    for (const status of [301, 302, 303, 307, 308]) {
      server().inject(faults.redirect(`${other.url}/chat/completions`, status));
      const error = await failure(guarded(server().url).model.chat(ask()), 'model.bad_request');
      assert.match(error.message, /redirects elsewhere/);
    }
    assert.equal(server().count, 5);
    assert.equal(other.count, 0);
  });

  it('gives status, headers and body of a response', async () => {
    server().inject({ status: 418, headers: { 'x-teapot': 'short' }, body: '{"stout":true}' });
    const response = await createFetch(false)(`${server().url}/models`);
    assert.equal(response.ok, false);
    assert.equal(response.status, 418);
    assert.equal(response.headers.get('X-Teapot'), 'short');
    assert.deepEqual(await response.json(), { stout: true });
  });

  it('gives the body as a web stream of bytes', async () => {
    server().inject({ body: 'ä'.repeat(1000), pieceBytes: 333 });
    const response = await createFetch(false)(new URL(`${server().url}/models`));
    assert.ok(response.body !== null);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString('utf8'), 'ä'.repeat(1000));
  });

  it('speaks HTTP only', async () => {
    await assert.rejects(createFetch(false)('file:///etc/passwd'), /Not an HTTP address/);
  });
});

describe('createFetch with a proxy', () => {
  const server = eachServer();

  it('of HTTP_PROXY sends the request there, in absolute form', async () => {
    const proxy = closedAfter(await startProxy());
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      const { model } = guarded(server().url, {}, { fetch: createFetch(true) });
      assert.deepEqual((await model.chat(ask('ping'))).text, ['You said: ping']);
      assert.equal((await readAll(model.stream(ask('pong')))).deltas.join(''), 'You said: pong');
    });
    assert.deepEqual(proxy.targets, Array(2).fill(`${server().url}/chat/completions`));
    assert.equal(server().requests[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  it('goes past it for a host of NO_PROXY', async () => {
    const proxy = closedAfter(await startProxy());
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url, NO_PROXY: 'localhost,127.0.0.1' }, async () => {
      await guarded(server().url, {}, { fetch: createFetch(true) }).model.chat(ask());
    });
    assert.deepEqual(proxy.targets, []);
    assert.equal(server().count, 1);
  });

  it('goes past it when the environment is not asked', async () => {
    const proxy = closedAfter(await startProxy());
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      await guarded(server().url, {}, { fetch: createFetch(false) }).model.chat(ask());
    });
    assert.deepEqual(proxy.targets, []);
  });

  it('closes the connection behind it on abort', async () => {
    const proxy = closedAfter(await startProxy());
    server().inject(faults.hang);
    const controller = new AbortController();
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      const { model } = guarded(server().url, {}, { fetch: createFetch(true) });
      const call = failure(model.chat(ask('x', { signal: controller.signal })), 'cancelled');
      await server().arrived(1);
      controller.abort();
      await call;
    });
    await server().requests[0]?.closed;
    assert.equal(server().requests[0]?.aborted, true);
  });

  it('that is not there is said to be unreachable', async () => {
    const proxy = closedAfter(await startProxy());
    await proxy.close();
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      const { model } = guarded(server().url, {}, { fetch: createFetch(true) });
      assert.match((await failure(model.chat(ask()), 'model.unreachable')).message, /ECONNREFUSED/);
    });
    assert.equal(server().count, 0);
  });
});

describe('createFetch over TLS', () => {
  const server = eachServer({ tls: SELF_SIGNED });

  it('refuses a certificate that nobody vouches for', async () => {
    const error = await failure(guarded(server().url).model.chat(ask()), 'model.unreachable');
    assert.match(error.message, /DEPTH_ZERO_SELF_SIGNED_CERT/);
    assert.equal(server().count, 0);
  });

  it('takes it when the user trusts it, over one connection', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atelier-tls-'));
    const certificate = path.join(folder, 'cert.pem');
    await writeFile(certificate, SELF_SIGNED.cert);
    const script = `
      const { ModelHub } = require('./dist/engine.js');
      const hub = new ModelHub({
        keyFor: async () => 'k', baseUrlFor: () => process.argv[1], limits: {}, timeoutMs: 60000, prices: async () => [], environmentProxy: true,
      });
      hub.open('custom:m').then(async ({ port, model }) => {
        for (const content of ['one', 'two']) {
          const { text } = await port.chat({ model, messages: [{ role: 'user', content }] });
          process.stdout.write(text[0] + '\\n');
        }
        process.exit(0);
      });`;
    const env = { ...process.env, ...NO_PROXIES, NODE_EXTRA_CA_CERTS: certificate };
    const child = spawn(process.execPath, ['-e', script, server().url], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    assert.equal(output, 'You said: one\nYou said: two\n');
    assert.equal(new Set(server().requests.map((request) => request.remotePort)).size, 1);
    await rm(folder, { recursive: true });
  });
});
