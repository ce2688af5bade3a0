// What the Generate view and its page say to each other. The page is an untrusted caller: see parseMessage.

/** A button that leads out of a state. */
export interface StateAction {
  readonly title: string;
  readonly command: string;
}

/** A message above the form or in place of a result. */
export interface Notice {
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly action?: StateAction;
}

/** One finished generation, as the page shows it. */
export interface ShownResult {
  readonly id: string;
  readonly taste: string;
  readonly structured: string;
  readonly final: string;
  readonly status: 'ok' | 'structured_only';
  /** `anime@built-in`. */
  readonly version: string;
  readonly model: string;
  readonly latencyMs: number;
  /** US dollars; undefined: no known price. */
  readonly costUsd?: number;
  readonly cached: boolean;
  readonly seed: number;
  /** Why stage 2 failed, or why nothing was saved. */
  readonly notices: readonly Notice[];
  readonly rating?: number;
  readonly comment: string;
  readonly correction: string;
  /** What became of the last rating. */
  readonly ratingNotice?: Notice;
}

/** What runs now. */
export interface ShownRun {
  readonly stage: 'structure' | 'enhance';
  readonly structured: string;
  readonly final: string;
  /** "2 of 3", when there are several candidates. */
  readonly progress?: string;
}

export interface Options {
  readonly pattern: string;
  readonly target: string;
  /** 1..5 */
  readonly candidates: number;
  /** Empty: 1 for a new description, the next one for "again". */
  readonly seed: string;
}

/** All that the page shows: sent whole whenever it becomes visible or something but the stream changes. */
export interface GenerateState {
  readonly taste: { readonly name: string; readonly label: string; readonly swatch: readonly string[] };
  /** What the page shows in the description when `filled` is new to it; otherwise what is being typed there is newer. */
  readonly description: string;
  /** Counts how often the extension itself filled the form. */
  readonly filled: number;
  readonly options: Options;
  readonly targets: readonly { readonly name: string; readonly label: string }[];
  readonly model: string;
  /** Why nothing can be generated now. */
  readonly blocked?: Notice;
  /** Generating works, but something should be known. */
  readonly notice?: Notice;
  readonly run?: ShownRun;
  readonly results: readonly ShownResult[];
  readonly selected: number;
  /** How the last run ended, when not well. */
  readonly outcome?: Notice;
  /** Ask the page to put the cursor into the description. */
  readonly focus?: boolean;
}

export type HostMessage =
  | { readonly type: 'state'; readonly state: GenerateState }
  | { readonly type: 'stream'; readonly stage: 'structure' | 'enhance'; readonly text: string };

export type PageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'pickTaste' }
  | { readonly type: 'describe'; readonly text: string }
  | { readonly type: 'setOptions'; readonly options: Options }
  | { readonly type: 'generate'; readonly text: string }
  | { readonly type: 'act'; readonly action: PageAction }
  | { readonly type: 'select'; readonly index: number }
  /** Ratings name their prompt: another one may be shown by the time they arrive. */
  | { readonly type: 'rate'; readonly id: string; readonly rating: number }
  | { readonly type: 'comment'; readonly id: string; readonly text: string }
  | { readonly type: 'correct'; readonly id: string; readonly text: string }
  | { readonly type: 'undoRating'; readonly id: string }
  | { readonly type: 'run'; readonly command: string };

/** What the ratings 1 to 5 mean. */
export const RATINGS = ['unusable', 'weak', 'fair', 'good', 'just right'] as const;

/** The buttons of the page. */
export const PAGE_ACTIONS = ['cancel', 'again', 'copy', 'insert', 'open', 'compare', 'provenance', 'showLog'] as const;
export type PageAction = (typeof PAGE_ACTIONS)[number];

/** Commands that a notice's button may run: nothing else is run for the page. */
const COMMANDS: readonly string[] = [
  'promptAtelier.chooseModel',
  'promptAtelier.setApiKey',
  'promptAtelier.testConnection',
  'workbench.trust.manage',
  'workbench.action.files.openFolder',
];

const MAX_TEXT = 20_000;

/** A message of the page, checked; undefined when it is none of ours. */
export function parseMessage(value: unknown): PageMessage | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const message = value as Record<string, unknown>;
  switch (message.type) {
    case 'ready':
    case 'pickTaste':
      return { type: message.type };
    case 'describe':
    case 'generate':
      return isText(message.text) ? { type: message.type, text: message.text } : undefined;
    case 'comment':
    case 'correct':
      return isText(message.id) && isText(message.text) ? { type: message.type, id: message.id, text: message.text } : undefined;
    case 'undoRating':
      return isText(message.id) ? { type: 'undoRating', id: message.id } : undefined;
    case 'setOptions':
      return isOptions(message.options) ? { type: 'setOptions', options: message.options } : undefined;
    case 'act': {
      const action = PAGE_ACTIONS.find((known) => known === message.action);
      return action === undefined ? undefined : { type: 'act', action };
    }
    case 'select':
      return isWhole(message.index, 0, 100) ? { type: 'select', index: message.index } : undefined;
    case 'rate':
      return isText(message.id) && isWhole(message.rating, 1, 5) ? { type: 'rate', id: message.id, rating: message.rating } : undefined;
    case 'run':
      return isText(message.command) && COMMANDS.includes(message.command) ? { type: 'run', command: message.command } : undefined;
    default:
      return undefined;
  }
}

function isOptions(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null) return false;
  const { pattern, target, candidates, seed } = value as Record<string, unknown>;
  return isText(pattern) && isText(target) && isWhole(candidates, 1, 5) && typeof seed === 'string' && /^\d{0,9}$/.test(seed);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

function isWhole(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}
