/** About how many tokens a text has: four characters each, a common rule for English. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
