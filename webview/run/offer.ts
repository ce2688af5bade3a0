import type { RunView } from '../../src/features/optimize/protocol.js';
import { verdictWords } from './verdict-words.js';

export type Action = 'pause' | 'stop' | 'resume' | 'promote' | 'compare' | 'discard';

/** What may be done with a run now, the primary action first where there is one. */
export interface Offer {
  readonly actions: readonly Action[];
  readonly primary: Action | undefined;
}

export function offerOf({ status, result, rows }: RunView, canAct: boolean): Offer {
  if (status === 'discarded') return { actions: [], primary: undefined };
  if (status === 'done') {
    if (result === null) return { actions: canAct ? ['discard'] : [], primary: undefined };
    // The start itself differs in nothing from the start.
    const compare: Action[] = result.best === result.candidates[0]?.id ? [] : ['compare'];
    const promote: Action[] = canAct && verdictWords(result, rows.test).noPromotion === undefined ? ['promote'] : [];
    return { actions: [...promote, ...compare, ...(canAct ? (['discard'] as const) : [])], primary: [...promote, ...compare][0] };
  }
  if (!canAct) return { actions: [], primary: undefined };
  return status === 'running' ? { actions: ['pause', 'stop'], primary: undefined } : { actions: ['resume'], primary: 'resume' };
}
