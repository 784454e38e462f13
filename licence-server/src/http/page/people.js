// Who is registered: search, add, let in and keep out, take away, and codes with which people set a password.

import { WITH_PICTURE, showCode } from "./code.js";
import { make, onSubmit, say, the } from "./elements.js";
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
      ["Last seat", ({ last_licence_update: last }) => (last === undefined ? "never" : day(last))],
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
  onSubmit(the("add-person", HTMLFormElement), () => add(session, again));
  return () => list.show(session, "/v1/admin/users", asked(find));
}

function asked(find) {
  const { search, kind } = Object.fromEntries(new FormData(find));
  const kinds = { disabled: { disabled: "true" }, enabled: { disabled: "false" }, applicants: { applicants: "true" } };
  return { search: search.trim(), ...kinds[kind] };
}

async function add(session, again) {
  const form = the("add-person", HTMLFormElement);
  const trouble = the("add-trouble");
  const { username, email, admin } = Object.fromEntries(new FormData(form));
  try {
    const person = { username: username.trim(), invite: true, ...(email.trim() && { email: email.trim() }), ...(admin && { roles: ["admin"] }) };
    const added = await session.post(`/v1/admin/users${WITH_PICTURE}`, person);
    say(trouble, "");
    form.reset();
    showCode(added.username, added.new_code);
    await again();
  } catch (failure) {
    say(trouble, failure.message);
  }
}

function state({ is_enabled: isEnabled, is_applicant: isApplicant, has_password: hasPassword, code }) {
  if (isApplicant) return mark("asks to be let in", "warn");
  if (!isEnabled) return mark("disabled", "bad");
  if (hasPassword) return code ? mark("new password asked for", "warn") : mark("can sign in", "good");
  return code ? mark("invited", "warn") : mark("no password");
}
