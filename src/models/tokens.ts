/** From here on (CJK radicals, kana, Han, Hangul, emoji …) a character is a token. */
const FIRST_WIDE = 0x2e80;

/**
 * About how many tokens a text has. A rule of thumb for byte-pair vocabularies, not a tokenizer: four ASCII characters a token (OpenAI,
 * "What are tokens and how to count them?"), two characters of other alphabets, one of CJK and what lies behind it in Unicode.
 */
export function estimateTokens(text: string): number {
  let other = 0;
  let wide = 0;
  let silent = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    if (code < FIRST_WIDE) other++;
    // The second half of a surrogate pair is no character of its own.
    else if (code >= 0xdc00 && code <= 0xdfff) silent++;
    else wide++;
  }
  const ascii = text.length - other - wide - silent;
  return Math.ceil(ascii / 4 + other / 2) + wide;
}

/** About how many tokens the messages of a request have (see {@link estimateTokens}). */
export function estimatePrompt(messages: readonly { readonly content: string }[]): number {
  return estimateTokens(messages.map((message) => message.content).join('\n'));
}
