// What happened, by time, person, session and act; and the whole of it as a file.

import { make, onClick, onSubmit, the } from "./elements.js";
import { List, mark } from "./list.js";
import { moment, startOf } from "./times.js";

const NDJSON = "application/x-ndjson";

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startAudit({ session, act }) {
  const form = the("find-entry", HTMLFormElement);
  const list = new List(the("entries"), {
    caption: "What happened, the newest first",
    nothing: "Nothing of that kind stands in the log.",
    columns: [
      ["Place", ({ seq }) => String(seq)],
      ["When", ({ at }) => (at === undefined ? "" : moment(at))],
      ["Act", ({ act: done }) => mark(String(done ?? "").replaceAll("_", " "))],
      ["What it is about", details],
    ],
  });
  const again = () => act(async () => {});
  list.again = again;
  onSubmit(form, async () => {
    list.restart();
    await again();
  });
  onClick(the("export"), async () => {
    const asked = new URLSearchParams(Object.entries(filter(form)).filter(([, value]) => value !== ""));
    await act(async () => {
      const response = await session.send("GET", `/v1/admin/audit?${asked}`, { headers: { Accept: NDJSON } });
      save(await response.blob(), "audit.ndjson");
    });
  });
  return () => list.show(session, "/v1/admin/audit", filter(form));
}

/** What the form asks for. The last day is included, wherever the person is. */
function filter(form) {
  const { from, to, user, session, act } = Object.fromEntries(new FormData(form));
  return {
    from: from === "" ? "" : String(startOf(from)),
    to: to === "" ? "" : String(startOf(to, 1)),
    user: user.trim(),
    session: session.trim(),
    act: act.trim().replaceAll(" ", "_"),
  };
}

/** What an entry says besides: ids and no names, as it was chained. */
function details({ seq, at, act, ...rest }) {
  const facts = Object.entries(rest).flatMap(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [make("dt", {}, name), make("dd", {}, text)];
  });
  return make("dl", { class: "details" }, ...facts);
}

/** Has the browser keep a file. */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
