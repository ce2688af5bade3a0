import type { JsonValue } from '../text/json-schema.js';

/** A name with options, as one line writes it. */
export interface SpecLine {
  readonly name: string;
  /** Texts, as they were written. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/** One option: a name, "=", and a text in double quotes (as in JSON) or one without blanks at its ends. */
const OPTION = /\s*([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^",()]*?)\s*(,|$)/uy;

/** Reads `name` or `name(option=text, other="a text, quoted")`; undefined when the line is neither. */
export function readSpecLine(line: string): SpecLine | undefined {
  const found = /^([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*(?:\(([\s\S]*)\))?$/u.exec(line.trim());
  if (found === null) return undefined;
  const [, name = '', inner = ''] = found;
  const options = readOptions(inner.trim());
  return options === undefined ? undefined : { name, options };
}

/** A text as JSON; undefined when it is none. */
export function parsedJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function readOptions(text: string): Readonly<Record<string, JsonValue>> | undefined {
  const options: [string, JsonValue][] = [];
  let at = 0;
  while (at < text.length) {
    OPTION.lastIndex = at;
    const found = OPTION.exec(text);
    if (found === null) return undefined;
    const [, name = '', value = ''] = found;
    const read = value.startsWith('"') ? parsedJson(value) : value;
    if (read === undefined) return undefined;
    options.push([name, read]);
    at = OPTION.lastIndex;
  }
  return Object.fromEntries(options);
}
