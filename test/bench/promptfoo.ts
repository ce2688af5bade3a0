import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execute } from '../workbench/execute.mjs';
import { stateDir } from '../workbench/paths.mjs';

/** The last release that Node 20 runs. Not in package.json: it unpacks to 1.9 GB. */
const VERSION = '0.121.20';
const FOLDER = path.join(stateDir, `promptfoo-${VERSION}`);

/** Whatever its settings say, it goes nowhere but to the server of the benchmark: with telemetry off it still reports that it is off. */
const STAY_HERE = `const dns = require('node:dns');
const { lookup } = dns;
dns.lookup = (host, ...rest) =>
  host === '127.0.0.1' || host === 'localhost'
    ? lookup(host, ...rest)
    : process.nextTick(rest.at(-1), Object.assign(new Error(host + ' is not this machine'), { code: 'ENOTFOUND' }));
`;

/** How to run it on the rows of a folder. */
export interface Promptfoo {
  args(width: number): readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Installs promptfoo, when it is not there, outside of what git knows.
 * @param folder with `rows.csv`: review, sentiment
 * @throws Error when it cannot be installed
 */
export async function openPromptfoo(folder: string, url: string): Promise<Promptfoo> {
  await install();
  const [config, guard] = [path.join(folder, 'promptfoo.json'), path.join(folder, 'stay-here.cjs')];
  writeFileSync(guard, STAY_HERE);
  writeFileSync(
    config,
    JSON.stringify({
      providers: [{ id: 'openai:chat:fault-large', config: { apiBaseUrl: url, apiKey: 'none', temperature: 0 } }],
      prompts: ['Classify the sentiment of the review as positive, negative or neutral.\n\n{{review}}'],
      tests: `file://${path.join(folder, 'rows.csv')}`,
      defaultTest: { assert: [{ type: 'contains', value: '{{sentiment}}' }] },
    }),
  );
  return {
    args: (width) => [
      ...['--require', guard, path.join(FOLDER, 'node_modules/promptfoo/dist/src/entrypoint.js'), 'eval', '-c', config],
      ...['--max-concurrency', String(width), '--no-cache', '--no-table', '--no-progress-bar'],
    ],
    env: {
      PROMPTFOO_CONFIG_DIR: path.join(folder, 'promptfoo'),
      PROMPTFOO_DISABLE_TELEMETRY: '1',
      PROMPTFOO_DISABLE_UPDATE: '1',
      PROMPTFOO_DISABLE_REMOTE_GENERATION: 'true',
      // Else it ends with 100 because of the rows that are wrong on purpose.
      PROMPTFOO_FAILED_TEST_EXIT_CODE: '0',
    },
  };
}

async function install(): Promise<void> {
  const done = path.join(FOLDER, 'installed');
  if (existsSync(done)) return;
  mkdirSync(FOLDER, { recursive: true });
  const args = ['install', '--prefix', FOLDER, '--no-save', '--ignore-scripts', '--omit=dev', '--omit=peer', `promptfoo@${VERSION}`];
  const { code, output } = await execute('npm', args, { cwd: FOLDER, shell: process.platform === 'win32' });
  if (code !== 0) throw new Error(/npm error.*/.exec(output)?.[0] ?? `npm ended with ${code}`);
  writeFileSync(done, '');
}
