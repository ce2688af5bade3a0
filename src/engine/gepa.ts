import type { ReflectiveSearch } from '../core/optimizer/gepa.js';
import type { OpenModel } from '../models/model-hub.js';

export function reflectWithAx(_teacher: OpenModel): ReflectiveSearch {
  return async () => undefined;
}
