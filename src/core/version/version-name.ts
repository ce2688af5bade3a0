import { AtelierError } from '../errors.js';

/** More versions of one signature nobody makes; a number stays a number in any file name. */
const LARGEST = 999_999_999;
const LABEL_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const NUMBER = /^v?(\d+)$/i;

/** How people name a version: `v3`. */
export function versionName(number: number): string {
  return `v${number}`;
}

/** The name of its file: `v0003.json`; longer from 10,000 on. */
export function versionFileName(number: number): string {
  return `v${String(number).padStart(4, '0')}.json`;
}

/** The number in the name of a version's file; undefined for any other name, also for one that another program would read as a number. */
export function numberOfFile(name: string): number | undefined {
  const digits = /^v(\d{4,9})\.json$/.exec(name)?.[1];
  const number = Number(digits ?? 0);
  return number >= 1 && versionFileName(number) === name ? number : undefined;
}

/** What somebody calls a version by. */
export type VersionReference = { readonly number: number } | { readonly label: string };

/**
 * Reads how somebody names a version: `v3`, `3` and `v0003` are numbers, anything else that can be one is a label.
 * @throws AtelierError `usage.invalid`
 */
export function parseVersionReference(text: string): VersionReference {
  const written = text.trim();
  const digits = NUMBER.exec(written)?.[1];
  if (digits === undefined) return { label: requireLabelName(written) };
  const number = Number(digits);
  if (number >= 1 && number <= LARGEST) return { number };
  throw new AtelierError('usage.invalid', `There is no version ${text}: the first is v1.`, {
    hint: 'Give a number from 1 on, or a label.',
  });
}

/** Why a text is no name of a label, as a hint; undefined when it is one. */
export function labelNameProblem(name: string): string | undefined {
  if (NUMBER.test(name)) return 'It would be taken for a number of a version. Put a word before it.';
  return LABEL_NAME.test(name) ? undefined : 'Use up to 64 letters (a to z), digits, "-" and "_", a letter or digit first.';
}

/** @throws AtelierError `usage.invalid` for what is no name of a label, such as one with a part of a path */
export function requireLabelName(name: string): string {
  const hint = labelNameProblem(name);
  if (hint === undefined) return name;
  throw new AtelierError('usage.invalid', `${JSON.stringify(name)} is neither a version nor a label.`, { hint });
}
