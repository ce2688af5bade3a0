import type { Field, Signature } from './signature.js';

/** A signature in the one-line form that `parseOneLine` reads back to an equal one, but for its name and instructions. */
export function printOneLine(signature: Signature): string {
  const side = (fields: readonly Field[]) => fields.map(printField).join(', ');
  const description = signature.description === '' ? '' : `${quoted(signature.description)} `;
  return `${description}${side(signature.inputs)} -> ${side(signature.outputs)}`;
}

function printField(field: Field): string {
  const description = field.description === '' ? '' : ` ${quoted(field.description)}`;
  return `${field.name}${field.optional === true ? '?' : ''}: ${printType(field)}${description}`;
}

/** The type of a field as it is written: `string[]`, `class "a, b"`, `number(min 0)`. */
export function printType(field: Field): string {
  const list = field.array === true ? '[]' : '';
  if (field.type === 'class') {
    const options = field.options ?? [];
    if (options.every((option) => /^[^,|"\\]+$/.test(option) && option.trim() === option)) return `class${list} "${options.join(', ')}"`;
    const literal = `Literal[${options.map(quoted).join(', ')}]`;
    return list === '' ? literal : `list[${literal}]`;
  }
  const conditions = [
    ...(field.min === undefined ? [] : [`min ${field.min}`]),
    ...(field.max === undefined ? [] : [`max ${field.max}`]),
    ...(field.maxLength === undefined ? [] : [`maxLength ${field.maxLength}`]),
    ...(field.pattern === undefined ? [] : [`pattern ${quoted(field.pattern)}`]),
    ...(field.schema === undefined ? [] : [`schema ${JSON.stringify(field.schema)}`]),
  ];
  return `${field.type}${conditions.length === 0 ? '' : `(${conditions.join(', ')})`}${list}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
