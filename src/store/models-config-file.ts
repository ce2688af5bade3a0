import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { type ModelsConfig, parseModelsConfig } from '../core/version/models-config.js';
import { cutProblems, displayPath, type Problem } from './problem.js';
import { readSmallTextFile } from './small-text-file.js';
import { offsetAt } from './yaml-places.js';
import { yamlProblems } from './yaml-problems.js';

/** Where a workspace names the models of its labels. */
export const MODELS_CONFIG_FILE = 'models/config.yaml';

/** An alias may stand for a part a few times; more is an attempt to make a small file huge. */
const MAX_ALIASES = 20;

/**
 * Reads `models/config.yaml`; `parseModelsConfig` says what is in it. A missing file is empty. Never throws because of what is in it, or
 * because it cannot be read: those are problems, each with its line and column; a label with an error is left out.
 * @param file absolute path
 * @param workspaceFolder what problems name the file relative to; default: the file's own folder
 */
export async function readModelsConfig(
  file: string,
  workspaceFolder: string = path.dirname(file),
): Promise<{ config: ModelsConfig; problems: readonly Problem[] }> {
  const shown = displayPath(workspaceFolder, file);
  const text = await readSmallTextFile(file, shown, 'It names models and versions only: remove the rest.');
  if (typeof text !== 'string') {
    if (text.errno === 'ENOENT' || text.errno === 'ENOTDIR') return { config: new Map(), problems: [] };
    const { message, hint } = text;
    return { config: new Map(), problems: [{ file: shown, line: 1, message, hint, severity: 'error' }] };
  }
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, schema: 'core', uniqueKeys: true, stringKeys: true });
  const problems: Problem[] = [];
  const say = (offset: number, message: string, hint: string, severity: Problem['severity'] = 'error') => {
    const { line, col } = counter.linePos(offset);
    problems.push({ file: shown, line: Math.max(1, line), column: Math.max(1, col), message, hint, severity });
  };
  for (const { offset, message, hint } of yamlProblems(document, shown)) say(offset, message, hint);
  if (problems.length > 0) return { config: new Map(), problems: cutProblems(problems) };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    say(0, `${shown} uses aliases (*) too often.`, `Write the repeated parts out; at most ${MAX_ALIASES} aliases are followed.`);
    return { config: new Map(), problems };
  }
  const { config, issues } = parseModelsConfig(value);
  for (const { path: place, message, hint, severity } of issues) say(offsetAt(document.contents, place), message, hint, severity);
  return { config, problems: cutProblems(problems.sort((a, b) => a.line - b.line)) };
}
