// People from a table: what it would do is shown before anything is done.

import { button, count, make, say, the } from "./elements.js";
import { List, mark } from "./list.js";

/** The server's limit. */
const TABLE_BYTES_MAX = 8 * 1024 * 1024;

/** Rows that are shown at most, but for those with a code, which would be lost: a browser is slow with more. */
const ROWS_MAX = 1_000;

const KINDS = { added: "good", changed: "warn", refused: "bad" };

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startImport({ session, act }) {
  const rows = new List(the("import-rows"), {
    caption: "What becomes of each row",
    nothing: "",
    columns: [
      ["Line", ({ line }) => String(line)],
      ["Person", ({ username }) => username],
      ["Outcome", ({ outcome }) => mark(outcome, KINDS[outcome])],
      ["Why, or the code", ({ why, new_code: code }) => (code ? make("span", { class: "person" }, make("code", {}, code.code), make("span", { class: "link" }, code.link)) : why ?? "")],
    ],
  });
  const field = the("import-file", HTMLInputElement);
  field.addEventListener("change", () => void act(preview));

  const send = (table, query) => session.call("POST", `/v1/admin/users/import?${new URLSearchParams(query)}`, { body: table, headers: { "Content-Type": "text/csv" } });

  async function preview() {
    clear();
    const [file] = field.files;
    if (!file) return;
    if (file.size > TABLE_BYTES_MAX) throw new Error(`${file.name} is larger than 8 MiB. Import it in parts.`);
    // As it is: what is not in UTF-8 is for the server to refuse.
    const table = await file.arrayBuffer();
    const found = await send(table, { dry_run: "true" });
    show(found, "would be ");
    const isOfUse = found.added + found.changed > 0;
    the("import-acts").replaceChildren(...(isOfUse ? [button("Import them", () => act(() => carryOut(table)), { class: "primary" })] : []));
  }

  async function carryOut(table) {
    const codes = String(the("import-codes", HTMLInputElement).checked);
    show(await send(table, { codes }), "");
    field.value = "";
    const hasCodes = the("import-rows").querySelector("code") !== null;
    the("import-acts").replaceChildren(...(hasCodes ? [button("Print the codes", () => print())] : []));
  }

  function show({ added, changed, unchanged, refused, rows: found }, would) {
    say(the("import-story"), `${count(added, "person", "people")} ${would}added, ${changed.toLocaleString()} ${would}changed, ${unchanged.toLocaleString()} as they are, ${count(refused, "row")} not right.`);
    // What somebody has to mend comes first, and what somebody has to hand out is never left out.
    const weight = ({ outcome, new_code: code }) => (outcome === "refused" ? 2 : code ? 1 : 0);
    const sorted = found.toSorted((one, other) => weight(other) - weight(one));
    rows.showRows(sorted.filter((row, index) => index < ROWS_MAX || row.new_code));
  }

  function clear() {
    say(the("import-story"), "");
    rows.showRows([]);
    the("import-acts").replaceChildren();
  }

  // Nothing is looked at: what became of the table stays to be read.
  return async () => {};
}
