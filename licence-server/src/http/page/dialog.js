// Questions before something is done that cannot be undone.

import { make } from "./elements.js";

/**
 * Asks, and does it with what was filled in. What the server refuses is shown where it was asked, and can be
 * tried again.
 *
 * @param {{ title: string, text: string, act: string, isDanger?: boolean, fields?: { name: string, label: string, isNeeded?: boolean }[] }} question
 * @param {(values: Record<string, string>) => Promise<void>} answer
 */
export function question({ title, text, act, isDanger = false, fields = [] }, answer) {
  const trouble = make("p", { class: "trouble", role: "alert", hidden: "" });
  const inputs = fields.flatMap(({ name, label, isNeeded }) => {
    const input = make("input", { id: `asked-${name}`, name, autocomplete: "off", spellcheck: "false" });
    if (isNeeded) input.setAttribute("required", "");
    return [make("label", { for: input.id }, label), input];
  });
  const yes = make("button", { type: "submit", class: isDanger ? "danger" : "primary" }, act);
  const no = make("button", { type: "button", class: "quiet" }, "Cancel");
  const form = make("form", {}, make("p", {}, text), ...inputs, trouble, make("div", { class: "row" }, yes, no));
  const dialog = open(title, form);
  no.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    yes.disabled = true;
    try {
      await answer(Object.fromEntries(new FormData(form)));
      dialog.close();
    } catch (failure) {
      trouble.textContent = failure.message;
      trouble.hidden = false;
      yes.disabled = false;
    }
  });
}

/** Shows something until it is closed. */
export function notice(title, ...children) {
  const close = make("button", { type: "button", class: "primary" }, "Close");
  const dialog = open(title, ...children, make("div", { class: "row" }, close));
  close.addEventListener("click", () => dialog.close());
}

function open(title, ...children) {
  const heading = make("h2", { id: "dialog-title" }, title);
  const dialog = make("dialog", { class: "card", "aria-labelledby": "dialog-title" }, heading, ...children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
