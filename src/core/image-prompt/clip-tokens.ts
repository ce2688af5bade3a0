/** How CLIP's tokenizer cuts a text before it looks up byte pairs (openai/CLIP, `simple_tokenizer.py`). */
const PIECES = /'(?:s|t|re|ve|m|ll|d)|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
/** The tokens that open and close every text. */
const FRAME = 2;
/** English words up to this length are mostly one entry of the vocabulary; longer ones gain a piece for every few letters. */
const ONE_PIECE = 11;
const PIECE = 6;

/**
 * About how many tokens CLIP's text encoder makes of a text, its start and end included. The pieces are CLIP's; how many byte pairs a
 * piece needs is estimated, for the vocabulary is not part of the product: letters beyond ASCII count one each.
 */
export function clipTokens(text: string): number {
  let count = FRAME;
  for (const [piece] of text.normalize('NFC').matchAll(PIECES)) {
    const letters = [...piece];
    const foreign = letters.filter((letter) => letter > '\u007f').length;
    const ascii = letters.length - foreign;
    count += foreign + (ascii === 0 ? 0 : 1 + Math.max(0, Math.ceil((ascii - ONE_PIECE) / PIECE)));
  }
  return count;
}
