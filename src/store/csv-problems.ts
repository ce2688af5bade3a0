import type { Problem } from './problem.js';

/** The words for what can be wrong with a CSV file. `file` is the file as people read it, `line` is 1-based. */

export function missingColumns(file: string, missing: readonly string[], header: readonly string[]): Problem {
  const other = header.length === 1 ? [';', '\t'].find((separator) => header[0]?.includes(separator)) : undefined;
  const names = missing.map((name) => `"${name}"`).join(', ');
  return {
    file,
    line: 1,
    message: `${file} lacks the ${missing.length === 1 ? 'column' : 'columns'} ${names}.`,
    hint:
      other === undefined
        ? 'The first line must name the columns. Add what is missing, or move the file away: a new one is then started.'
        : `Its columns are separated by ${other === ';' ? 'semicolons' : 'tabs'}: save it again with commas.`,
    severity: 'error',
  };
}

export function damagedHeader(file: string): Problem {
  return {
    file,
    line: 1,
    message: `A quote in the first line of ${file} is wrong, so its columns are unknown.`,
    hint: 'Correct the quotes in line 1: it must name the columns, separated by commas.',
    severity: 'error',
  };
}

export function duplicateColumn(file: string, name: string): Problem {
  return {
    file,
    line: 1,
    message: `${file} has the column "${name}" twice; the last one counts.`,
    hint: 'Rename or remove one of them.',
    severity: 'warning',
  };
}

export function raggedRow(file: string, line: number, columns: number, expected: number): Problem {
  return {
    file,
    line,
    message: `The row has ${columns} ${columns === 1 ? 'column' : 'columns'} where the header has ${expected}; it is skipped.`,
    hint:
      columns > expected
        ? 'Put double quotes around a value that contains commas.'
        : 'Add the missing values; empty ones need their comma too.',
    severity: 'error',
  };
}

export function damagedLines(file: string, first: number, last: number): Problem {
  return {
    file,
    line: first,
    message: `A double quote is wrong here; ${last <= first ? `line ${first} is` : `lines ${first} to ${last} are`} skipped.`,
    hint: 'Put double quotes around the whole value, and write each double quote inside of it twice.',
    severity: 'error',
  };
}

export function tornRow(file: string, line: number): Problem {
  return {
    file,
    line,
    message: 'The last row is incomplete: writing it was cut off.',
    hint: 'Complete it by hand, or leave it: the next time something is saved here, it is moved into a file of its own.',
    severity: 'warning',
  };
}

/** @param target where the bytes are now, as people read it */
export function movedTornRow(file: string, line: number, target: string): Problem {
  return {
    file,
    line,
    message: `The last row was incomplete, because writing it was cut off; it was moved to ${target}.`,
    hint: `Look into ${target} for what you want to keep, then delete it.`,
    severity: 'warning',
  };
}

/** @param valid the bytes are UTF-8: the replacement characters were saved into the file */
export function notUtf8(file: string, line: number, valid: boolean): Problem {
  return {
    file,
    line,
    message: valid
      ? 'Characters were lost here when the file was saved (U+FFFD).'
      : `${file} is not UTF-8: some characters cannot be read.`,
    hint: valid ? 'Restore the text from an older copy.' : 'Save it again as "CSV UTF-8", or in the editor with the encoding UTF-8.',
    severity: 'warning',
  };
}
