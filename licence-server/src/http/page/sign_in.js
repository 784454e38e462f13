// The form with which both pages begin, and what a page is before it and behind it.

import { onClick, onSubmit, say, the } from "./elements.js";

/**
 * Shows the form until somebody is signed in, then what is behind it.
 *
 * @param {import("./api.js").Session} session
 * @param {{ inside: () => void, outside: () => void, resume: boolean, fields?: Record<string, string> }} page
 *   what to do then, and when nobody is; whether to go on with a cookie; what a sign-in asks for besides
 */
export async function guard(session, page) {
  const trouble = the("sign-in-trouble");
  const show = (isInside, text = "") => {
    the("signed-out").hidden = isInside;
    the("inside").hidden = !isInside;
    the("sign-out").hidden = !isInside;
    say(trouble, text);
    if (isInside) page.inside();
    else page.outside();
  };
  session.ended = (failure) => show(false, failure?.message);
  onSubmit(the("sign-in", HTMLFormElement), async () => {
    const password = the("password", HTMLInputElement);
    try {
      await session.signIn(the("username", HTMLInputElement).value, password.value, page.fields);
      show(true);
    } catch (failure) {
      say(trouble, failure.message);
      password.focus();
    }
    password.value = "";
  });
  onClick(the("sign-out"), async () => {
    // Nothing is shown from the click on, whether or not the server can be reached.
    session.ended();
    await session.signOut().catch((failure) => say(trouble, failure.message));
    the("username", HTMLInputElement).focus();
  });
  if (page.resume) await goOn(session, show);
  else show(false);
}

/** Goes on with the cookie. That there is none is no trouble; that all seats are taken, or the server is away, is. */
async function goOn(session, show) {
  try {
    if (await session.resume()) show(true);
    else session.ended();
  } catch (failure) {
    if (failure.problem?.status === 401) session.ended();
    else show(false, failure.message);
  }
}
