/** What a model costs. `model` may end in `*`: any ending. */
export interface Price {
  readonly model: string;
  /** US dollars per million prompt tokens. */
  readonly inputUsdPerMillion: number;
  /** US dollars per million completion tokens. */
  readonly outputUsdPerMillion: number;
}
