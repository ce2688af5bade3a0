import { appendFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Runs the Mocha suite inside the extension host. Under the workbench tools it follows the contract of test/workbench/run-in-host.mjs;
 * under @vscode/test-electron, where those variables are missing, it prints to the console.
 */
export async function run(): Promise<void> {
  const { HARNESS_OUT, HARNESS_RESULT, HARNESS_COLOR, MOCHA_GREP } = process.env;
  const root = process.env.HARNESS_ROOT ?? path.resolve(__dirname, '../../..');
  const Mocha = createRequire(path.join(root, 'package.json'))('mocha') as typeof import('mocha');
  if (HARNESS_OUT !== undefined) {
    const { format } = await import('node:util');
    Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(HARNESS_OUT, `${format(...args)}\n`);
  }
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 30_000,
    color: HARNESS_COLOR === '1',
    ...(MOCHA_GREP === undefined ? {} : { grep: MOCHA_GREP }),
  });
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  await import('./activation.test.js');
  await import('./generate.test.js');
  await import('./models.test.js');
  await import('./files.test.js');
  await import('./run-signature.test.js');
  await import('./signature-files.test.js');
  await import('./signature-library.test.js');
  await import('./evaluate.test.js');
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failed`))));
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      if (HARNESS_RESULT !== undefined) writeFileSync(HARNESS_RESULT, JSON.stringify({ passed: passes, failed: failures, pending }));
    });
  });
}
