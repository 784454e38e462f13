// A person's own account: another password, and the devices on which they are signed in.

import { Session } from "./api.js";
import { question } from "./dialog.js";
import { button, onSubmit, say, the } from "./elements.js";
import { List, acts, mark } from "./list.js";
import { guard } from "./sign_in.js";
import { when } from "./times.js";

const session = new Session("seat");

const devices = new List(the("devices"), {
  caption: "Where you are signed in",
  nothing: "You are signed in nowhere.",
  columns: [
    ["Device", ({ device }) => device ?? "A device without a name"],
    ["State", state],
    ["Signed in", ({ auth_time: start }) => when(start)],
    // It is told to five minutes, and nobody was seen before they came.
    ["Last seen", ({ last_seen: seen, auth_time: start }) => when(Math.max(seen, start))],
    ["What to do", (row) => acts(...(row.current ? [] : [end(row)]))],
  ],
});

function state({ current, lease_end: end, scope }) {
  if (current) return mark("here", "good");
  if (scope === "admin") return mark("administration");
  return end === null ? mark("no seat") : mark("on a seat");
}

function end({ id, device }) {
  const which = device ?? "the device without a name";
  const ask = () => question(
    {
      title: `Sign out on ${which}?`,
      text: "Whoever uses it has to sign in again, and its seat is free for others.",
      act: "Sign out there",
      isDanger: true,
    },
    async () => {
      await session.call("DELETE", `/v1/sessions/${id}`);
      await look();
    },
  );
  return button("Sign out", ask, { "aria-label": `Sign out on ${which}` });
}

async function look() {
  try {
    const { sessions } = await session.look("/v1/sessions");
    devices.showRows(sessions);
    say(the("who"), (await session.look("/v1/me")).username);
    say(the("trouble"), "");
  } catch (failure) {
    say(the("trouble"), failure.message);
  }
}

async function change() {
  const form = the("change", HTMLFormElement);
  const { current, password, again, others } = Object.fromEntries(new FormData(form));
  say(the("changed"), "");
  if (password !== again) return say(the("change-trouble"), "The two new passwords differ. Type the new one twice.");
  try {
    await session.post("/v1/me/password", { current, password, end_other_sessions: others !== undefined });
    form.reset();
    say(the("change-trouble"), "");
    say(the("changed"), "Your password is changed.");
    await look();
  } catch (failure) {
    say(the("change-trouble"), failure.message);
  }
}

onSubmit(the("change", HTMLFormElement), change);

function outside() {
  devices.showRows([]);
  the("change", HTMLFormElement).reset();
  for (const id of ["who", "trouble", "changed", "change-trouble"]) say(the(id), "");
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

void guard(session, { inside: () => void look(), outside, resume: true, fields: { device: "Account page" } });
