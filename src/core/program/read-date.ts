const MONTHS = 'january february march april may june july august september october november december'.split(' ');

/** A date as `YYYY-MM-DD`, from the ways people write one without doubt; "03/04/2026" has two meanings and gives undefined. */
export function readDate(text: string): string | undefined {
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$/.exec(text);
  if (iso !== null) return calendar(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const words = text.toLowerCase().replace(/^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+/, '');
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?\.?(?:\s+of)?\s+([a-z]{3,9})\.?,?\s+(\d{4})$/.exec(words);
  if (dayFirst !== null) return calendar(Number(dayFirst[3]), monthOf(dayFirst[2]), Number(dayFirst[1]));
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/.exec(words);
  if (monthFirst !== null) return calendar(Number(monthFirst[3]), monthOf(monthFirst[1]), Number(monthFirst[2]));
  return undefined;
}

/** A date and time as ISO 8601, with the offset that was given and none when there was none. */
export function readDatetime(text: string): string | undefined {
  const found = /^(.+?)(?:T|,?\s+(?:at\s+)?)(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i.exec(text);
  if (found === null) return undefined;
  const [, day = '', hour = '', minute = '', second = '00', fraction = '', zone = ''] = found;
  const date = readDate(day);
  if (date === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = /^(?:Z|UTC|GMT)$/i.test(zone) ? 'Z' : zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  return `${date}T${hour.padStart(2, '0')}:${minute}:${second}${fraction}${offset}`;
}

function monthOf(word: string | undefined): number {
  return word === undefined
    ? 0
    : MONTHS.findIndex((month) => month === word || month.slice(0, 3) === word || (word === 'sept' && month === 'september')) + 1;
}

/** Only days that the calendar has. */
function calendar(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (month < 1 || year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}
