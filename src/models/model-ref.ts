import { AtelierError } from '../core/errors.js';
import { nearest } from '../core/text/edit-distance.js';
import { PRESETS } from './presets.js';

/** The default model. */
export const EMBEDDED = 'embedded';
/** Prefix of the editor's own models: `vscode:<vendor>/<id>`. */
export const EDITOR = 'vscode';

/** Which model: `embedded`, `<preset>:<model>` or `vscode:<vendor>/<id>`. */
export interface ModelRef {
  readonly provider: string;
  readonly model: string;
}

/** @throws AtelierError `model.unknown`: names the valid forms and the nearest provider */
export function parseModelRef(text: string): ModelRef {
  const trimmed = text.trim();
  if (trimmed === EMBEDDED || trimmed === '') return { provider: EMBEDDED, model: EMBEDDED };
  const colon = trimmed.indexOf(':');
  const provider = colon < 0 ? trimmed : trimmed.slice(0, colon);
  const model = colon < 0 ? '' : trimmed.slice(colon + 1).trim();
  const providers = [EMBEDDED, ...PRESETS.map((preset) => preset.id), EDITOR];
  if (!providers.includes(provider) || provider === EMBEDDED) {
    const guess = nearest(provider, providers);
    throw new AtelierError('model.unknown', `There is no model "${trimmed}".`, {
      hint: `${guess === undefined ? '' : `Did you mean "${guess}"? `}Valid: embedded, or <provider>:<model> with one of ${providers.slice(1).join(', ')}.`,
    });
  }
  if (model === '') {
    throw new AtelierError('model.unknown', `"${trimmed}" names a provider but no model.`, { hint: `Write ${provider}:<model>.` });
  }
  return { provider, model };
}

/** The inverse of {@link parseModelRef}. */
export function formatModelRef(ref: ModelRef): string {
  return ref.provider === EMBEDDED ? EMBEDDED : `${ref.provider}:${ref.model}`;
}
