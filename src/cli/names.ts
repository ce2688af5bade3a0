import { usage } from './options.js';

/**
 * The names that a subcommand takes, all of them.
 * @param what one text for each, as the help calls it
 * @throws AtelierError `usage.invalid`
 */
export function requireNames<const T extends readonly string[]>(
  subcommand: string,
  names: readonly string[],
  what: T,
): { [K in keyof T]: string } {
  if (names.length === what.length) return names as unknown as { [K in keyof T]: string };
  throw usage(`versions ${subcommand} takes ${what.join(', ')}.`, 'Run atelier --help.');
}
