import type { JsonValue } from './json-schema.js';

/** Brackets in brackets: more is no answer that a model meant. */
const MAX_DEPTH = 64;

/**
 * The value that a text means: JSON, also in a code fence or with words around, with Python's quotes and words (`True`, `None`), bare
 * keys and trailing commas. Undefined when there is none, or when it is cut off.
 */
export function looseJson(text: string): JsonValue | undefined {
  const bare = (/```[a-zA-Z]*\s*\n([\s\S]*?)\n?```/.exec(text)?.[1] ?? text).trim();
  try {
    return JSON.parse(bare) as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const start = bare.search(/[[{]/);
  if (start < 0) return undefined;
  const reader = new LooseReader(bare, start);
  const value = reader.value(0);
  return value === undefined || bare.slice(reader.position).search(/[[{]/) === 0 ? undefined : value;
}

const LITERALS: Readonly<Record<string, JsonValue>> = { true: true, True: true, false: false, False: false, null: null, None: null };
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”' };

class LooseReader {
  constructor(
    private readonly text: string,
    public position: number,
  ) {}

  value(depth: number): JsonValue | undefined {
    this.space();
    if (depth > MAX_DEPTH) return undefined;
    const character = this.text[this.position] ?? '';
    if (character === '{') return this.object(depth);
    if (character === '[') return this.array(depth);
    if (CLOSING[character] !== undefined) return this.quoted(CLOSING[character]);
    const word = /^[^\s,\]}:]+/.exec(this.text.slice(this.position, this.position + 400))?.[0];
    if (word === undefined) return undefined;
    this.position += word.length;
    if (Object.hasOwn(LITERALS, word)) return LITERALS[word];
    return /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word) ? Number(word) : undefined;
  }

  private array(depth: number): JsonValue | undefined {
    const items: JsonValue[] = [];
    this.position++;
    for (;;) {
      if (this.takes(']')) return items;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.takes(',') && !this.sees(']')) return undefined;
    }
  }

  private object(depth: number): JsonValue | undefined {
    const entries: [string, JsonValue][] = [];
    this.position++;
    for (;;) {
      if (this.takes('}')) return Object.fromEntries(entries);
      const key = this.key();
      if (key === undefined || !this.takes(':')) return undefined;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      entries.push([key, item]);
      if (!this.takes(',') && !this.sees('}')) return undefined;
    }
  }

  private key(): string | undefined {
    this.space();
    const close = CLOSING[this.text[this.position] ?? ''];
    if (close !== undefined) return this.quoted(close);
    const word = /^[\p{L}\p{N}_$-]+/u.exec(this.text.slice(this.position, this.position + 400))?.[0];
    if (word !== undefined) this.position += word.length;
    return word;
  }

  private quoted(close: string): string | undefined {
    let out = '';
    for (let at = this.position + 1; at < this.text.length; at++) {
      const character = this.text[at] ?? '';
      if (character === '\\') {
        at++;
        const escaped = this.text[at] ?? '';
        if (escaped === 'u') {
          out += String.fromCharCode(Number.parseInt(this.text.slice(at + 1, at + 5), 16));
          at += 4;
        } else out += { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }[escaped] ?? escaped;
      } else if (character === close) {
        this.position = at + 1;
        return out;
      } else out += character;
    }
    return undefined;
  }

  private sees(symbol: string): boolean {
    this.space();
    return this.text[this.position] === symbol;
  }

  private takes(symbol: string): boolean {
    if (!this.sees(symbol)) return false;
    this.position++;
    return true;
  }

  private space(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
  }
}
