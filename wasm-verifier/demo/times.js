const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** @param {number} secs since 1970 */
export const day = (secs) => DAY.format(secs * 1000);

/** @param {number} secs since 1970 */
export const time = (secs) => TIME.format(secs * 1000);

/**
 * A length of time: `14:07`.
 *
 * @param {number} millis
 */
export function duration(millis) {
  const secs = Math.max(0, Math.round(millis / 1000));
  return `${Math.floor(secs / 60)}:${String(secs % 60).padStart(2, "0")}`;
}
