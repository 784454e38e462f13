// Times as the server says them (seconds since 1970), in the words of whoever looks.

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const DAY_SECS = 86_400;

export const day = (secs) => DAY.format(secs * 1000);

/** With its seconds, for logs. */
export const moment = (secs) => MOMENT.format(secs * 1000);

/** Short where it is today: `14:07`, else `21 Nov 2026, 14:07`. */
export function when(secs) {
  const isToday = day(secs) === day(Date.now() / 1000);
  return isToday ? TIME.format(secs * 1000) : `${day(secs)}, ${TIME.format(secs * 1000)}`;
}

/** Whole days that are left until a time, seen from another. */
export const daysLeft = (until, now) => Math.max(0, Math.floor((until - now) / DAY_SECS));

/** The first second of a day that a date field names, where the person is; of the day after with `days` 1. */
export function startOf(date, days = 0) {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  return Math.floor(new Date(year, month - 1, dayOfMonth + days).getTime() / 1000);
}
