// One-time codes, which are shown once: to be handed to the person they are for, and to nobody else.

import { notice } from "./dialog.js";
import { button, make } from "./elements.js";
import { qrCode } from "./picture.js";
import { when } from "./times.js";

/** What is asked for with a code: its address as a QR code. */
export const WITH_PICTURE = "?picture=true";

/** Shows a code that was just made, on the screen and as a slip of paper. */
export function showCode(username, { code, link, until, picture }) {
  const copied = make("span", { class: "muted", role: "status" });
  const copy = button("Copy the address", async () => {
    const isCopied = await navigator.clipboard.writeText(link).then(() => true, () => false);
    copied.textContent = isCopied ? "Copied." : "The browser did not let the page copy it.";
  });
  const slip = button("Print a slip", () => print());
  // Over plain http on a network a page has no clipboard.
  const offers = navigator.clipboard ? [copy, slip, copied] : [slip];
  notice(
    `A code for ${username}`,
    make("p", {}, `It sets a password, once, until ${when(until)}.`),
    make("p", { class: "on-screen" }, "It is shown now and never again: hand it over in a way that nobody else reads."),
    make("p", { class: "code" }, code),
    make("p", { class: "link" }, link),
    ...(picture ? [qrCode(picture, "QR code of the address")] : []),
    make("div", { class: "row" }, ...offers),
  );
}
