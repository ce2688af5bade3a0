import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { LineCounter, type Node, parseDocument } from 'yaml';
import { AtelierError } from '../core/errors.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { parseDefinition } from '../core/signature/parse-definition.js';
import { SIGNATURE_ENDING } from '../core/signature/signature.js';
import type { SourceNode } from '../core/text/source-tree.js';
import { errnoOf } from './io-errors.js';
import { cutProblems, displayPath, type Problem } from './problem.js';
import { readSmallTextFile } from './small-text-file.js';
import { sourceTreeOf } from './source-tree.js';
import { offsetAt } from './yaml-places.js';
import { yamlProblems } from './yaml-problems.js';

/** What a signature file holds; the definition only when none of its problems is an error. */
export interface SignatureFile {
  readonly definition: SignatureDefinition | undefined;
  readonly problems: readonly Problem[];
}

/** Where a workspace keeps its own, as a rule; and the product the built-in ones. */
const SIGNATURES_FOLDER = 'signatures';

/** An alias may stand for a part a few times; more is an attempt to make a small file huge. */
const MAX_ALIASES = 20;

/**
 * Reads a signature file. Never throws because of what is in it, or because it cannot be read: those are problems, all of them, each
 * with its line and column.
 * @param file absolute path
 * @param workspaceFolder what problems name the file relative to; default: the file's own folder
 */
export async function readSignature(
  file: string,
  source: 'built-in' | 'workspace' = 'workspace',
  workspaceFolder: string = path.dirname(file),
): Promise<SignatureFile> {
  const shown = displayPath(workspaceFolder, file);
  const text = await readSmallTextFile(file, shown, 'Move examples into a CSV file.');
  if (typeof text !== 'string') {
    const { message, hint } = text;
    return { definition: undefined, problems: [{ file: shown, line: 1, column: 1, message, hint, severity: 'error' }] };
  }
  return parseSignature(text, shown, source);
}

/**
 * Reads the text of a signature file.
 * @param shown the file's name in problems
 */
export function parseSignature(text: string, shown: string, source: 'built-in' | 'workspace' = 'workspace'): SignatureFile {
  return parse(text, shown, source).file;
}

/** The same with the tree of its text, as far as there is one, for the price of one parse. */
export function parseSignatureText(text: string, shown: string): { file: SignatureFile; root: SourceNode | undefined } {
  const { file, contents } = parse(text, shown, 'workspace');
  return { file, root: sourceTreeOf(text, contents) };
}

function parse(text: string, shown: string, source: 'built-in' | 'workspace'): { file: SignatureFile; contents: Node | null } {
  const lineCounter = new LineCounter();
  const problems: Problem[] = [];
  const say = (offset: number, { message, hint, isWhole }: Said, severity: Problem['severity'] = 'error') => {
    const { line, col } = lineCounter.linePos(offset);
    const place = { file: shown, line: Math.max(1, line), column: Math.max(1, col) };
    problems.push({ ...place, message, hint, severity, ...(isWhole === true ? { isWhole } : {}) });
  };
  const document = parseDocument(text, { lineCounter, prettyErrors: false, schema: 'core', uniqueKeys: true, stringKeys: true });
  const { contents } = document;
  const result = (definition?: SignatureDefinition) => ({ file: { definition, problems: inOrder(problems) }, contents });
  for (const problem of yamlProblems(document, shown)) say(problem.offset, problem);
  for (const { pos, message } of document.warnings) {
    const hint = 'Remove the tag: signatures are made of plain text, numbers and lists.';
    say(pos[0], { message: `${message.replace(/\.$/, '')}.`, hint }, 'warning');
  }
  if (problems.some(({ severity }) => severity === 'error')) return result();
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const hint = `Write the repeated parts out; at most ${MAX_ALIASES} aliases are followed.`;
    say(0, { message: `${shown} uses aliases (*) too often.`, hint, isWhole: true });
    return result();
  }
  const { definition, issues } = parseDefinition(value, source);
  for (const { path: place, message, hint, severity } of issues) {
    const isWhole = typeof place.at(-1) !== 'string';
    say(offsetAt(contents, place), { message, hint, isWhole }, severity);
  }
  return result(definition);
}

type Said = Pick<Problem, 'message' | 'hint' | 'isWhole'>;

/**
 * The signature of a file.
 * @param strict refuses it for warnings, too: what is ignored may have been meant
 * @throws AtelierError `signature.invalid`, with the place of the first problem
 */
export function requireDefinition({ definition, problems }: SignatureFile, strict: boolean): SignatureDefinition {
  const first = problems.find(({ severity }) => strict || severity === 'error');
  if (definition !== undefined && first === undefined) return definition;
  throw new AtelierError('signature.invalid', first?.message ?? 'The signature cannot be used.', {
    hint: first?.hint ?? 'Correct the file.',
    file: first?.file,
    line: first?.line,
    column: first?.column,
  });
}

/** A file of the workspace that gives no signature. */
export interface LeftOutFile {
  /** Absolute path. */
  readonly file: string;
  /** Why: its first error. */
  readonly problem: Problem;
  /** There is nothing wrong in it: another file has a signature of the same name. */
  readonly isDuplicate: boolean;
}

/** The signatures that can be used now. */
export interface SignatureLibrary {
  /** In the order of their names. */
  readonly signatures: readonly SignatureDefinition[];
  /** Absolute path of the file of each, by the signature's name. */
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * The signatures of a workspace: those that come with the product, and over them by name the workspace's own.
 * @param packedFolder the product's data folder, absolute
 * @param folder where the workspace keeps its own: relative to it, or absolute
 */
export async function loadSignatures(
  packedFolder: string,
  workspaceFolder: string | undefined,
  folder: string = SIGNATURES_FOLDER,
): Promise<SignatureLibrary> {
  const base = workspaceFolder ?? packedFolder;
  const builtIn = await readFolder(path.join(packedFolder, SIGNATURES_FOLDER), 'built-in', base);
  const own = workspaceFolder === undefined ? [] : await readFolder(path.resolve(workspaceFolder, folder), 'workspace', base);
  const problems = [...builtIn, ...own].flatMap((file) => file.problems);
  const byName = new Map<string, { definition: SignatureDefinition; file: string }>();
  for (const { definition, file } of builtIn) if (definition !== undefined) byName.set(definition.signature.name, { definition, file });
  const mine = new Map<string, string>();
  const leftOut: LeftOutFile[] = [];
  for (const { definition, file, shown, problems: found } of own) {
    if (definition === undefined) {
      const problem = found.find(({ severity }) => severity === 'error');
      if (problem !== undefined) leftOut.push({ file, problem, isDuplicate: false });
      continue;
    }
    const { name } = definition.signature;
    const other = mine.get(name);
    if (other === undefined) {
      mine.set(name, shown);
      byName.set(name, { definition, file });
    } else {
      const message = `The signature "${name}" is in ${other} already; this one is left out.`;
      const problem = { file: shown, line: 1, column: 1, message, hint: 'Rename one of them.', severity: 'error' } as const;
      problems.push(problem);
      leftOut.push({ file, problem, isDuplicate: true });
    }
  }
  const found = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    signatures: found.map(([, { definition }]) => definition),
    files: new Map(found.map(([name, { file }]) => [name, file])),
    problems,
    leftOut,
  };
}

async function readFolder(folder: string, source: 'built-in' | 'workspace', base: string) {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
    throw error;
  }
  const files = names.filter((name) => name.endsWith(SIGNATURE_ENDING)).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = path.join(folder, name);
      return { ...(await readSignature(file, source, base)), file, shown: displayPath(base, file) };
    }),
  );
}

function inOrder(problems: Problem[]): readonly Problem[] {
  return cutProblems(problems.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0)));
}
