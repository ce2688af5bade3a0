import type { Example } from '../example/example.js';
import { type FieldValues, textOf } from '../program/program.js';
import { printOneLine } from '../signature/print-one-line.js';
import type { Signature } from '../signature/signature.js';
import type { VersionDemo } from '../version/version.js';
import type { Lab } from './lab.js';

/** Signatures of the library through which the teacher's model is asked; a workspace may have its own of these names. */
const DESCRIBE_DATASET = 'DescribeDataset';
const PROPOSE_INSTRUCTIONS = 'ProposeInstructions';

/** Rows that are looked at together, and the most such looks. */
const BATCH = 10;
const MOST_BATCHES = 10;
/** Demos that a proposal is shown. */
const SHOWN_DEMOS = 3;

/** What each proposal is advised, in turn, so that they differ (as in MIPROv2, Opsahl-Ong et al. 2024). */
const TIPS = [
  '',
  'Be creative: look at the task from another side than the current instructions do.',
  'Keep it short and clear.',
  'Be very informative: say what makes each answer right, and where mistakes are likely.',
  'Say what is at stake when the answer is wrong.',
  'Begin with the role of an expert who does this task every day.',
] as const;

/** Calls that {@link describeDataset} makes for so many rows. */
export function descriptionCalls(rows: number): number {
  const batches = Math.min(MOST_BATCHES, Math.ceil(rows / BATCH));
  return batches + (batches > 1 ? 1 : 0);
}

/** A few sentences on the rows of a trainset: looked at in batches, then summed up. @throws AtelierError as `Lab.ask` */
export async function describeDataset(lab: Lab, signature: Signature, trainset: readonly Example[]): Promise<string> {
  const batches = Array.from({ length: Math.min(MOST_BATCHES, Math.ceil(trainset.length / BATCH)) }, (_, index) =>
    trainset.slice(index * BATCH, (index + 1) * BATCH),
  );
  const look = async (rows: string, seed: number) => {
    const { observations } = await lab.ask(DESCRIBE_DATASET, { task: printOneLine(signature), rows }, { seed });
    return textOf(observations).trim();
  };
  const seen = await Promise.all(
    batches.map((rows, index) => look(rows.map(({ inputs, expected }) => rowText(inputs, expected)).join('\n---\n'), lab.seed + index)),
  );
  const [first = ''] = seen;
  return seen.length < 2 ? first : look(seen.map((text, index) => `Observations of part ${index + 1}:\n${text}`).join('\n\n'), lab.seed);
}

/** What proposals are made from. */
export interface ProposalFacts {
  readonly signature: Signature;
  readonly instructions: string;
  readonly dataset: string;
  /** Examples that show the task, for each proposal; it is made when they are there. */
  readonly demosFor: (index: number) => readonly VersionDemo[] | Promise<readonly VersionDemo[]>;
  /** What went wrong with the current instructions, where that is known. */
  readonly mistakes?: string | undefined;
}

/**
 * Instructions that a model proposes: none twice, and not the current ones.
 * @param count calls that are made; as many proposals at the most
 * @param round tells the proposals of one round from those of another
 * @throws AtelierError as `Lab.ask`
 */
export async function proposeInstructions(lab: Lab, facts: ProposalFacts, count: number, round = 0): Promise<string[]> {
  const { signature, instructions, dataset, mistakes = '' } = facts;
  const proposed = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const tip = TIPS[index % TIPS.length] ?? '';
      const demos = (await facts.demosFor(index)).slice(0, SHOWN_DEMOS);
      const given = {
        task: printOneLine(signature),
        current_instructions: instructions,
        ...(dataset === '' ? {} : { dataset }),
        ...(demos.length === 0 ? {} : { demos: demos.map(({ inputs, outputs }) => rowText(inputs, outputs)).join('\n---\n') }),
        ...(mistakes === '' ? {} : { mistakes }),
        ...(tip === '' ? {} : { tip }),
      };
      const outputs = await lab.ask(PROPOSE_INSTRUCTIONS, given, { seed: lab.seed + 1_000 * round + index, temperature: 1 });
      return textOf(outputs.instructions).trim();
    }),
  );
  const known = new Set([instructions.trim()]);
  return proposed.filter((text) => {
    const isNew = text !== '' && !known.has(text);
    known.add(text);
    return isNew;
  });
}

function rowText(inputs: FieldValues, outputs: FieldValues): string {
  return [...Object.entries(inputs), ...Object.entries(outputs)].map(([name, value]) => `${name}: ${textOf(value)}`).join('\n');
}
