import { AtelierError } from '../core/errors.js';
import type { FieldValue, FieldValues } from '../core/program/program.js';
import type { Task } from '../core/program/task.js';
import type { Signature } from '../core/signature/signature.js';
import type { ChatImage } from '../models/chat-model.js';
import type { OpenModel } from '../models/model-hub.js';

const IMAGE_URL = /^(?:https:\/\/[^/\s]|data:image\/[a-z0-9.+-]+(?:;[^,\s]*)?,.)/i;

/**
 * The images among the inputs of a task, in the order of its fields.
 * @throws AtelierError `model.unsupported` when the model is given text only, `input.invalid` for what is no address of an image
 */
export function imagesOf(task: Task, open: OpenModel): readonly ChatImage[] {
  const fields = task.program.signature.inputs.filter((field) => field.type === 'image');
  const given = fields.flatMap(({ name }) => listOf(task.inputs[name]).map((url) => ({ name, url })));
  const [first] = given;
  if (first === undefined) return [];
  if (open.port.takesImages !== true) {
    throw new AtelierError('model.unsupported', `${open.name} is given text only, and "${first.name}" is an image.`, {
      hint: 'Choose a model that takes images, or describe the picture in a string field instead. Nothing was sent.',
    });
  }
  return given.map(({ name, url }) => {
    if (typeof url === 'string' && IMAGE_URL.test(url)) return { url };
    throw new AtelierError('input.invalid', `The input "${name}" is no address of an image.`, {
      hint: 'Give an https: address, or a data: URL (data:image/png;base64,…). Nothing was sent.',
    });
  });
}

/** Inputs with words in the place of images: a prompt must not hold them as text. @param attached whether the images go with it */
export function withoutImages(signature: Signature, values: FieldValues, attached: boolean): FieldValues {
  let number = 0;
  const texts: [string, FieldValue][] = [];
  for (const { name, type } of signature.inputs) {
    if (type !== 'image') continue;
    const numbers = listOf(values[name]).map(() => ++number);
    if (numbers.length > 0) texts.push([name, attached ? `(attached image ${numbers.join(', ')})` : '(an image, not attached)']);
  }
  return texts.length === 0 ? values : { ...values, ...Object.fromEntries(texts) };
}

function listOf(value: FieldValue | undefined): readonly FieldValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
