import type { CommandContext } from './context.js';
import { usage } from './options.js';

type Subcommand = (context: CommandContext, names: readonly string[]) => Promise<number>;

const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  list: async () => (await import('./versions-read.js')).list,
  show: async () => (await import('./versions-read.js')).show,
  diff: async () => (await import('./versions-read.js')).diff,
  save: async () => (await import('./versions-save.js')).save,
  label: async () => (await import('./versions-labels.js')).label,
  promote: async () => (await import('./versions-labels.js')).promote,
  rollback: async () => (await import('./versions-labels.js')).rollBack,
  resolve: async () => (await import('./versions-labels.js')).resolve,
  export: async () => (await import('./versions-exchange.js')).exportTo,
  import: async () => (await import('./versions-exchange.js')).importFrom,
};

/** `atelier versions <subcommand> …`. @returns the exit code */
export async function run(context: CommandContext): Promise<number> {
  const [name = '', ...names] = context.positionals;
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (subcommand === undefined) {
    throw usage(
      name === '' ? 'versions takes a subcommand.' : `There is no "versions ${name}".`,
      `Subcommands: ${Object.keys(SUBCOMMANDS).join(', ')}.`,
    );
  }
  return (await subcommand())(context, names);
}
