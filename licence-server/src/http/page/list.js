// Lists that the server gives a page at a time, as tables.

import { count, make } from "./elements.js";

/** Entries that are asked for at once. */
const STEP = 100;

/** A table whose rows are read from an address; `more` shows further ones. */
export class List {
  #pages = 1;
  #place;
  #columns;
  #nothing;

  /**
   * @param {HTMLElement} place where it stands
   * @param {{ caption: string, columns: [string, (row: any) => string | Node][], nothing: string }} shown
   *   each column's heading, and what a row has there; what is said where there are no rows
   */
  constructor(place, { caption, columns, nothing }) {
    this.#columns = columns;
    this.#nothing = nothing;
    const heads = columns.map(([name]) => make("th", { scope: "col" }, name));
    this.#place = {
      rows: make("tbody"),
      note: make("p", { class: "muted", role: "status" }),
      more: make("button", { type: "button", class: "quiet small" }, "Show more"),
    };
    const { rows, note, more } = this.#place;
    const table = make("table", {}, make("caption", { class: "hidden" }, caption), make("thead", {}, make("tr", {}, ...heads)), rows);
    more.hidden = true;
    place.replaceChildren(make("div", { class: "table" }, table), note, more);
    more.addEventListener("click", () => {
      this.#pages += 1;
      void this.again();
    });
  }

  /** Reads the list anew, when more of it is asked for; a page sets it. */
  again = async () => {};

  /** Begins with one page again, because something else is asked for. */
  restart() {
    this.#pages = 1;
  }

  /** Reads as many pages as are shown, and shows them. Returns the first answer, for what else it says. */
  async show(session, path, query = {}) {
    const rows = [];
    let first, after;
    for (let page = 0; page < this.#pages; page += 1) {
      const answer = await session.look(path, { limit: STEP, ...query, after });
      first ??= answer;
      rows.push(...answer.items);
      after = answer.next;
      if (after === undefined) break;
    }
    this.#fill(rows, after !== undefined);
    return first;
  }

  /** Shows rows that are there already. */
  showRows(rows) {
    this.#fill(rows, false);
  }

  #fill(rows, isMore) {
    const { rows: place, note, more } = this.#place;
    // Whoever stands on a button of a row goes on standing there when the row is drawn again.
    const held = place.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    place.replaceChildren(...rows.map((row) => this.#row(row)));
    place.closest("table").parentElement.hidden = rows.length === 0;
    if (held !== null) [...place.querySelectorAll("button")].find((one) => one.getAttribute("aria-label") === held)?.focus();
    more.hidden = !isMore;
    note.textContent = rows.length === 0 && !isMore ? this.#nothing : isMore ? `The first ${count(rows.length, "entry", "entries")}.` : "";
  }

  #row(row) {
    const cells = this.#columns.map(([name, cell], index) => {
      const kind = index === 0 ? ["th", { scope: "row" }] : ["td", { "data-name": name }];
      return make(...kind, cell(row));
    });
    return make("tr", {}, ...cells);
  }
}

/** A person as rows name them; of one who was taken away the id is left. */
export function named({ user, id, username, email }) {
  const cell = make("span", { class: "person" }, make("strong", {}, username ?? `${user ?? id}`));
  if (email) cell.append(make("span", { class: "muted" }, email));
  return cell;
}

/** Buttons side by side. */
export const acts = (...buttons) => make("div", { class: "acts" }, ...buttons);

/** What is said of something in one word, with a colour for those who see it. */
export const mark = (word, kind = "plain") => make("span", { class: `mark ${kind}` }, word);
