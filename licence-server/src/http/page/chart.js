// Pictures of the use of seats, each with its words for those who cannot see it.

import { draw } from "./picture.js";

/** Lengths in the units of the pictures. */
const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 64;
const FOOT = 24;
const TOP = 20;
const HOURS = 24;
const STEP = (WIDTH - LEFT) / HOURS;
const ROW = 28;

/** Names of the hours that are written below. */
const NAMED_HOURS = [0, 6, 12, 18];

const hourName = (hour) => `${String(hour).padStart(2, "0")}:00`;

/**
 * The most seats in use in each hour of a day, with the limit drawn in.
 *
 * @param {({ peak: number, refused: number } | undefined)[]} hours 24 of them
 * @param {number} limit seats there are
 */
export function dayChart(hours, limit) {
  const highest = Math.max(1, limit, ...hours.map((hour) => hour?.peak ?? 0));
  const y = (seats) => TOP + (HEIGHT - FOOT - TOP) * (1 - seats / highest);
  const bars = hours.flatMap((hour, index) => {
    if (!hour || hour.peak === 0) return [];
    const kind = hour.refused > 0 ? "hour refused" : "hour";
    const place = { x: LEFT + index * STEP + 3, y: y(hour.peak), width: STEP - 6, height: HEIGHT - FOOT - y(hour.peak), rx: 4, class: kind };
    const refusals = hour.refused > 0 ? `, ${hour.refused} refused` : "";
    return [draw("rect", place, draw("title", {}, `${hourName(index)}: ${hour.peak}${refusals}`))];
  });
  const line = draw("line", { x1: LEFT, x2: WIDTH, y1: y(limit), y2: y(limit), class: "limit" });
  const ground = draw("line", { x1: LEFT, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, class: "ground" });
  const number = draw("text", { x: LEFT - 8, y: y(limit) + 5, "text-anchor": "end" }, String(limit));
  const zero = draw("text", { x: LEFT - 8, y: HEIGHT - FOOT + 5, "text-anchor": "end" }, "0");
  return picture(HEIGHT, dayWords(hours, limit), ground, ...bars, line, number, zero, ...hourNames(HEIGHT - 6));
}

function dayWords(hours, limit) {
  const peak = Math.max(0, ...hours.map((hour) => hour?.peak ?? 0));
  if (peak === 0) return "No seat was in use today.";
  const refused = hours.reduce((sum, hour) => sum + (hour?.refused ?? 0), 0);
  const at = hours.findIndex((hour) => hour?.peak === peak);
  return `Most seats in use today: ${peak} of ${limit}, from ${hourName(at)} on. Refusals today: ${refused}.`;
}

/**
 * The highest peak of each hour of the week.
 *
 * @param {number[][]} week seven days of 24 hours
 * @param {string[]} names of the days
 */
export function heatMap(week, names) {
  const highest = Math.max(1, ...week.flat());
  const rows = week.flatMap((hours, day) => {
    const label = draw("text", { x: LEFT - 8, y: day * ROW + 19, "text-anchor": "end" }, names[day]);
    const cells = hours.map((peak, hour) => {
      const place = { x: LEFT + hour * STEP + 1, y: day * ROW + 1, width: STEP - 2, height: ROW - 2, rx: 4 };
      const heat = peak === 0 ? { class: "cold" } : { class: "heat", "fill-opacity": 0.2 + (0.8 * peak) / highest };
      return draw("rect", { ...place, ...heat }, draw("title", {}, `${names[day]} ${hourName(hour)}: ${peak}`));
    });
    return [label, ...cells];
  });
  const foot = week.length * ROW;
  return picture(foot + FOOT, weekWords(week, names), ...rows, ...hourNames(foot + FOOT - 6));
}

function weekWords(week, names) {
  const peak = Math.max(...week.flat());
  if (peak === 0) return "No seat was in use.";
  const day = week.findIndex((hours) => hours.includes(peak));
  return `The highest peak is ${peak}, on ${names[day]} from ${hourName(week[day].indexOf(peak))} on.`;
}

function hourNames(y) {
  return NAMED_HOURS.map((hour) => draw("text", { x: LEFT + (hour + 0.5) * STEP, y, "text-anchor": "middle" }, String(hour)));
}

function picture(height, words, ...children) {
  return draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": words, class: "chart" }, ...children);
}
