import { open } from 'node:fs/promises';
import { AtelierError } from '../core/errors.js';
import type { Signature } from '../core/signature/signature.js';
import { isJsonObject, type JsonValue } from '../core/text/json-schema.js';
import { usage } from './options.js';

/** No model takes more, and a larger file is a mistake. */
const MAX_BYTES = 4 << 20;

/**
 * The inputs as they are given: those of `--input-file`, and over them those of `--input name=value`.
 * @throws AtelierError `usage.invalid`, `input.invalid`
 */
export async function givenInputs(
  pairs: readonly string[],
  file: string | undefined,
  signature: Signature,
): Promise<Readonly<Record<string, JsonValue>>> {
  const given = new Map<string, JsonValue>(file === undefined ? [] : Object.entries(await readObject(file)));
  const named = new Set<string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at < 1) {
      const example = signature.inputs[0]?.name ?? 'name';
      throw usage(`--input takes name=value, not "${pair.slice(0, 40)}".`, `For example --input ${example}="some text".`);
    }
    if (named.has(name)) throw usage(`The input "${name}" is given twice.`, 'Remove one of them.');
    named.add(name);
    given.set(name, pair.slice(at + 1));
  }
  return Object.fromEntries(given);
}

async function readObject(file: string): Promise<Readonly<Record<string, JsonValue>>> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = Number(/position (\d+)/.exec(error.message)?.[1] ?? 0);
    const line = text.slice(0, at).split('\n').length;
    throw new AtelierError('input.invalid', `${file} is not JSON: ${error.message}.`, { hint: 'Write {"name": "value"}.', file, line });
  }
  if (isJsonObject(value)) return value;
  throw new AtelierError('input.invalid', `${file} holds no JSON object.`, { hint: 'Write {"name": "value"}.', file, line: 1 });
}

async function readText(file: string): Promise<string> {
  let size: number;
  try {
    const handle = await open(file, 'r');
    try {
      size = (await handle.stat()).size;
      if (size <= MAX_BYTES) return (await handle.readFile('utf8')).replace(/^\uFEFF/, '');
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new AtelierError('input.invalid', `${file} cannot be read (${code}).`, { hint: 'Check the path.', file });
  }
  throw new AtelierError('input.invalid', `${file} has ${(size / 2 ** 20).toFixed(1)} MB; the most is ${MAX_BYTES / 2 ** 20} MB.`, {
    hint: 'Give the part that the task is about. Nothing was sent.',
    file,
  });
}
