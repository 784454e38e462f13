// One-time codes, which are shown once: to be handed to the person they are for, and to nobody else.

import { notice } from "./dialog.js";
import { button, make } from "./elements.js";
import { when } from "./times.js";

/** Shows a code that was just made. */
export function showCode(username, { code, link, until }) {
  const copied = make("span", { class: "muted", role: "status" });
  const copy = button("Copy the address", async () => {
    const isCopied = await navigator.clipboard.writeText(link).then(() => true, () => false);
    copied.textContent = isCopied ? "Copied." : "The browser did not let the page copy it.";
  });
  // Over plain http on a network a page has no clipboard.
  const offer = navigator.clipboard ? [make("div", { class: "row" }, copy, copied)] : [];
  notice(
    `A code for ${username}`,
    make("p", {}, `With it the person sets a password, once, until ${when(until)}. It is shown now and never again: hand it over in a way that nobody else reads.`),
    make("p", { class: "code" }, code),
    make("p", { class: "link" }, link),
    ...offer,
  );
}
