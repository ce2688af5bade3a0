import { AtelierError } from '../errors.js';

/** A piece of a one-line signature. */
export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'symbol' | 'end';
  /** What is written; of a quoted text what it says. */
  readonly text: string;
  /** 0-based place of the first and behind the last character. */
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /\s*(?:(?<arrow>->)|(?<word>[\p{L}_][\p{L}\p{M}\p{N}_]*)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<symbol>[,:?![\](){}|.=]))/uy;
const QUOTED = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/suy;

/**
 * The error for a place in a one-line signature.
 * @param at 0-based
 */
export function invalidAt(at: number, message: string, hint: string): AtelierError {
  return new AtelierError('signature.invalid', `${message} (column ${at + 1}).`, { hint, column: at + 1 });
}

/** Reads a one-line signature piece by piece. */
export class Scanner {
  private readonly tokens: readonly Token[];
  private position = 0;

  /** @throws AtelierError `signature.invalid` for an unterminated quote or a character that means nothing */
  constructor(readonly source: string) {
    this.tokens = tokensOf(source);
  }

  peek(ahead = 0): Token {
    const token = this.tokens[this.position + ahead];
    return token ?? { kind: 'end', text: '', start: this.source.length, end: this.source.length };
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.position++;
    return token;
  }

  /** True when the next piece is this symbol. */
  sees(symbol: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === symbol;
  }

  /** Takes this symbol when it is next. */
  takes(symbol: string): boolean {
    if (!this.sees(symbol)) return false;
    this.position++;
    return true;
  }

  /** Takes this symbol. @throws AtelierError `signature.invalid` */
  expect(symbol: string, after: string): Token {
    const token = this.next();
    if (token.kind === 'symbol' && token.text === symbol) return token;
    throw invalidAt(token.start, `"${symbol}" is missing after ${after}`, `Put "${symbol}" before ${described(token)}.`);
  }

  /** The symbols of this kind, wherever they stand. */
  all(symbol: string): readonly Token[] {
    return this.tokens.filter((token) => token.kind === 'symbol' && token.text === symbol);
  }
}

/** A piece as an error message names it. */
export function described(token: Token): string {
  return token.kind === 'end' ? 'the end' : `"${token.text}"`;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0;
    if (at >= source.length) break;
    TOKEN.lastIndex = at;
    QUOTED.lastIndex = at;
    const quoted = QUOTED.exec(source);
    const plain = quoted === null ? TOKEN.exec(source) : null;
    if (quoted !== null) {
      const { lastIndex: end } = QUOTED;
      tokens.push({ kind: 'text', text: unescaped(quoted[1] ?? quoted[2] ?? ''), start: at, end });
      at = end;
    } else if (plain?.groups !== undefined) {
      const { lastIndex: end } = TOKEN;
      const kind = plain.groups.word !== undefined ? 'word' : plain.groups.number !== undefined ? 'number' : 'symbol';
      tokens.push({ kind, text: plain[0].trim(), start: at, end });
      at = end;
    } else {
      const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
      if (character === '"' || character === "'") {
        throw invalidAt(at, 'The text that begins here has no closing quote', `Close it with ${character}.`);
      }
      throw invalidAt(at, `"${character}" means nothing here`, 'Write fields as name: type "description", separated by commas.');
    }
  }
  return tokens;
}

/** Escapes of JSON and Python; a backslash before anything else stands for that. */
function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (named[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
