// How the seats were used: today by the hour, the last weeks by weekday and hour, and day by day.

import { dayChart, heatMap } from "./chart.js";
import { count, onClick, say, the } from "./elements.js";
import { List, mark, named } from "./list.js";
import { day } from "./times.js";

const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "short" });

/** The weekdays' names, from Monday on; the fifth of January 1970 was one. */
const NAMES = Array.from({ length: 7 }, (_, index) => WEEKDAY.format(new Date(1970, 0, 5 + index)));

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startUsage({ session, act }) {
  const days = new List(the("usage-days"), {
    caption: "Day by day (UTC), the newest first",
    nothing: "No seat was in use yet.",
    columns: [
      ["Day", ({ at }) => day(at)],
      ["People", ({ people }) => String(people)],
      ["Peak", ({ peak, total }) => `${peak} of ${total}`],
      ["Enough for 95 % of the hours", ({ p95 }) => String(p95)],
      ["Refused", ({ refused }) => String(refused)],
      ["Waited", ({ refused_secs: secs }) => `${Math.ceil(secs / 60)} min`],
    ],
  });
  const unused = new List(the("unused"), {
    caption: "Accounts that were never used",
    nothing: "",
    columns: [
      ["Person", named],
      ["Since", ({ created_at: since }) => day(since)],
      ["State", ({ is_enabled: isEnabled, has_password: hasPassword }) => (isEnabled ? mark(hasPassword ? "can sign in" : "no password") : mark("disabled", "bad"))],
    ],
  });
  let isOpen = false;
  unused.showRows([]);
  unused.again = () => act(async () => {});
  // Whose they are is told to whoever asks, and not to whoever looks over a shoulder.
  onClick(the("show-unused"), () => {
    isOpen = true;
    return unused.again();
  });
  return async () => {
    const usage = await session.look("/v1/admin/usage");
    say(the("usage-story"), story(usage));
    the("usage-day").replaceChildren(dayChart(today(usage.hours), usage.total));
    the("usage-week").replaceChildren(heatMap(week(usage.hours), NAMES));
    days.showRows(usage.days.toReversed());
    say(the("unused-story"), `Of ${count(usage.registered, "account")}, ${usage.never_used.toLocaleString()} never had a seat, and ${usage.people.toLocaleString()} took one in the last 30 days.`);
    the("show-unused").hidden = isOpen || usage.never_used === 0;
    if (isOpen) await unused.show(session, "/v1/admin/usage/unused", { names: "true" });
  };
}

function story({ seats_needed: needed, total, working_hours: hours }) {
  if (needed === undefined) return "There was no working hour in the last 30 days.";
  return `${count(needed, "seat")} would have been enough for 99 of 100 of the ${count(hours, "working hour")} of the last 30 days; there are ${total}.`;
}

/** The hours of the day that it is where the person is. */
function today(hours) {
  const now = new Date().toDateString();
  const found = Array.from({ length: 24 });
  for (const hour of hours) {
    const at = new Date(hour.at * 1000);
    if (at.toDateString() === now) found[at.getHours()] = hour;
  }
  return found;
}

/** The highest peak of each hour of the week, where the person is. */
function week(hours) {
  const found = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  for (const { at, peak } of hours) {
    const time = new Date(at * 1000);
    const cells = found[(time.getDay() + 6) % 7];
    cells[time.getHours()] = Math.max(cells[time.getHours()], peak);
  }
  return found;
}
