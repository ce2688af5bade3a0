import type { Report, SignatureIssue } from '../signature/definition.js';
import { signatureNameProblem } from '../signature/signature.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import { labelNameProblem, parseVersionReference } from './version-name.js';

/** What runs where a label is named. */
export interface LabelModel {
  /** As `--model` takes it: `openai:gpt-4o-mini`. */
  readonly model: string;
  /** The version of each signature, whatever its labels say; by the signature's name, and under `*` for all others. */
  readonly versions: ReadonlyMap<string, number>;
}

/** By the label's name. */
export type ModelsConfig = ReadonlyMap<string, LabelModel>;

/** Stands for every signature. */
const ALL = '*';

/**
 * Checks `models/config.yaml`, as plain data:
 *
 * ```yaml
 * labels:
 *   production:
 *     model: openai:gpt-4o-mini
 *     version: v3                 # or {sentiment: v3, summary: v7}; without it the label's own version
 * ```
 *
 * @returns the labels that can be used, and every issue; a label with an error is left out
 */
export function parseModelsConfig(value: unknown): { config: ModelsConfig; issues: readonly SignatureIssue[] } {
  const issues: SignatureIssue[] = [];
  const report: Report = (path, message, hint, severity = 'error') => {
    issues.push({ path, message, hint, severity });
  };
  const config = new Map<string, LabelModel>();
  if (value === undefined || value === null) return { config, issues };
  const labels = isJsonObject(value) ? (value.labels ?? {}) : undefined;
  if (!isJsonObject(value) || !isJsonObject(labels)) {
    report([], 'There is no "labels:" with labels below it.', 'Begin with "labels:", then a label with its "model:".');
    return { config, issues };
  }
  for (const key of Object.keys(value).filter((part) => part !== 'labels')) {
    report([key], `There is no part "${key}"; it is ignored.`, 'The only part is "labels".', 'warning');
  }
  for (const [label, entry] of Object.entries(labels)) {
    const before = issues.length;
    const path = ['labels', label];
    const hint = labelNameProblem(label);
    if (hint !== undefined) report(path, `"${label}" is no name of a label.`, hint);
    const found = readEntry(entry, path, report);
    if (found !== undefined && issues.slice(before).every(({ severity }) => severity === 'warning')) config.set(label, found);
  }
  return { config, issues };
}

/** What runs for a signature where a label is named; the version is undefined when the label itself says it. */
export function modelOf(
  config: ModelsConfig,
  label: string,
  signature: string,
): { model: string; version: number | undefined } | undefined {
  const found = config.get(label);
  return found === undefined ? undefined : { model: found.model, version: found.versions.get(signature) ?? found.versions.get(ALL) };
}

function readEntry(entry: JsonValue | undefined, path: readonly string[], report: Report): LabelModel | undefined {
  if (!isJsonObject(entry)) {
    report(path, 'A label must be a map.', 'Write {model: openai:gpt-4o-mini}.');
    return undefined;
  }
  for (const key of Object.keys(entry).filter((part) => part !== 'model' && part !== 'version')) {
    report([...path, key], `A label has no part "${key}"; it is ignored.`, 'Its parts: model, version.', 'warning');
  }
  const { model, version } = entry;
  if (typeof model !== 'string' || model.trim() === '') {
    report(model === undefined ? path : [...path, 'model'], 'The label has no model.', 'Add "model:", for example openai:gpt-4o-mini.');
    return undefined;
  }
  const versions = new Map<string, number>();
  const pin = (signature: string, reference: JsonValue | undefined, place: readonly string[]) => {
    const number = numberOf(reference);
    if (number === undefined) report(place, `${JSON.stringify(reference)} is no number of a version.`, 'Write v3, or leave it out.');
    else versions.set(signature, number);
  };
  if (isJsonObject(version)) {
    for (const [signature, reference] of Object.entries(version)) {
      const hint = signatureNameProblem(signature);
      const place = [...path, 'version', signature];
      if (hint !== undefined) report(place, `"${signature}" is no name of a signature.`, hint);
      pin(signature, reference, place);
    }
  } else if (version !== undefined && version !== null) pin(ALL, version, [...path, 'version']);
  return { model: model.trim(), versions };
}

function numberOf(reference: JsonValue | undefined): number | undefined {
  if (typeof reference !== 'string' && typeof reference !== 'number') return undefined;
  if (!/^\s*v?0*[1-9]\d{0,8}\s*$/i.test(String(reference))) return undefined;
  const parsed = parseVersionReference(String(reference));
  return 'number' in parsed ? parsed.number : undefined;
}
