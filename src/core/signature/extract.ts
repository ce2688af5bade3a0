import type { SignatureDefinition } from './definition.js';
import type { Field } from './signature.js';

const WORD = '[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*';
/** What is called on a value: its arguments, with parentheses in them. */
const CALL = '\\([^{}()]*(?:\\([^{}()]*\\)[^{}()]*)*\\)';
/** A name, or a path of names: `user?.name`, `items.join(", ")`. */
const PATH = `${WORD}(?:[?!]?\\.${WORD}(?:${CALL})?)*`;
/** How Python shall write a value: `=`, `!r`. */
const CONVERSION = '(?:\\s*=)?(?:![rsa])?';
/** The rest of that, `:>10` or `:%d.%m.`: in a text that is no f-string only what cannot be anything else. */
const FORMAT = '(?::(?:(?:[^{}\\s]?[<>=^])?[-+]?#?0?\\d*[,_]?(?:\\.\\d+)?[a-zA-Z%]?|%[^{}]*))?';
const ANY_FORMAT = '(?:,\\s*-?\\d+)?(?::[^{}]*(?:\\{[^{}]*\\}[^{}]*)*)?';
/** `{{name}}`, `${name}` or `{name}`, with spaces inside; backticks around it belong to it. */
const PLACEHOLDER = new RegExp(
  `\`?(?:\\{\\{\\s*(${PATH})\\s*\\}\\}|\\$\\{\\s*(${PATH})\\s*\\}|\\{\\s*(${PATH})\\s*${CONVERSION}${FORMAT}\\})\`?`,
  'gu',
);
/** In Python's f-strings, and in C#'s: a dollar is a dollar. */
const FORMATTED = new RegExp(`\`?\\{\\s*(${PATH})\\s*${CONVERSION}${ANY_FORMAT}\\}\`?`, 'gu');
/** What reads like a placeholder and is none that we know. */
const UNKNOWN = /\$?\{\{?\s*[\p{L}\p{N}_#(][^{}\n]*\}\}?/gu;
/** Stand for braces that are meant as such, until the placeholders are found. */
const OPEN = '\ufdd0';
const CLOSE = '\ufdd1';
/** A text in quotes, with the letters that languages put before them: Python's f and r, C#'s $ and @. */
const QUOTED = /^([a-zA-Z]{0,2}|[$@]{1,2})("""|'''|```|"|'|`)([\s\S]*)\2[;,)]*$/u;
/** Names for the output, the first that no input has. */
const OUTPUTS = ['answer', 'result', 'output'];

/** A signature, and what of the text could have been meant as a placeholder and stays as it is. */
export interface Extraction {
  readonly definition: SignatureDefinition;
  readonly left: readonly string[];
}

/**
 * A prompt from somebody's source code or notes as a signature: its placeholders become inputs, its words the instructions. In these a
 * placeholder reads as the name of the field in backticks, as in DSPy's own instructions.
 * @param selected the text as it was selected, with quotes and escapes of a string literal or without
 * @returns undefined when there is nothing but white space
 */
export function extractDefinition(selected: string, name: string): Extraction | undefined {
  const { text, isFormatted } = wordsOf(selected.replace(/\r\n?/g, '\n'));
  if (text.trim() === '') return undefined;
  const placeholder = isFormatted ? FORMATTED : PLACEHOLDER;
  const pathOf = (match: readonly unknown[]) => match.slice(1, 4).find((path) => typeof path === 'string') ?? '';
  const fields = namesOf([...text.matchAll(placeholder)].map((match) => wordsOfPath(pathOf(match))));
  const nameOf = (path: string) => fields.get(wordsOfPath(path).join('.')) ?? path;
  const left = [...text.replace(placeholder, '').matchAll(UNKNOWN)].map(([part]) => part);
  const instructions = text
    .replace(placeholder, (...match: unknown[]) => `\`${nameOf(pathOf(match))}\``)
    .replaceAll(OPEN, '{')
    .replaceAll(CLOSE, '}')
    .trim();
  const names = [...new Set(fields.values())];
  const inputs: Field[] = (names.length === 0 ? ['text'] : names).map((input) => ({ name: input, type: 'string', description: '' }));
  const output = OUTPUTS.find((candidate) => !names.includes(candidate)) ?? `answer_${names.length}`;
  const definition: SignatureDefinition = {
    signature: { name, description: '', instructions, inputs, outputs: [{ name: output, type: 'string', description: '' }] },
    module: 'predict',
    examples: [],
    optimization: undefined,
    source: 'workspace',
  };
  return { definition, left: [...new Set(left)] };
}

/** The words of a path up to the first one that is called: `items.join(", ")` is about `items`. */
function wordsOfPath(path: string): readonly string[] {
  const [value = ''] = path.split('(');
  const words = value.split(/[?!]?\./);
  return path === value ? words : words.slice(0, -1);
}

/** A field for each path, by the path: its last word, or all of them where paths end in the same word. */
function namesOf(paths: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const byPath = new Map(paths.map((words) => [words.join('.'), words]));
  const lasts = [...byPath.values()].map((words) => words.at(-1));
  return new Map(
    [...byPath].map(([path, words]) => {
      const last = words.at(-1) ?? path;
      return [path, lasts.filter((other) => other === last).length > 1 ? words.join('_') : last];
    }),
  );
}

interface Words {
  readonly text: string;
  /** An f-string of Python, or its kin: only single braces are placeholders. */
  readonly isFormatted: boolean;
}

/** What a string literal says; any other text as it is. Escapes come last: the indentation that they make is meant. */
function wordsOf(text: string): Words {
  const [, prefix = '', quote = '', body = ''] = QUOTED.exec(text.trim()) ?? [];
  // Two literals side by side are no literal.
  if (quote === '' || (quote.length === 1 && new RegExp(`(?<!\\\\)${quote}`).test(body))) {
    return { text: withoutEscaped(unindented(text)), isFormatted: false };
  }
  const isFormatted = /[f$]/i.test(prefix);
  const plain = withoutEscaped(unindented(body));
  const said = /r|@/i.test(prefix) ? plain : unescaped(plain);
  return { text: isFormatted ? withoutDoubled(said) : said, isFormatted };
}

/** `\${x}` is no placeholder. */
function withoutEscaped(text: string): string {
  return text.replace(/(?<!\\)((?:\\\\)*)\\(\$?)\{/g, `$1$2${OPEN}`);
}

/** In an f-string two braces are one that is meant as such. */
function withoutDoubled(text: string): string {
  return text.replace(/\{\{|\}\}|\{(?:[^{}]|\{[^{}]*\})*\}/g, (found) => (found === '{{' ? OPEN : found === '}}' ? CLOSE : found));
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
