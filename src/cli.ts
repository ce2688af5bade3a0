#!/usr/bin/env node
import type { CommandContext } from './cli/context.js';
import { HELP } from './cli/help.js';
import { type Command, parseArguments } from './cli/options.js';
import { Output } from './cli/output.js';
import { asAtelierError } from './core/errors.js';

declare const ATELIER_VERSION: string;

/** Commands load what they need when they run: `--version` loads nothing. */
const COMMANDS: Record<Command, () => Promise<{ run(context: CommandContext): Promise<number> }>> = {
  generate: () => import('./cli/generate.js'),
  rate: () => import('./cli/rate.js'),
  run: () => import('./cli/run.js'),
  evaluate: () => import('./cli/evaluate.js'),
  optimize: () => import('./cli/optimize.js'),
  // One bundle: a retraining is a run.
  retrain: async () => ({ run: (await import('./cli/optimize.js')).retrain }),
  versions: () => import('./cli/versions.js'),
};

/** Runs one command. @returns the exit code: 0 done, 1 the operation failed, 2 bad usage or bad input */
async function main(argv: readonly string[]): Promise<number> {
  const output = new Output(argv.includes('--json'), process.stdout, process.stderr);
  const abort = new AbortController();
  const onInterrupt = () => {
    // Who asks twice does not want to wait for a tidy end.
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  // Not `once`: a library that finds no listener of ours left ends the process before results are saved.
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    const parsed = parseArguments(argv);
    if (parsed.kind === 'version') {
      process.stdout.write(`${ATELIER_VERSION}\n`);
      return 0;
    }
    if (parsed.kind === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    const command = await COMMANDS[parsed.command]();
    return await command.run({ ...parsed, output, signal: abort.signal });
  } catch (thrown) {
    const error = asAtelierError(thrown);
    output.error(error);
    return /^(?:usage|description|taste|rating|prompt|signature|input|version)\.|^data\.(?:unreadable|malformed)$|^label\.unknown$|^run\./.test(
      error.code,
    ) || error.code === 'model.unknown'
      ? 2
      : 1;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onInterrupt);
  }
}

// Until a command says otherwise: an end that nobody foresaw is no success.
process.exitCode = 1;
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
