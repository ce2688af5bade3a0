import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { readValue } from '../core/program/read-value.js';
import type { Field, Signature } from '../core/signature/signature.js';
import type { JsonValue } from '../core/text/json-schema.js';
import { displayPath } from './problem.js';
import { readWholeFile } from './whole-file.js';

type Inputs = Readonly<Record<string, JsonValue>>;

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};
/** The most that endpoints take, in bytes. */
const MAX_BYTES = 20 << 20;
const ADDRESS = /^(?:https?|data):/i;

/**
 * Inputs in which the files of images are replaced by what they hold, as `data:` addresses; other addresses stay.
 * @param folder what paths are relative to
 * @param within folders that files must be in: what a table names may come from a stranger; undefined: a person named them
 * @throws AtelierError `input.invalid` (another kind of file, larger than 20 MB), `data.unreadable`
 */
export async function withImageFiles(signature: Signature, given: Inputs, folder: string, within?: readonly string[]): Promise<Inputs> {
  const changed: [string, JsonValue][] = [];
  for (const field of signature.inputs) {
    const { name, type } = field;
    const value = given[name];
    if (type !== 'image' || value === undefined || isLeftOut(field, value)) continue;
    if (typeof value === 'string') changed.push([name, await addressOf(value, folder, within)]);
    else if (Array.isArray(value)) {
      changed.push([name, await Promise.all(value.map((each) => (typeof each === 'string' ? addressOf(each, folder, within) : each)))]);
    }
  }
  return changed.length === 0 ? given : { ...given, ...Object.fromEntries(changed) };
}

/**
 * {@link withImageFiles} for a row of a table: paths are relative to the table, and files must be beside it or in the workspace.
 * @param table absolute path
 */
export function withImagesOfTable(signature: Signature, given: Inputs, table: string, workspaceFolder: string): Promise<Inputs> {
  const folder = path.dirname(table);
  return withImageFiles(signature, given, folder, [folder, workspaceFolder]);
}

/** An optional image that is not there, by the words that people use for it. */
function isLeftOut(field: Field, value: JsonValue): boolean {
  const reading = field.optional === true ? readValue(field, value) : undefined;
  return reading !== undefined && 'value' in reading && reading.value === null;
}

async function addressOf(value: string, folder: string, within: readonly string[] | undefined): Promise<string> {
  const text = value.trim();
  if (ADDRESS.test(text)) return text;
  const file = path.resolve(folder, text);
  const shown = displayPath(folder, file);
  const type = TYPES[path.extname(file).toLowerCase()];
  if (type === undefined) {
    throw new AtelierError('input.invalid', `${shown} is no image that models take.`, {
      hint: `Give a file that ends in ${Object.keys(TYPES).join(', ')}, or an https: address. Nothing was sent.`,
      file: shown,
    });
  }
  const inside = within === undefined || (await Promise.all(within.map((allowed) => isInside(allowed, file)))).includes(true);
  if (!inside) {
    throw new AtelierError('input.invalid', `${shown} is neither beside the table nor in the workspace.`, {
      hint: 'Copy the picture there: a table must not reach other files. Nothing was sent.',
      file: shown,
    });
  }
  const bytes = await readWholeFile(file, shown);
  if (bytes.length > MAX_BYTES) {
    throw new AtelierError('input.invalid', `${shown} has ${(bytes.length / 2 ** 20).toFixed(1)} MB; the most is ${MAX_BYTES >> 20} MB.`, {
      hint: 'Make the picture smaller. Nothing was sent.',
      file: shown,
    });
  }
  return `data:${type};base64,${bytes.toString('base64')}`;
}

/** By the real paths, so that a link leads nowhere else. */
async function isInside(folder: string, file: string): Promise<boolean> {
  const [outer, inner] = await Promise.all([folder, file].map((each) => realpath(each).catch(() => each)));
  const relative = path.relative(outer ?? folder, inner ?? file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
