import type { FieldValue, FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import { hasLabel } from './read-label.js';

/**
 * What a judge reads, by the names of its inputs. Values are JSON on one line: no text can end its quotes and pass for another field, and
 * what stands in quotes is data.
 * @param answers the outputs to judge, by input of the judge
 * @param known the inputs that the judge takes; others are left out
 */
export function judgedCase(
  judged: { readonly signature: Signature; readonly inputs: FieldValues; readonly expected: FieldValues },
  answers: Readonly<Record<string, FieldValues>>,
  known: ReadonlySet<string>,
): Record<string, FieldValue> {
  const { signature, inputs, expected } = judged;
  const labeled = signature.outputs.filter((field) => hasLabel(field, expected)).map(({ name }) => [name, expected[name] ?? null] as const);
  const all: [string, FieldValue][] = [
    ['task', signature.instructions],
    ['given_inputs', withoutImages(signature, inputs)],
    ...Object.entries(answers),
    ...(labeled.length === 0 ? [] : [['reference', Object.fromEntries(labeled)] satisfies [string, FieldValue]]),
  ];
  return Object.fromEntries(all.filter(([name]) => known.has(name)));
}

/** A picture is not sent to a judge: its address would be noise, and may be megabytes. */
function withoutImages(signature: Signature, inputs: FieldValues): FieldValues {
  const images = new Set(signature.inputs.filter(({ type }) => type === 'image').map(({ name }) => name));
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, images.has(name) ? '(an image, not shown)' : value]));
}
