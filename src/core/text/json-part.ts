import { type JsonPath, jsonPathText } from './json-place.js';
import { isJsonObject, type JsonValue } from './json-schema.js';

/** A part of a JSON document that is not what it must be. */
export interface JsonIssue {
  readonly path: JsonPath;
  /** One sentence. */
  readonly message: string;
}

/**
 * Reads a JSON document part by part, and keeps what is wrong with it; a wrong part reads as empty. What was read counts only when
 * `issues` stays empty.
 */
export class JsonPart {
  private constructor(
    readonly value: JsonValue | undefined,
    readonly issues: JsonIssue[],
    private readonly above?: JsonPart,
    private readonly step: string | number = '',
  ) {}

  static root(value: JsonValue): JsonPart {
    return new JsonPart(value, []);
  }

  /** From the root. Made when it is asked for: as a rule nothing is wrong. */
  get path(): JsonPath {
    return this.above === undefined ? [] : [...this.above.path, this.step];
  }

  /** The part of a map with this name. */
  at(key: string): JsonPart {
    const value = isJsonObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return new JsonPart(value, this.issues, this, key);
  }

  /** What `read` makes of the part; undefined when it is not there. */
  optional<T>(read: (part: JsonPart) => T): T | undefined {
    return this.value === undefined ? undefined : read(this);
  }

  /** What `read` makes of the part; null when that is what stands there. */
  nullable<T>(read: (part: JsonPart) => T): T | null {
    return this.value === null ? null : read(this);
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.#wrong('a text', '');
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.#wrong('true or false', false);
  }

  number(min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
    const fits = typeof this.value === 'number' && this.value >= min && this.value <= max;
    const range = max === Number.POSITIVE_INFINITY ? ` of ${min} or more` : ` from ${min} to ${max}`;
    return fits ? (this.value as number) : this.#wrong(`a number${min === Number.NEGATIVE_INFINITY ? '' : range}`, 0);
  }

  whole(min: number): number {
    return Number.isSafeInteger(this.value) && (this.value as number) >= min
      ? (this.value as number)
      : this.#wrong(`a whole number of ${min} or more`, 0);
  }

  oneOf<T extends string>(values: readonly T[]): T {
    const found = values.find((value) => value === this.value);
    return found ?? this.#wrong(`one of ${values.join(', ')}`, values[0] as T);
  }

  map(): { readonly [key: string]: JsonValue } {
    return isJsonObject(this.value) ? this.value : this.#wrong('a map', {});
  }

  list<T>(read: (item: JsonPart, index: number) => T): T[] {
    const items = Array.isArray(this.value) ? (this.value as readonly JsonValue[]) : this.#wrong<readonly JsonValue[]>('a list', []);
    return items.map((item, index) => read(new JsonPart(item, this.issues, this, index), index));
  }

  /** Reports something that is wrong with the part. @param message one sentence */
  report(message: string): void {
    this.issues.push({ path: this.path, message });
  }

  #wrong<T>(wanted: string, instead: T): T {
    const place = this.path.length === 0 ? 'The file' : `"${jsonPathText(this.path)}"`;
    this.report(this.value === undefined ? `${place} is missing.` : `${place} is not ${wanted}.`);
    return instead;
  }
}
