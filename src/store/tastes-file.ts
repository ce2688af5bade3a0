import path from 'node:path';
import { type Document, isMap, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { completeTaste, mergeTastes } from '../core/taste/merge-tastes.js';
import { parseTaste, type TasteOverride, tasteKey } from '../core/taste/parse-taste.js';
import type { Taste } from '../core/taste/taste.js';
import { cutProblems, displayPath, type Problem } from './problem.js';
import { readSmallTextFile } from './small-text-file.js';
import { isYamlNode, keyOf, lineAt, lineOf } from './yaml-places.js';

/** What a tastes file holds. */
export interface TastesFile<T> {
  readonly tastes: readonly T[];
  readonly problems: readonly Problem[];
  /** 1-based line of each taste in `tastes`, by its name. */
  readonly lines: ReadonlyMap<string, number>;
}

/** An alias may stand for a list a few times; more is an attempt to make a small file huge. */
const MAX_ALIASES = 20;

/**
 * Reads a tastes file. A broken taste is left out and reported, the others still work; a file that cannot be parsed gives no tastes
 * and one problem. A workspace file that does not exist is empty. Never throws because of what is in the file, or because it cannot be
 * read: that is a problem too.
 * @param file absolute path
 * @param source `built-in` files hold whole tastes; tastes in a `workspace` file may leave out every part (see `mergeTastes`)
 * @param workspaceFolder what problems name the file relative to; default: the file's own folder
 */
export async function readTastes(file: string, source: 'built-in', workspaceFolder?: string): Promise<TastesFile<Taste>>;
export async function readTastes(file: string, source: 'workspace', workspaceFolder?: string): Promise<TastesFile<TasteOverride>>;
export async function readTastes(
  file: string,
  source: 'built-in' | 'workspace',
  workspaceFolder: string = path.dirname(file),
): Promise<TastesFile<Taste | TasteOverride>> {
  const reading = new TastesReading(displayPath(workspaceFolder, file));
  const text = await reading.load(file, source === 'workspace');
  const overrides = text === undefined ? [] : reading.parse(text);
  if (source === 'workspace') return reading.result(overrides);
  return reading.result(reading.requireWhole(overrides));
}

/**
 * The tastes of a workspace: the built-in ones with the workspace's file on top.
 * @param builtInFile absolute path of the packed file
 * @param workspaceFile absolute path; need not exist
 */
export async function loadTastes(
  builtInFile: string,
  workspaceFile: string,
  workspaceFolder: string = path.dirname(workspaceFile),
): Promise<{ tastes: readonly Taste[]; problems: readonly Problem[] }> {
  const [builtIn, own] = await Promise.all([
    readTastes(builtInFile, 'built-in', workspaceFolder),
    readTastes(workspaceFile, 'workspace', workspaceFolder),
  ]);
  const shown = displayPath(workspaceFolder, workspaceFile);
  const problems = [...builtIn.problems, ...own.problems];
  const tastes = mergeTastes(builtIn.tastes, own.tastes, ({ name }) => problems.push(incomplete(shown, name, own.lines.get(name) ?? 1)));
  return { tastes, problems };
}

function incomplete(file: string, name: string, line: number): Problem {
  return {
    file,
    line,
    message: `The taste "${name}" has neither a description nor a vocabulary; it is left out.`,
    hint: 'Describe the style in a sentence, or give it phrases in a vocabulary.',
    severity: 'error',
  };
}

/** One reading of one file: collects the problems and the lines. */
class TastesReading {
  readonly #shown: string;
  readonly #problems: Problem[] = [];
  readonly #lines = new Map<string, number>();
  readonly #counter = new LineCounter();

  constructor(shown: string) {
    this.#shown = shown;
  }

  result<T extends TasteOverride>(tastes: readonly T[]): TastesFile<T> {
    const lines = new Map(tastes.map(({ name }) => [name, this.#lines.get(name) ?? 1]));
    return { tastes, problems: cutProblems(this.#problems.sort((a, b) => a.line - b.line)), lines };
  }

  /** The file's text; undefined when there is none to parse. */
  async load(file: string, mayBeMissing: boolean): Promise<string | undefined> {
    const text = await readSmallTextFile(file, this.#shown, 'Remove what is not a taste.');
    if (typeof text === 'string') return text;
    if (text.errno !== 'ENOENT' || !mayBeMissing) this.#say(1, text.message, text.hint);
    return undefined;
  }

  parse(text: string): TasteOverride[] {
    const document = parseDocument(text, {
      lineCounter: this.#counter,
      prettyErrors: false,
      schema: 'core',
      // Repeated keys are reported with their taste, and do not make the whole file unreadable.
      uniqueKeys: false,
      stringKeys: true,
    });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = this.#counter.linePos(error.pos[0]);
      const message = `${this.#shown} is not valid YAML: ${error.message.replace(/\s+/g, ' ').replace(/\.$/, '')} (line ${line}, column ${col}).`;
      this.#say(line, message, 'Correct this place; none of its tastes is used until then.', 'error', col);
      return [];
    }
    for (const { pos, message } of document.warnings) {
      const { line, col } = this.#counter.linePos(pos[0]);
      this.#say(line, `${message.replace(/\.$/, '')}.`, 'Remove the tag: tastes are made of plain text and lists.', 'warning', col);
    }
    const tastes = this.#tastesOf(document);
    return tastes === undefined ? [] : this.#pairs(tastes).flatMap((pair) => this.#taste(document, pair));
  }

  requireWhole(overrides: readonly TasteOverride[]): Taste[] {
    return overrides.flatMap((override) => {
      const taste = completeTaste(override, 'built-in');
      if (taste === undefined) this.#problems.push(incomplete(this.#shown, override.name, this.#lines.get(override.name) ?? 1));
      return taste ?? [];
    });
  }

  #tastesOf(document: Document): YAMLMap | undefined {
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === null)) return undefined;
    const entry = isMap(root) ? root.items.find((pair) => keyOf(pair) === 'tastes') : undefined;
    const value = entry?.value ?? undefined;
    if (isMap(value)) return value;
    if (entry !== undefined && (value === undefined || (isScalar(value) && value.value === null))) return undefined;
    const line = lineOf(entry?.key ?? root, this.#counter);
    this.#say(
      line,
      `${this.#shown} has no "tastes:" with named tastes below it.`,
      'Begin the file with "tastes:", then one taste per indented name.',
    );
    return undefined;
  }

  #taste(document: Document, pair: Pair): TasteOverride[] {
    const name = keyOf(pair);
    const line = lineOf(pair.key, this.#counter);
    let value: unknown;
    try {
      value = isYamlNode(pair.value) ? pair.value.toJS(document, { maxAliasCount: MAX_ALIASES }) : pair.value;
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      this.#say(
        line,
        `The taste "${name}" uses aliases (*) too often.`,
        `Write the repeated parts out; at most ${MAX_ALIASES} aliases are followed.`,
      );
      return [];
    }
    const repeated = this.#repeatedKeys(pair.value);
    const { taste, issues } = parseTaste(name, value);
    for (const issue of issues) this.#say(lineAt(pair, issue.path, this.#counter), issue.message, issue.hint, issue.severity);
    if (taste === undefined || repeated) return [];
    this.#lines.set(taste.name, line);
    return [taste];
  }

  /** The tastes of the map, without those whose name came before. */
  #pairs(map: YAMLMap): Pair[] {
    const seen = new Set<string>();
    return map.items.filter((pair) => {
      const key = tasteKey(keyOf(pair));
      if (!seen.has(key)) return seen.add(key);
      this.#say(
        lineOf(pair.key, this.#counter),
        `The taste "${keyOf(pair)}" is here twice; this one is left out.`,
        'Rename one of them, or put both together.',
      );
      return false;
    });
  }

  /** Reports keys that a taste or its vocabulary has twice: one of the two would be lost without a word. */
  #repeatedKeys(node: unknown): boolean {
    if (!isMap(node)) return false;
    const seen = new Set<string>();
    let found = false;
    for (const pair of node.items) {
      const key = keyOf(pair);
      if (seen.has(key)) {
        found = true;
        this.#say(lineOf(pair.key, this.#counter), `"${key}" is here twice.`, 'Put both together under one name.');
      }
      seen.add(key);
      if (this.#repeatedKeys(pair.value)) found = true;
    }
    return found;
  }

  #say(line: number, message: string, hint: string, severity: Problem['severity'] = 'error', column?: number): void {
    this.#problems.push({ file: this.#shown, line, message, hint, severity, ...(column === undefined ? {} : { column }) });
  }
}
