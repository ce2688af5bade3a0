import type { SignatureDefinition } from './definition.js';
import type { Field } from './signature.js';

/** `{{name}}`, `${name}` or `{name}`, with spaces inside and dots in the name; backticks around it belong to it. */
const PLACEHOLDER = /`?(?:\{\{\s*([\p{L}_][\p{L}\p{M}\p{N}_.]*)\s*\}\}|\$?\{\s*([\p{L}_][\p{L}\p{M}\p{N}_.]*)\s*\})`?/gu;
/** A text in quotes, with the letters that languages put before them: Python's f and r, C#'s $ and @. */
const QUOTED = /^([a-zA-Z]{0,2}|[$@]{1,2})("""|'''|```|"|'|`)([\s\S]*)\2[;,)]*$/u;
/** Names for the output, the first that no input has. */
const OUTPUTS = ['answer', 'result', 'output'];

/**
 * A prompt from somebody's source code or notes as a signature: its placeholders become inputs, its words the instructions. In these a
 * placeholder reads as the name of the field in backticks, as in DSPy's own instructions.
 * @param selected the text as it was selected, with quotes and escapes of a string literal or without
 * @returns undefined when there is nothing but white space
 */
export function extractDefinition(selected: string, name: string): SignatureDefinition | undefined {
  const text = wordsOf(selected.replace(/\r\n?/g, '\n')).trim();
  if (text === '') return undefined;
  const names: string[] = [];
  const instructions = text.replace(PLACEHOLDER, (_, doubled: string | undefined, single: string | undefined) => {
    const field = (doubled ?? single ?? '').replace(/\.+$/, '').replaceAll('.', '_');
    if (!names.includes(field)) names.push(field);
    return `\`${field}\``;
  });
  const inputs: Field[] = (names.length === 0 ? ['text'] : names).map((input) => ({ name: input, type: 'string', description: '' }));
  const output = OUTPUTS.find((candidate) => !names.includes(candidate)) ?? `answer_${names.length}`;
  return {
    signature: { name, description: '', instructions, inputs, outputs: [{ name: output, type: 'string', description: '' }] },
    module: 'predict',
    examples: [],
    optimization: undefined,
    source: 'workspace',
  };
}

/** What a string literal says; any other text as it is. Escapes come last: the indentation that they make is meant. */
function wordsOf(text: string): string {
  const [, prefix = '', quote = '', body = ''] = QUOTED.exec(text.trim()) ?? [];
  // Two literals side by side are no literal.
  if (quote === '' || (quote.length === 1 && new RegExp(`(?<!\\\\)${quote}`).test(body))) return unindented(text);
  return /r|@/i.test(prefix) ? unindented(body) : unescaped(unindented(body));
}

/** Escapes that JavaScript, Python, JSON and their kin share; a line that ends in a backslash goes on in the next. */
function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g, (_, unicode?: string, hex?: string, letter = '') => {
    const code = unicode ?? hex;
    return code === undefined ? (named[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16));
  });
}

/** Without the indentation that all lines have; the first one does not count where the selection begins in its middle. */
function unindented(text: string): string {
  const lines = text
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .split('\n');
  const [first = '', ...rest] = lines;
  const widthOf = (line: string) => /^[ \t]*/.exec(line)?.[0].length ?? 0;
  const widths = rest.filter((line) => line.trim() !== '').map(widthOf);
  const own = widthOf(first);
  const common = widths.length === 0 ? own : Math.min(...widths, ...(own === 0 ? [] : [own]));
  return [first.slice(Math.min(common, own)), ...rest.map((line) => line.slice(Math.min(common, widthOf(line))).trimEnd())]
    .join('\n')
    .trim();
}
