/** The parts of an image prompt that a taste has words for, in the order in which a prompt names them. */
export const SLOTS = ['technique', 'composition', 'lighting', 'palette', 'mood', 'detail'] as const;
export type Slot = (typeof SLOTS)[number];

/** What a picture can show. A phrase without subjects fits all of them. */
export const SUBJECTS = ['person', 'creature', 'landscape', 'city', 'interior', 'object', 'food', 'vehicle', 'plant', 'abstract'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** One phrase of a taste's vocabulary. */
export interface Phrase {
  readonly text: string;
  /** The subjects it fits; empty: all. */
  readonly subjects: readonly Subject[];
}

/** A named visual style: what it is, how a prompt in it opens, and its words. */
export interface Taste {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** CSS hex colours (`#rrggbb`), one to three, for the swatch. */
  readonly swatch: readonly string[];
  /** Openings; `{subject}` stands for the user's words. */
  readonly leads: readonly string[];
  readonly vocabulary: Readonly<Record<Slot, readonly Phrase[]>>;
  /** Words that a prompt in this taste never says. */
  readonly avoid: readonly string[];
  readonly source: 'built-in' | 'workspace';
}
