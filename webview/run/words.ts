import type { Phase, RunMessage, RunStatus, RunView } from '../../src/features/optimize/protocol.js';
import { counted, whole } from '../shared/format.js';

/** Optimizers as people know them; others by their own name. */
const OPTIMIZERS: Readonly<Record<string, string>> = {
  labeled: 'labeled few-shot',
  bootstrap: 'bootstrap few-shot',
  random_search: 'random search',
  knn: 'KNN few-shot',
  mipro: 'MIPROv2',
  gepa: 'GEPA',
  instructions: 'instruction search',
  ablation: 'demo ablation',
};

const PHASES: Readonly<Record<Phase, string>> = {
  baseline: 'Measuring the program as it is',
  bootstrap: 'The teacher makes demos',
  propose: 'The teacher writes instructions',
  search: 'Trying candidates on validation',
  ablation: 'Finding out what each demo is worth',
  test: 'Measuring on rows that the search never saw',
};

export function optimizerName({ optimizer, options }: Pick<RunView, 'optimizer' | 'options'>): string {
  const name = Object.hasOwn(OPTIMIZERS, optimizer) ? OPTIMIZERS[optimizer] : undefined;
  return `${name ?? optimizer}${typeof options.auto === 'string' ? ` ${options.auto}` : ''}`;
}

/** What a run does, or what became of it. */
export function statusWords({ status, phase }: { readonly status: RunStatus; readonly phase: Phase }): string {
  switch (status) {
    case 'running':
      return PHASES[phase];
    case 'paused':
      return 'Paused: what was paid for is kept';
    case 'failed':
      return 'Failed: it can go on when the reason is gone';
    case 'done':
      return 'Done';
    case 'discarded':
      return 'Discarded: its result is not used';
  }
}

/** How far a run is and what it cost: one fact each. */
export function stateFacts({ view, progress, secondsLeft }: RunMessage): string[] {
  const { status, spent, forecast, seconds } = view;
  const about = forecast.exact ? '' : '≈ ';
  if (status === 'done' || status === 'discarded') {
    const forecasted = `${counted(spent.calls, 'call')}, ${about}${whole(forecast.calls)} were forecast`;
    return [forecasted, ...spentFacts(view), `took ${timeWords(seconds)}`];
  }
  return [
    percent(progress),
    `${whole(spent.calls)} of ${about}${counted(forecast.calls, 'call')}`,
    ...spentFacts(view),
    ...(status === 'running' && secondsLeft !== null ? [leftWords(secondsLeft)] : []),
  ];
}

export function percent(share: number): string {
  return `${Math.floor(100 * share)} %`;
}

/** Money, and of tokens and calls what a budget limits; tokens also where no price is known. */
function spentFacts({ spent, budget }: RunView): string[] {
  const { calls, tokens, usd } = budget;
  return [
    ...(spent.usd === null ? [] : [`${money(spent.usd)}${usd === undefined ? '' : ` of ${money(usd)}`}`]),
    ...(tokens === undefined && spent.usd !== null
      ? []
      : [tokens === undefined ? counted(spent.tokens, 'token') : `${whole(spent.tokens)} of ${counted(tokens, 'token')}`]),
    ...(calls === undefined ? [] : [`at most ${counted(calls, 'call')}`]),
  ];
}

/** US dollars: cents at least, small amounts with two digits that count. */
export function money(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.01) return `$${Number(usd.toPrecision(2))}`;
  return `$${usd.toFixed(usd < 1 ? 3 : 2).replace(/(\.\d\d)0$/, '$1')}`;
}

/** `12 s`, `4 min`, `1 h 10 min` */
export function timeWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

function leftWords(seconds: number): string {
  return seconds < 60 ? 'less than a minute left' : `about ${timeWords(seconds)} left`;
}
