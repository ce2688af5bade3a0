import { scoreText } from '../core/evaluation/wording.js';
import { ageText } from '../core/text/age.js';
import { changesDocument } from '../core/version/changes.js';
import { labelsOf, NO_LABELS } from '../core/version/labels.js';
import type { VersionScore } from '../core/version/version.js';
import { versionDocument } from '../core/version/version-document.js';
import type { VersionFacts } from '../core/version/version-facts.js';
import { versionName } from '../core/version/version-name.js';
import { versionText } from '../core/version/version-text.js';
import type { CommandContext } from './context.js';
import { requireNames } from './names.js';
import { usage } from './options.js';
import { openVersions, placeOf } from './signature.js';
import { exported } from './versions-exchange.js';

/** One version in `versions list --json`. */
interface ListedVersion {
  readonly signature: string;
  readonly version: string;
  readonly scope: VersionFacts['scope'];
  readonly labels: readonly string[];
  readonly parents: readonly string[];
  readonly created: string;
  readonly author: string;
  readonly optimizer: string | null;
  readonly note?: string;
  readonly leaked: boolean;
  readonly scores: { readonly baseline: ScoreDocument | null; readonly own: ScoreDocument | null };
}

type ScoreDocument = Omit<VersionScore, 'perCall'> & { readonly per_call: VersionScore['perCall'] };

/** `versions list [signature]`: the newest first. */
export async function list(context: CommandContext, names: readonly string[]): Promise<number> {
  const [only, ...more] = names;
  if (more.length > 0) throw usage('versions list takes one signature at the most.', 'Leave the others out.');
  const store = await openVersions(context);
  const signatures = only === undefined ? await store.signatures() : [only];
  const found: { readonly facts: VersionFacts; readonly listed: ListedVersion }[] = [];
  let isBroken = false;
  for (const signature of signatures) {
    const [all, { labels = NO_LABELS }] = await Promise.all([store.list(signature), store.inspectLabels(signature)]);
    const problems = await store.problems(signature, all);
    for (const problem of problems) context.output.warn(`${placeOf(problem)}: ${problem.message} ${problem.hint}`);
    isBroken ||= all.broken.length > 0 || problems.some(({ severity }) => severity === 'error');
    for (const facts of all.versions) found.push({ facts, listed: listedVersion(signature, facts, labelsOf(labels, facts.number)) });
  }
  const now = new Date();
  context.output.result(
    found.map(({ listed }) => listed),
    found.length === 0 ? 'No version is saved yet.' : found.map(({ facts, listed }) => line(facts, listed, now)).join('\n'),
  );
  return isBroken ? 1 : 0;
}

/** `versions show <signature> <version> [--as FORMAT]`. */
export async function show(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature, reference] = requireNames('show', names, ['a signature', 'a version or label']);
  const store = await openVersions(context);
  const found = await store.find(signature, reference);
  const version = await store.readScored(signature, found.number);
  const { as } = context.values;
  if (as === undefined) context.output.result(JSON.parse(versionText(version)), versionDocument(version).trimEnd());
  else if (as === 'json') context.output.result(JSON.parse(versionText(version)), versionText(version).trimEnd());
  else {
    const { text, notCarried } = await exported(context, version, as);
    for (const lost of notCarried) context.output.warn(`Not carried over: ${lost}`);
    context.output.result({ version: versionName(version.number), format: as, text, not_carried: notCarried }, text.trimEnd());
  }
  return 0;
}

/** `versions diff <signature> A B`. */
export async function diff(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature, from, to] = requireNames('diff', names, ['a signature', 'a version', 'another version']);
  const store = await openVersions(context);
  const [before, after] = await Promise.all([store.find(signature, from), store.find(signature, to)]);
  const document = changesDocument(before, after);
  context.output.result(document, `${versionName(before.number)} → ${versionName(after.number)}\n${document.text}`);
  return 0;
}

function listedVersion(signature: string, facts: VersionFacts, labels: readonly string[]): ListedVersion {
  const { number, scope, parents, created, author, optimizer, note, leaked, scores } = facts;
  return {
    ...{ signature, version: versionName(number), scope, labels, parents: parents.map(versionName), created, author },
    ...{ optimizer: optimizer ?? null, ...(note === undefined ? {} : { note }), leaked },
    scores: { baseline: scoreDocument(scores.baseline), own: scoreDocument(scores.own) },
  };
}

function scoreDocument(score: VersionScore | undefined): ScoreDocument | null {
  if (score === undefined) return null;
  const { perCall, ...others } = score;
  return { ...others, per_call: perCall };
}

function line(facts: VersionFacts, { signature, version, labels }: ListedVersion, now: Date): string {
  const { own } = facts.scores;
  const score = own === undefined ? 'no score' : `${scoreText(own.score)} ±${((own.interval[1] - own.interval[0]) / 2).toFixed(2)}`;
  const said = [
    labels.join(', '),
    `${score}${facts.leaked ? ' (leaked)' : ''}`,
    facts.scope.taste ?? '',
    facts.optimizer ?? facts.author,
    ageText(facts.created, now),
  ];
  return `${signature.padEnd(20)} ${version.padEnd(6)} ${said.filter((part) => part !== '').join(' · ')}`;
}
