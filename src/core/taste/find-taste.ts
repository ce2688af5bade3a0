import { AtelierError } from '../errors.js';
import { nearest } from '../text/edit-distance.js';
import { tasteKey } from './parse-taste.js';
import type { Taste } from './taste.js';

/**
 * The taste with this name, ignoring case, and "-" or "_" for a space.
 * @throws AtelierError `taste.unknown`: names the valid ones and the nearest.
 */
export function findTaste(tastes: readonly Taste[], name: string): Taste {
  const found = matchTaste(tastes, name);
  if (found !== undefined) return found;
  const names = tastes.map((taste) => taste.name);
  const guess = nearest(tasteKey(name), names);
  throw new AtelierError('taste.unknown', `There is no taste "${name}".`, {
    hint: `${guess === undefined ? '' : `Did you mean "${guess}"? `}Valid tastes: ${names.join(', ')}. Add your own in tastes.yaml.`,
  });
}

/** The taste with this name, as {@link findTaste} takes it; undefined when there is none. */
export function matchTaste(tastes: readonly Taste[], name: string): Taste | undefined {
  const wanted = tasteKey(name);
  return tastes.find((taste) => tasteKey(taste.name) === wanted || tasteKey(taste.label) === wanted);
}
