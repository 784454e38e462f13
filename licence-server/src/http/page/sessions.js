// Who is signed in, on which device; and signing somebody out there.

import { question } from "./dialog.js";
import { button, onSubmit, the } from "./elements.js";
import { List, acts, mark, named } from "./list.js";
import { when } from "./times.js";

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startSessions({ session, act }) {
  const list = new List(the("signed-in"), {
    caption: "Sign-ins",
    nothing: "Nobody is signed in.",
    columns: [
      ["Person", named],
      ["Device", ({ device }) => device ?? ""],
      ["Kind", ({ scope, lease_end: end }) => (scope === "admin" ? mark("administration") : end === undefined ? mark("no seat") : mark("on a seat", "good"))],
      ["Since", ({ started_at: start }) => when(start)],
      ["Last seen", ({ seen_at: seen }) => when(seen)],
      ["What to do", (row) => acts(end(row))],
    ],
  });
  const again = () => act(async () => {});
  list.again = again;
  onSubmit(the("find-session", HTMLFormElement), async () => {
    list.restart();
    await again();
  });

  function end({ id, username, device }) {
    const where = device === undefined ? "" : ` (${device})`;
    const ask = () => question(
      {
        title: `Sign ${username} out?`,
        text: `The sign-in${where} ends at once, and its seat is free. The person can sign in again.`,
        act: "End the session",
        isDanger: true,
      },
      async () => {
        await session.call("DELETE", `/v1/admin/sessions/${id}`);
        await again();
      },
    );
    return button("End", ask, { "aria-label": `End the session of ${username}${where}` });
  }

  return () => list.show(session, "/v1/admin/sessions", { user: the("session-user", HTMLInputElement).value });
}
