import type { Executor } from '../program/executor.js';
import { textOf } from '../program/program.js';
import type { Version, VersionDraft } from './version.js';
import { contentDocument } from './version-document.js';

/** The signature that says in words what changed; a workspace may have its own of this name. */
export const DESCRIBE_CHANGES = 'DescribeChanges';

/**
 * Lets a model say in words what changed from a version to a draft of the next one.
 * @param executor runs a signature with the inputs `before` and `after`, such as {@link DESCRIBE_CHANGES}; its first output counts
 * @throws AtelierError `input.*`, `model.*`
 */
export async function describeChanges(
  executor: Executor,
  before: Version,
  after: VersionDraft,
  options: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const { outputs } = await executor.run({ before: contentDocument(before), after: contentDocument(after) }, options);
  const [field] = executor.routes[0].program.signature.outputs;
  return textOf(outputs[field?.name ?? '']).trim();
}
