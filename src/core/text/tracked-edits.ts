/** A change of a document: `length` characters from `offset` on became `text`. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** Where an edit stands in a document now, in UTF-16 code units. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Keeps hold of places in a document that a person goes on editing. A place moves with the text around it; when its own text is changed
 * it is lost, and stays so.
 */
export class TrackedPlaces {
  private readonly places: (Place | undefined)[];

  /** @param places in any order; they do not overlap */
  constructor(places: readonly Place[]) {
    this.places = [...places];
  }

  /** @param changes of one edit, each against the document as the one before left it */
  follow(changes: readonly TextChange[]): void {
    for (const change of changes) {
      this.places.forEach((place, index) => {
        if (place !== undefined) this.places[index] = moved(place, change);
      });
    }
  }

  /** Where the place is now; undefined when its text was changed. */
  at(index: number): Place | undefined {
    return this.places[index];
  }
}

function moved(place: Place, { offset, length, text }: TextChange): Place | undefined {
  const end = offset + length;
  const by = text.length - length;
  // At its very start or end a text is inserted beside the place, not into it.
  if (end <= place.start) return { start: place.start + by, end: place.end + by };
  return offset >= place.end ? place : undefined;
}
