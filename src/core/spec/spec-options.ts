import { AtelierError } from '../errors.js';
import { nearest } from '../text/edit-distance.js';
import { isJsonObject, type JsonSchema, type JsonValue, unsupportedSchema } from '../text/json-schema.js';
import { parsedJson } from './spec-line.js';

/** What an option takes. */
export interface OptionRule {
  /** `list` is a list of texts, or one text with "|" between them; `pattern` is a regular expression. */
  readonly kind: 'number' | 'text' | 'list' | 'flag' | 'pattern' | 'schema';
  /** Bounds of a number. */
  readonly min?: number;
  readonly max?: number;
  /** The texts that are allowed. */
  readonly values?: readonly string[];
  readonly required?: boolean;
}
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** What options belong to: `metric exact_match`, `optimizer mipro`. */
export interface OptionsOwner {
  readonly kind: string;
  readonly name: string;
}

/** The options of a specification, read and checked. */
export class SpecOptions {
  private constructor(private readonly values: ReadonlyMap<string, JsonValue>) {}

  /**
   * @param owner for messages
   * @throws AtelierError `usage.invalid` for an option that is unknown, missing, or has a wrong value
   */
  static read(owner: OptionsOwner, rules: OptionRules, raw: Readonly<Record<string, JsonValue>>): SpecOptions {
    const names = Object.keys(rules);
    for (const name of Object.keys(raw)) if (!Object.hasOwn(rules, name)) throw unknownOption(owner, name, names);
    const values = new Map<string, JsonValue>();
    for (const [name, rule] of Object.entries(rules)) {
      const value = raw[name];
      if (value === undefined && rule.required === true)
        throw wrong(owner, `needs the option "${name}"`, `Write ${owner.name}(${name}=…).`);
      if (value === undefined) continue;
      const read = readOptionValue(rule, value);
      if (read === undefined)
        throw wrong(owner, `cannot take ${JSON.stringify(value)} for "${name}"`, `"${name}" takes ${described(rule)}.`);
      values.set(name, read);
    }
    return new SpecOptions(values);
  }

  number(name: string): number | undefined {
    const value = this.values.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.values.get(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  flag(name: string): boolean {
    return this.values.get(name) === true;
  }

  schema(name: string): JsonSchema | undefined {
    const value = this.values.get(name);
    return isJsonObject(value) ? value : undefined;
  }

  /** All that were given, by name. */
  get given(): Readonly<Record<string, JsonValue>> {
    return Object.fromEntries(this.values);
  }

  /** The options as a specification writes them: `(word="a, b", field=label)`, or nothing. */
  toString(): string {
    const written = [...this.values].map(([name, value]) => `${name}=${writtenValue(value)}`);
    return written.length === 0 ? '' : `(${written.join(', ')})`;
  }
}

function readOptionValue({ kind, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, values }: OptionRule, value: JsonValue) {
  switch (kind) {
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) && number >= min && number <= max ? number : undefined;
    }
    case 'flag':
      return value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
    case 'list': {
      const list = typeof value === 'string' ? value.split('|') : value;
      return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item.trim() !== '')
        ? (list as readonly string[])
        : undefined;
    }
    case 'schema': {
      const schema = typeof value === 'string' ? parsedJson(value) : value;
      return unsupportedSchema(schema).length === 0 ? schema : undefined;
    }
    case 'pattern':
      return typeof value === 'string' && isPattern(value) ? value : undefined;
    case 'text': {
      const text = typeof value === 'number' ? String(value) : value;
      return typeof text === 'string' && text !== '' && (values === undefined || values.includes(text)) ? text : undefined;
    }
  }
}

function described({ kind, min, max, values }: OptionRule): string {
  if (values !== undefined) return values.join(' or ');
  if (kind === 'number') return `a number${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` to ${max}`}`;
  if (kind === 'list') return 'one text or more, with "|" between them';
  if (kind === 'flag') return 'true or false';
  if (kind === 'pattern') return 'a regular expression';
  return kind === 'schema' ? 'a JSON Schema of the keywords that signatures take' : 'a text';
}

function unknownOption(owner: OptionsOwner, name: string, names: readonly string[]): AtelierError {
  const guess = nearest(name, names);
  return wrong(
    owner,
    `has no option "${name}"`,
    `${guess === undefined ? '' : `Did you mean "${guess}"? `}${names.length === 0 ? 'It has no options.' : `Its options: ${names.join(', ')}.`}`,
  );
}

function wrong({ kind, name }: OptionsOwner, what: string, hint: string): AtelierError {
  return new AtelierError('usage.invalid', `The ${kind} ${name} ${what}.`, { hint });
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

function writtenValue(value: JsonValue): string {
  const text = Array.isArray(value) ? value.join('|') : typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"(),=]+$/u.test(text) ? text : JSON.stringify(text);
}
