import type { EvaluatedRow } from '../core/evaluation/report.js';
import { cut } from '../core/evaluation/wording.js';
import type { Example } from '../core/example/example.js';
import { type FieldValues, textOf } from '../core/program/program.js';
import type { Signature } from '../core/signature/signature.js';
import { withoutImages } from './images.js';

/** Most characters of each text. */
const SHOWN_CHARACTERS = 600;

/** An example, or what came of one, as a model is shown it that reflects on it. */
export type Shown = Record<string, string>;

/** An example with its labels. Images are named, not shown. */
export function shownExample(signature: Signature, { inputs, expected }: Example): Shown {
  const labels = Object.entries(expected).map(([name, value]): [string, string] => [`expected ${name}`, shownText(value)]);
  return { ...shownValues(withoutImages(signature, inputs, false)), ...Object.fromEntries(labels) };
}

/** What came of it: the answer, or why there is none. */
export function shownRow({ outputs, error }: EvaluatedRow): Shown {
  return { ...(outputs === undefined ? {} : shownValues(outputs)), ...(error === undefined ? {} : { failure: shownText(error.message) }) };
}

/** What the metric says of it, and why it failed. */
export function shownFeedback({ feedback, error }: EvaluatedRow): string[] {
  return [feedback, error?.message].flatMap((text) => (text === undefined || text === '' ? [] : [shownText(text)]));
}

function shownValues(values: FieldValues): Shown {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shownText(value)]));
}

function shownText(value: FieldValues[string]): string {
  return cut(textOf(value), SHOWN_CHARACTERS);
}
