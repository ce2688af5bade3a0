import { mean } from '../evaluation/statistics.js';
import type { Example } from '../example/example.js';
import { changed, type ScoredCandidate } from './candidate.js';
import type { Lab } from './lab.js';
import { tokensPerAnswer } from './leaderboard.js';
import type { Optimizer } from './optimizer.js';

/** What one demo is worth to a program. */
export interface DemoWorth {
  /** Position among the demos, 0 for the first. */
  readonly demo: number;
  /** The score on validation without it, failures counted as 0. */
  readonly without: number;
  /** How much the score falls without it; negative when it does harm. */
  readonly worth: number;
  /** Tokens of an answer that it costs, in the mean; undefined when it is not known. */
  readonly tokens: number | undefined;
}

/**
 * Which demo earns its place: each one is left out once, and the program is scored again (leave-one-out).
 * @throws AtelierError as `Lab.attempt`
 */
export async function ablateDemos(lab: Lab, candidate: ScoredCandidate, valset: readonly Example[]): Promise<readonly DemoWorth[]> {
  return Promise.all(
    candidate.demos.map(async (_, demo): Promise<DemoWorth> => {
      const { program } = without(candidate, demo);
      const rows = await Promise.all(valset.map((example) => lab.attempt(program, example)));
      const score = mean(rows.map(({ score: each = 0 }) => each)) ?? 0;
      const tokens = tokensPerAnswer(rows);
      const saved = tokens === undefined || candidate.tokens === undefined ? undefined : candidate.tokens - tokens;
      return { demo, without: score, worth: candidate.score - score, tokens: saved };
    }),
  );
}

/** Demo ablation as an optimizer: demos that the score does not fall without are left out, the least useful first, while it does not fall. */
export function demoAblation(): Optimizer {
  return {
    name: 'ablation',
    options: {},
    // Each round leaves one out, so that the rounds have one demo less each.
    forecast: ({ validation, demos }) => ({
      parts: [{ by: 'student', calls: (validation * demos * (demos + 1)) / 2, demos: Math.max(0, demos - 1) }],
      exact: false,
    }),
    async run({ start, lab, board, valset }) {
      lab.emit({ kind: 'phase', phase: 'ablation' });
      let current = board.best ?? (await board.consider(start));
      if (current.demos.length === 0) lab.emit({ kind: 'note', text: 'There is no demo to leave out.' });
      while (current.demos.length > 0) {
        const worths = await ablateDemos(lab, current, valset);
        const [least] = [...worths].sort((a, b) => a.worth - b.worth || b.demo - a.demo);
        if (least === undefined || least.worth > 0) return;
        // It is no better, but cheaper: the next round starts from it all the same.
        current = await board.consider(without(current, least.demo));
      }
    },
  };
}

function without(candidate: ScoredCandidate, demo: number) {
  const demos = candidate.demos.filter((_, index) => index !== demo);
  return changed(candidate, `${demos.length} demos`, `without demo ${demo + 1} of ${candidate.demos.length}`, { demos });
}
