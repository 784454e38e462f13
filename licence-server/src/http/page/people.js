// Who is registered: search, let in and keep out, take away.

import { make, onSubmit, the } from "./elements.js";
import { List, mark, named } from "./list.js";
import { personActs } from "./person.js";
import { day } from "./times.js";

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startPeople({ session, act }) {
  const again = () => act(async () => {});
  const list = new List(the("registered"), {
    caption: "Who is registered",
    nothing: "Nobody of that kind is registered.",
    columns: [
      ["Person", named],
      ["Roles", ({ roles, app_roles: more }) => make("span", { class: "marks" }, ...[...roles, ...more].map((role) => mark(role)))],
      ["Since", ({ created_at: since }) => day(since)],
      ["State", state],
      ["What to do", (row) => personActs(row, session, act)],
    ],
  });
  list.again = again;
  const find = the("find-person", HTMLFormElement);
  onSubmit(find, async () => {
    list.restart();
    await again();
  });
  return () => list.show(session, "/v1/admin/users", asked(find));
}

function asked(find) {
  const { search, kind } = Object.fromEntries(new FormData(find));
  const kinds = { disabled: { disabled: "true" }, enabled: { disabled: "false" } };
  return { search: search.trim(), ...kinds[kind] };
}

function state({ is_enabled: isEnabled, is_applicant: isApplicant, has_password: hasPassword }) {
  if (isApplicant) return mark("asks to be let in");
  if (!isEnabled) return mark("disabled", "bad");
  return hasPassword ? mark("can sign in", "good") : mark("no password");
}
