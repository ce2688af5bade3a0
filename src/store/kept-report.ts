import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import type { EvaluationOutcome } from '../core/evaluation/document.js';
import { isJsonObject, type JsonValue } from '../core/text/json-schema.js';
import { ensureAtelierFolder } from './atelier-folder.js';
import { statIfExists } from './csv-reader.js';
import { displayPath } from './problem.js';
import { replaceFile } from './replace-file.js';
import { readWholeFile } from './whole-file.js';

const FORMAT = 'atelier-report/1';
const FOLDER = 'reports';

/** Keeps the last evaluation of a signature in `.atelier/reports/`, in place of the one before. @throws AtelierError `data.not_writable` */
export async function keepReport(workspaceFolder: string, outcome: EvaluationOutcome): Promise<void> {
  const file = fileOf(await ensureAtelierFolder(workspaceFolder), outcome.facts.signature.name);
  await mkdir(path.dirname(file), { recursive: true });
  await replaceFile(file, JSON.stringify({ format: FORMAT, ...outcome }), displayPath(workspaceFolder, file));
}

/** The last evaluation of a signature; undefined when there is none that can be used. @throws AtelierError `data.unreadable` */
export async function readKeptReport(workspaceFolder: string, signature: string): Promise<EvaluationOutcome | undefined> {
  const file = fileOf(path.join(workspaceFolder, '.atelier'), signature);
  if ((await statIfExists(file)) === undefined) return undefined;
  const bytes = await readWholeFile(file, displayPath(workspaceFolder, file));
  const outcome = parsed(bytes.toString('utf8'));
  if (outcome === undefined) return undefined;
  const { facts, report, baseline } = outcome;
  return {
    facts,
    report: revived(report),
    ...(baseline === undefined ? {} : { baseline: { ...baseline, report: revived(baseline.report) } }),
  };
}

/** What a newer version wrote, or a hand changed, is as good as missing. */
function parsed(text: string): EvaluationOutcome | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isJsonObject(value) || value.format !== FORMAT) return undefined;
  const { facts, report } = value;
  const isWhole = isJsonObject(facts) && isJsonObject(facts.signature) && isJsonObject(report) && Array.isArray(report.rows);
  return isWhole ? (value as unknown as EvaluationOutcome) : undefined;
}

/** Why it ended early is an error again. */
function revived(report: EvaluationOutcome['report']): EvaluationOutcome['report'] {
  const { stopped } = report;
  return stopped === undefined ? report : { ...report, stopped: new AtelierError(stopped.code, stopped.message, stopped) };
}

/** A signature's name is a file's name already. */
function fileOf(atelierFolder: string, signature: string): string {
  return path.join(atelierFolder, FOLDER, `${path.basename(signature)}.json`);
}
