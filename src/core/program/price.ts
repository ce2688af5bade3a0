/** What a model costs and takes. `model` may end in `*`: any ending. */
export interface Price {
  readonly model: string;
  /** US dollars per million prompt tokens. */
  readonly inputUsdPerMillion: number;
  /** US dollars per million completion tokens. */
  readonly outputUsdPerMillion: number;
  /** Longest prompt plus answer in tokens; undefined: unknown. */
  readonly contextTokens?: number;
}
