/** A key or an entry whose value is a block of text in the lines below: `instructions: |`. */
const HEADER = /^(?:.*:\s+)?(?:[!&]\S+\s+)*[|>][-+1-9]{0,2}\s*(?:#.*)?$/;

/**
 * True for a place in a comment or in a block of text of a YAML file, told from the lines alone: what costs nothing can be asked at each
 * letter.
 * @param lineAt the text of a line, by its 0-based number
 * @param line 0-based
 * @param column characters before the place in its line
 */
export function isInFreeText(lineAt: (line: number) => string, line: number, column: number): boolean {
  const before = lineAt(line).slice(0, column);
  if (/^\s*#/.test(before)) return true;
  // A line without words is where the cursor is.
  let indent = before.trim() === '' ? column : before.search(/\S/);
  for (let above = line - 1; above >= 0 && indent > 0; above--) {
    const text = lineAt(above);
    const own = text.search(/\S/);
    if (own < 0 || own >= indent) continue;
    const dashes = /^\s*(?:-\s+)*/.exec(text)?.[0] ?? '';
    const rest = text.slice(dashes.length);
    const isEntry = /^[|>]/.test(rest);
    // What belongs to a block of text is further in than its key; than its dash, where it has no key.
    const parent = isEntry ? dashes.trimEnd().length - 1 : dashes.length;
    if (HEADER.test(rest) && parent < indent) return true;
    indent = own;
  }
  return false;
}
