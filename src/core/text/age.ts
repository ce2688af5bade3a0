const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago something was: `just now`, `5 min ago`, `2 h ago`, `3 d ago`, and from a month on the day.
 * @param when ISO 8601; what cannot be read is shown as it is
 */
export function ageText(when: string, now: Date): string {
  const age = now.getTime() - Date.parse(when);
  if (Number.isNaN(age)) return when;
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  return age < 30 * DAY ? `${Math.floor(age / DAY)} d ago` : when.slice(0, 10);
}
