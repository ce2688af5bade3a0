import path from 'node:path';
import type { ScoreRecord } from '../core/version/score-record.js';
import { ensureFolder } from './atelier-folder.js';
import { statIfExists } from './csv-reader.js';
import { JsonLinesFile, type JsonObject, parseJsonLines } from './json-lines.js';
import type { Problem } from './problem.js';
import type { VersionFolders, VersionPlace } from './version-folders.js';
import { readWholeFile } from './whole-file.js';

const FORMAT = 'atelier-score/1';
const SCORES_FILE = 'scores.jsonl';

/**
 * The scores of a signature's versions that were measured after these were saved, in `prompts/<signature>/scores.jsonl`: a line each, so
 * that git merges them. Lines that cannot be used are skipped and reported.
 */
export class VersionScores {
  constructor(
    private readonly place: VersionPlace,
    private readonly folders: VersionFolders,
    private readonly onProblem: (problem: Problem) => void,
  ) {}

  /** In the order in which they were made. @throws AtelierError `signature.invalid`, `data.unreadable` */
  async read(signature: string): Promise<ScoreRecord[]> {
    const file = path.join(this.folders.folderOf(signature), SCORES_FILE);
    if ((await statIfExists(file)) === undefined) return [];
    const { lines, problems } = await parseJsonLines(await readWholeFile(file, this.folders.shown(file)), this.folders.shown(file));
    for (const problem of problems) this.onProblem(problem);
    return lines.flatMap(({ value }) => (isRecord(value) ? [value] : [])).sort((a, b) => a.when.localeCompare(b.when));
  }

  /** Saved when it returns. @throws AtelierError `signature.invalid`, `data.not_writable`, `data.locked` */
  async append(signature: string, record: ScoreRecord): Promise<void> {
    const folder = this.folders.folderOf(signature);
    await ensureFolder(folder);
    const { workspaceFolder, locks } = this.place;
    const lines = new JsonLinesFile({ file: path.join(folder, SCORES_FILE), workspaceFolder, locks, onProblem: this.onProblem });
    await lines.append([{ format: FORMAT, ...record }]);
  }
}

/** What a newer version wrote, or a hand changed, is as good as missing. */
function isRecord(value: JsonObject): value is JsonObject & ScoreRecord {
  const { format, hash, number, when, who, score } = value;
  if (format !== FORMAT || typeof hash !== 'string' || typeof number !== 'number' || typeof when !== 'string' || typeof who !== 'string') {
    return false;
  }
  if (typeof score !== 'object' || score === null) return false;
  const { score: value01, interval, perCall, sha256, file, metric, model } = score as JsonObject;
  const texts = [sha256, file, metric, model].every((text) => typeof text === 'string');
  return texts && typeof value01 === 'number' && Array.isArray(interval) && interval.length === 2 && typeof perCall === 'object';
}
