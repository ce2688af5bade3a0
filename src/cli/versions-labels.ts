import type { Labels } from '../core/version/labels.js';
import type { ScoreDifference } from '../core/version/promotion.js';
import { versionName } from '../core/version/version-name.js';
import { definitionOfVersion } from '../core/version/version-program.js';
import { type CommandContext, userOf } from './context.js';
import { requireNames } from './names.js';
import { usage } from './options.js';
import { openVersions } from './signature.js';

/** `versions label <signature> <version> <label> [--why W]`; the version `none` takes it away. */
export async function label(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature, reference, name] = requireNames('label', names, ['a signature', 'a version or "none"', 'a label']);
  const store = await openVersions(context);
  const request = { label: name, who: userOf(context), why: context.values.why ?? '' };
  const labels =
    reference === 'none'
      ? await store.moveLabel(signature, { ...request, to: null })
      : await store.promote(signature, { ...request, to: (await store.find(signature, reference)).number });
  return say(context, signature, name, labels);
}

/**
 * `versions promote <signature> <version> [--label L] [--why W] [--require-better-than REF --on F]`; `--data` says the same as `--on`.
 * @returns the exit code: 1 when it is not better than what it must be better than
 */
export async function promote(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature, reference] = requireNames('promote', names, ['a signature', 'a version']);
  const { values, output } = context;
  const { label: name = 'production', why = '', on, data = on } = values;
  const other = values['require-better-than'];
  if (on !== undefined && on !== data) throw usage('--on and --data name two files.', 'Leave one of them out.');
  if (other === undefined && data !== undefined) {
    throw usage('Rows are for --require-better-than.', 'Add --require-better-than production, or leave --on and --data out.');
  }
  const store = await openVersions(context);
  const version = await store.find(signature, reference);
  let comparison: ScoreDifference | undefined;
  if (other !== undefined) {
    const baseline = await store.find(signature, other);
    const { compareOnRows } = await import('./evaluate.js');
    const { compare, text } = await compareOnRows({ ...context, values: { ...values, data } }, definitionOfVersion(version), {
      with: other,
      definition: definitionOfVersion(baseline),
    });
    output.note(text);
    if (compare === undefined || compare.difference === null || compare.verdict !== 'better') {
      const reason = `${versionName(version.number)} is not better than ${other}: ${name} stays where it is.`;
      output.result(
        { signature, version: versionName(version.number), label: name, promoted: false, reason, compare: compare ?? null },
        reason,
      );
      return 1;
    }
    comparison = { difference: compare.difference, interval: compare.interval, verdict: compare.verdict };
  }
  const request = { label: name, to: version.number, who: userOf(context), why };
  const labels = await store.promote(signature, request, comparison === undefined ? {} : { comparison });
  return say(context, signature, name, labels);
}

/** `versions rollback <signature> [label] --why W`. */
export async function rollBack(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature, name = 'production', ...more] = names;
  if (signature === undefined || more.length > 0)
    throw usage('versions rollback takes a signature, and a label.', 'For example: versions rollback sentiment production --why "…"');
  const labels = await (await openVersions(context)).rollBack(signature, name, { who: userOf(context), why: context.values.why ?? '' });
  return say(context, signature, name, labels);
}

/** `versions resolve <signature> [--take ours|theirs] [--why W]`: what git left of a merge. */
export async function resolve(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature] = requireNames('resolve', names, ['a signature']);
  const { take, why = 'merge resolved' } = context.values;
  if (take !== undefined && take !== 'ours' && take !== 'theirs') throw usage(`--take takes ours or theirs, not "${take}".`, 'Correct it.');
  const store = await openVersions(context);
  const { isClean } = await store.merge(signature);
  if (isClean) {
    context.output.result({ signature, resolved: false }, `Nothing is left of a merge in the versions of ${signature}.`);
    return 0;
  }
  const { changes } = await store.resolveMerge(signature, { labels: take, who: userOf(context), why });
  const renumbered = changes.map(({ from, to }) => ({ from: versionName(from), to: versionName(to) }));
  const said = renumbered.map(({ from, to }) => `${from} of the other side is ${to} now.`);
  context.output.result({ signature, resolved: true, renumbered }, [`Resolved the merge of ${signature}.`, ...said].join('\n'));
  return 0;
}

function say({ output }: CommandContext, signature: string, label: string, labels: Labels): number {
  const at = labels.current.get(label);
  const version = at === undefined ? null : versionName(at);
  const text = version === null ? `${signature} has no label ${label} any more.` : `${label} of ${signature} is ${version} now.`;
  output.result({ signature, label, version, promoted: true }, text);
  return 0;
}
