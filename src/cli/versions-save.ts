import { programHash } from '../core/program/program-hash.js';
import { baseProgram } from '../core/signature/find-signature.js';
import { changesBetween, changesText } from '../core/version/changes.js';
import { DESCRIBE_CHANGES, describeChanges } from '../core/version/describe-changes.js';
import type { Version, VersionDraft } from '../core/version/version.js';
import { versionName } from '../core/version/version-name.js';
import { programOf } from '../core/version/version-program.js';
import { writtenDraft } from '../core/version/written-version.js';
import { type CommandContext, userOf } from './context.js';
import { modeOf, openExecutor } from './executor.js';
import { requireNames } from './names.js';
import { definitionOf, openVersions } from './signature.js';

/** `versions save <signature> [--why W] [--describe]`: the signature as its file says, as a new version. */
export async function save(context: CommandContext, names: readonly string[]): Promise<number> {
  const [reference] = requireNames('save', names, ['a signature']);
  const definition = await definitionOf(context, reference, modeOf(context));
  const { name } = definition.signature;
  const store = await openVersions(context);
  const before = await store.newest(name);
  if (before !== undefined && programHash(programOf(before).program) === programHash(baseProgram(definition))) {
    const version = versionName(before.number);
    context.output.result({ signature: name, version, saved: false }, `${version} of ${name} says the same: nothing was saved.`);
    return 0;
  }
  const draft = writtenDraft(definition, { author: userOf(context), created: new Date().toISOString(), before });
  const structural = before === undefined ? undefined : changesText(changesBetween(before, draft));
  const described = before === undefined || context.values.describe !== true ? undefined : await describe(context, before, draft);
  const changes = [structural, described].filter((text) => text !== undefined && text !== '').join(' ') || undefined;
  const { why } = context.values;
  const saved = await store.save(name, {
    ...draft,
    ...(why === undefined ? {} : { note: why }),
    ...(changes === undefined ? {} : { changes }),
  });
  const version = versionName(saved.number);
  context.output.result(
    { signature: name, version, saved: true, changes: changes ?? null },
    `Saved ${version} of ${name}. ${changes ?? ''}`.trim(),
  );
  return 0;
}

/** What changed, in a model's words. @throws AtelierError `model.*` */
async function describe(context: CommandContext, before: Version, draft: VersionDraft): Promise<string> {
  const definition = await definitionOf(context, DESCRIBE_CHANGES, modeOf(context));
  const { executor } = await openExecutor(context, definition, { plain: true });
  return describeChanges(executor, before, draft, { seed: 1, signal: context.signal });
}
