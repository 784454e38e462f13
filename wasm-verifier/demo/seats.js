import { make } from "./elements.js";

/** More seats than this are told by their number alone. */
const PICTURES_MAX = 30;

/**
 * Seats as a row of pictures.
 *
 * @param {HTMLElement} place
 * @param {{ total: number, in_use?: number }} seats
 */
export function showSeats(place, { total, in_use: taken = 0 }) {
  place.dataset["taken"] = String(taken);
  place.dataset["total"] = String(total);
  const pictures = Array.from({ length: Math.min(total, PICTURES_MAX) }, (_, index) =>
    make("span", { class: index < taken ? "seat taken" : "seat", "aria-hidden": "true" }),
  );
  place.replaceChildren(...pictures);
}
