import type { Example } from '../example/example.js';
import { inputsKey } from '../example/example.js';
import { stratumField } from '../example/splits.js';
import type { Random } from '../random.js';
import type { Signature } from '../signature/signature.js';
import { canonicalJson } from '../text/json-schema.js';
import type { VersionDemo } from '../version/version.js';
import type { LabeledDemo } from './optimizer.js';

/**
 * What can be a labeled demo: the start's own demos, then the rows of the trainset that have every label. No input is there twice.
 * @param file the trainset as people read it
 */
export function labeledPool(signature: Signature, own: readonly VersionDemo[], trainset: readonly Example[], file: string): LabeledDemo[] {
  const required = signature.outputs.filter(({ optional }) => optional !== true);
  const rows = trainset.filter(({ expected }) => required.every(({ name }) => (expected[name] ?? null) !== null));
  const pool: LabeledDemo[] = [
    ...own.map((demo) => ({ ...demo, example: undefined })),
    ...rows.map((example) => {
      const { inputs, expected, row } = example;
      return { inputs, outputs: expected, quality: 1, augmented: false, source: { file, row: row.row }, example };
    }),
  ];
  const seen = new Set<string>();
  return pool.filter(({ inputs }) => {
    const key = inputsKey(inputs);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/**
 * Demos by chance, without putting back. Where an output is a class, labels take turns, so that few demos show as many labels as they
 * can; which label begins is chance, too.
 */
export function sampleDemos<T extends VersionDemo>(pool: readonly T[], count: number, random: Random, signature: Signature): T[] {
  const field = stratumField(signature);
  const strata = new Map<string, T[]>();
  for (const demo of shuffled(pool, random)) {
    const label = field === undefined ? '' : canonicalJson(demo.outputs[field] ?? null);
    const others = strata.get(label);
    if (others === undefined) strata.set(label, [demo]);
    else others.push(demo);
  }
  const chosen: T[] = [];
  for (let turn = 0; chosen.length < Math.min(count, pool.length); turn++) {
    for (const demos of strata.values()) {
      const demo = demos[turn];
      if (demo !== undefined && chosen.length < count) chosen.push(demo);
    }
  }
  return chosen;
}

/** In an order by chance: Fisher and Yates, in Durstenfeld's form (1964). The list itself stays as it is. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}

/** Demos without what a version does not keep. */
export function plainDemos(demos: readonly LabeledDemo[]): VersionDemo[] {
  return demos.map(({ example: _, ...demo }) => demo);
}
