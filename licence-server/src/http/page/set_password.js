// Redeems a one-time code, which comes in the part of the address that a browser sends to no server.

import { ask } from "./api.js";
import { onSubmit, say, the } from "./elements.js";

const form = the("set", HTMLFormElement);
const code = the("code", HTMLInputElement);

/** Takes the code out of the address: it stays in no history and on no screen that is shared. */
function takeCode() {
  if (location.hash === "") return;
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  the("password", HTMLInputElement).focus();
}

async function set() {
  const { password, again } = Object.fromEntries(new FormData(form));
  if (password !== again) return say(the("trouble"), "The two passwords differ. Type the same one twice.");
  try {
    const body = new URLSearchParams({ code: code.value, password });
    const { username } = await (await ask("POST", "/v1/auth/set-password", { body })).json();
    form.reset();
    form.hidden = true;
    say(the("whose"), username);
    the("done").hidden = false;
    the("done-title").focus();
  } catch (failure) {
    say(the("trouble"), failure.message);
  }
}

onSubmit(form, set);
addEventListener("hashchange", takeCode);
takeCode();
