/** Behind these a full stop ends no sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|no|dr|mr|mrs|ms|st|fig)\.$/i;
/** The end of a sentence, with what closes it, before a blank and what does not go on in lower case; CJK ends need no blank. */
const END = /[.!?…]["')\]”’]*(?=\s+[^\s\p{Ll}])|[。！？]["')\]”’」』]*/gu;

/** The sentences of a text, line by line; without the blanks between them. Told by signs alone, so that it is the same on every machine. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .flatMap(sentencesOfLine)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** The same, with an empty line where the text has one. */
export function sentenceLines(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [''] : sentencesOfLine(line).map((sentence) => sentence.trimEnd())));
}

function sentencesOfLine(line: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const { index, 0: mark } of line.matchAll(END)) {
    const end = index + mark.length;
    if (ABBREVIATION.test(line.slice(start, end))) continue;
    sentences.push(start === 0 ? line.slice(0, end) : line.slice(start, end).trimStart());
    start = end;
  }
  const rest = start === 0 ? line : line.slice(start).trimStart();
  return rest.trim() === '' ? sentences : [...sentences, rest];
}
