/** Keys and 0-based positions from the top of a JSON text. */
export type JsonPath = readonly (string | number)[];

/** Brackets in brackets: more is no file of ours, and would exhaust the stack of whoever walks through it. */
const MAX_JSON_DEPTH = 100;

/** Where a text stops to be JSON, and why. */
export interface JsonFault {
  /** 0-based. */
  readonly offset: number;
  /** What is wrong, as the end of a sentence. */
  readonly what: string;
}

/** The first place at which a text is not JSON (RFC 8259), or is nested too deeply; undefined when there is none. */
export function jsonFault(text: string): JsonFault | undefined {
  const scanner = new Scanner(text, undefined);
  scanner.document();
  return scanner.fault;
}

/** Where the value at a path begins, else where the deepest part of the path does; of a key that is there twice the last, as it counts. */
export function jsonPlace(text: string, path: JsonPath): number {
  const scanner = new Scanner(text, path);
  scanner.document();
  return scanner.found;
}

/** The 1-based line of an offset. */
export function lineAtOffset(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** Keys and positions as people write them: `demos[2].inputs.review`. */
export function jsonPathText(path: JsonPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** True when a value has brackets in brackets beyond {@link MAX_JSON_DEPTH}. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MAX_JSON_DEPTH || Object.values(value).some((item) => isTooDeep(item, depth + 1));
}

/** Reads a text once, keeps the first fault, and the place of a path. */
class Scanner {
  fault: JsonFault | undefined;
  found = 0;
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly wanted: JsonPath | undefined,
  ) {}

  document(): void {
    this.#value(0, this.wanted !== undefined);
    this.#space();
    if (this.fault === undefined && this.#at < this.text.length) this.#fail('there is more behind its end');
  }

  /** @param depth how many brackets surround it @param isOnPath whether it is a part of what is looked for */
  #value(depth: number, isOnPath: boolean): boolean {
    this.#space();
    if (isOnPath) this.found = this.#at;
    const first = this.text[this.#at];
    if (first === undefined) return this.#fail('it ends too early');
    if (first === '{' || first === '[') {
      if (depth > MAX_JSON_DEPTH) return this.#fail('it is nested too deeply');
      return first === '{' ? this.#object(depth, isOnPath) : this.#array(depth, isOnPath);
    }
    if (first === '"') return this.#string() !== undefined;
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(
      this.text.slice(this.#at, this.#at + 400),
    );
    if (word === null) return this.#fail('a value is missing, or is no JSON');
    this.#at += word[0].length;
    return true;
  }

  #object(depth: number, isOnPath: boolean): boolean {
    this.#at++;
    if (this.#takes('}')) return true;
    for (;;) {
      this.#space();
      if (this.text[this.#at] !== '"') return this.#fail('a name in quotes is missing');
      const key = this.#string();
      if (key === undefined) return false;
      if (!this.#takes(':')) return this.#fail('a ":" is missing');
      if (!this.#value(depth + 1, isOnPath && this.wanted?.[depth] === key)) return false;
      if (this.#takes('}')) return true;
      if (!this.#takes(',')) return this.#fail('a "," or "}" is missing');
    }
  }

  #array(depth: number, isOnPath: boolean): boolean {
    this.#at++;
    if (this.#takes(']')) return true;
    for (let index = 0; ; index++) {
      if (!this.#value(depth + 1, isOnPath && this.wanted?.[depth] === index)) return false;
      if (this.#takes(']')) return true;
      if (!this.#takes(',')) return this.#fail('a "," or "]" is missing');
    }
  }

  /** Behind it in the text; what it says only when it is short, as names are. */
  #string(): string | undefined {
    const start = this.#at++;
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      if (Number.isNaN(code) || code < 0x20) {
        this.#fail(Number.isNaN(code) ? 'a text is not closed' : 'a text goes on behind the end of its line');
        return undefined;
      }
      if (code === 0x22) break;
      if (code === 0x5c && !/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.text.slice(this.#at, this.#at + 6))) {
        this.#fail('a "\\" stands before what needs none');
        return undefined;
      }
      this.#at += code === 0x5c ? 2 : 1;
    }
    this.#at++;
    return this.#at - start > 1000 ? '' : (JSON.parse(this.text.slice(start, this.#at)) as string);
  }

  #takes(mark: string): boolean {
    this.#space();
    if (this.text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.text[this.#at] ?? 'x')) this.#at++;
  }

  #fail(what: string): false {
    this.fault ??= { offset: this.#at, what };
    return false;
  }
}
