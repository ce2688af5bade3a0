import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Example, readExamples } from '../../../src/core/example/example.js';
import { SPLITS, type SplitName } from '../../../src/core/example/splits.js';
import { textOf } from '../../../src/core/program/program.js';
import type { SignatureDefinition } from '../../../src/core/signature/definition.js';
import { parseSignatureText, readDataset, readSignature, requireDefinition } from '../../../src/store/index.js';

const FOLDER = path.resolve('data/benchmarks');
/** Share of words from which on two rows are near-duplicates. */
const NEAR = 0.5;

interface Benchmark {
  /** The least rows of each split. */
  readonly least: Readonly<Record<SplitName, number>>;
  /** The inputs that tell rows apart; all when absent. */
  readonly compared?: readonly string[];
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  sentiment: { least: { train: 60, validation: 60, test: 150 } },
  routing: { least: { train: 60, validation: 60, test: 150 } },
  extraction: { least: { train: 60, validation: 60, test: 150 } },
  'image-prompts': { least: { train: 60, validation: 40, test: 60 }, compared: ['user_input'] },
};

async function definitionOf(name: string): Promise<SignatureDefinition> {
  const file = path.join(FOLDER, name, `${name}.signature.yaml`);
  // The image prompts are for a signature that comes with the product.
  if (!existsSync(file)) return requireDefinition(await readSignature(path.resolve('data/signatures/ImagePrompt.signature.yaml')), true);
  return requireDefinition(parseSignatureText(await readFile(file, 'utf8'), name).file, true);
}

async function examplesOf(name: string, split: SplitName, { signature }: SignatureDefinition): Promise<readonly Example[]> {
  const file = path.join(FOLDER, name, `${split}.csv`);
  const { columns, rows, problems } = await readDataset(file, FOLDER);
  assert.deepEqual(problems, []);
  const found = readExamples({ signature, columns, rows, file, needsLabels: true });
  assert.deepEqual(found.problems, []);
  assert.equal(found.examples.length, rows.length);
  return found.examples;
}

/** The words of a row's inputs, without case and punctuation. */
function wordsOf({ inputs }: Pick<Example, 'inputs'>, fields: readonly string[] = Object.keys(inputs)): ReadonlySet<string> {
  const text = fields.map((field) => textOf(inputs[field])).join(' ');
  const words = text.toLowerCase().replace(/[^\p{L}\p{N}\p{M}\s]+/gu, '');
  return new Set(words.split(/\s+/).filter((word) => word !== ''));
}

/** Jaccard index of two sets. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((word) => b.has(word)).length;
  return common / (a.size + b.size - common);
}

describe('the data of the benchmarks', () => {
  for (const [name, { least, compared }] of Object.entries(BENCHMARKS)) {
    describe(name, () => {
      let definition: SignatureDefinition;
      const examples: Partial<Record<SplitName, readonly Example[]>> = {};
      const of = (split: SplitName) => examples[split] ?? [];
      before(async () => {
        definition = await definitionOf(name);
        for (const split of SPLITS) examples[split] = await examplesOf(name, split, definition);
      });

      it('has enough rows, and every row can be read, with valid labels', () => {
        for (const split of SPLITS) assert.ok(of(split).length >= least[split], `${of(split).length} rows of ${split}`);
      });

      it('has every label of every class in each split', () => {
        for (const { name: field, type, options = [] } of definition.signature.outputs) {
          if (type !== 'class') continue;
          for (const split of SPLITS) {
            const labels = new Set(of(split).map(({ expected }) => expected[field]));
            assert.deepEqual(
              [...options].filter((option) => !labels.has(option)),
              [],
              `${field} in ${split}`,
            );
          }
        }
      });

      it('has no row of a split, or one much like it, in another one, nor among the examples of the signature', () => {
        const own = definition.source === 'workspace' ? definition.examples.map(({ inputs }) => wordsOf({ inputs }, compared)) : [];
        const words = SPLITS.map((split) => of(split).map((example) => wordsOf(example, compared)));
        const near = [own, ...words].flatMap((rows, index) =>
          words
            .slice(index)
            .flatMap((others) =>
              rows.flatMap((a) => others.filter((b) => likeness(a, b) >= NEAR).map((b) => `${[...a].join(' ')} | ${[...b].join(' ')}`)),
            ),
        );
        assert.deepEqual(near, []);
      });
    });
  }

  it('would be found out when a row came back in other words', () => {
    const [row, again, other] = ['The soup was cold, sadly.', 'the SOUP was… cold!', 'A warm welcome, and great soup.'].map((review) =>
      wordsOf({ inputs: { review } }),
    ) as [ReadonlySet<string>, ReadonlySet<string>, ReadonlySet<string>];
    assert.ok(likeness(row, again) >= NEAR);
    assert.ok(likeness(row, other) < NEAR);
  });
});
