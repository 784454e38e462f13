// Cheat, and get caught: one byte of what was signed is changed, and the verifier looks again.

import { chainItems } from "./chain.js";
import { make, say, sentence, the } from "./elements.js";
import { TARGETS } from "./tamper.js";
import { verifyAccess } from "./wasm-verifier/browser.js";

/** @typedef {import("./wasm-verifier/browser.js").Refusal} Refusal */
/** @typedef {import("./wasm-verifier/session/browser.js").Session} Session */

/**
 * Offers what can be changed, and tells what became of it.
 *
 * @param {Session} session
 * @param {{ roots: any[], product: string }} pinned
 * @param {(refusal: Refusal, change: string) => void} caught
 */
export function startCheating(session, pinned, caught) {
  const choices = TARGETS.map(({ name, wish }, index) => {
    const input = make("input", { type: "radio", name: "target", value: name, ...(index === 0 ? { checked: "" } : {}) });
    return make("label", { class: "check" }, [input, wish]);
  });
  the("targets", HTMLElement).replaceChildren(...choices);
  const form = the("tamper", HTMLFormElement);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const target = new FormData(form).get("target");
    const { file } = await (await session.fetch("/v1/licence")).json();
    const token = (await session.token()) ?? "";
    const change = TARGETS.find(({ name }) => name === target)?.change({ file, token });
    if (!change) return;
    const result = verifyAccess(change.evidence.token, { licence: change.evidence.file, ...pinned, now: session.now() });
    // It cannot hold; if it did, that is what has to be seen.
    if (result.ok) return say(the("banner", HTMLElement), "The change was not noticed. This must never happen.");
    caught(result, `${change.before} became ${change.after}`);
  });
}

/**
 * @param {Session} session
 * @param {Refusal} refusal
 * @param {string} change
 * @param {Map<string, string>} names
 */
export function showRefusal({ state: { chain = [], claims } }, refusal, change, names) {
  const line = the("verdict-line", HTMLElement);
  line.dataset["state"] = "refused";
  say(line, "Refused: the chain is broken.");
  the("chain", HTMLElement).replaceChildren(...chainItems(chain, names.get(claims?.sub ?? "") ?? "you", refusal));
  const facts = { code: refusal.code, at: refusal.at, changed: change, why: sentence(refusal.message), mend: sentence(refusal.mend) };
  const rows = Object.entries(facts).flatMap(([name, value]) => [
    make("dt", {}, [name]),
    make("dd", { "data-fact": name }, [value]),
  ]);
  const box = the("refusal", HTMLElement);
  box.replaceChildren(make("dl", {}, rows));
  box.hidden = false;
  the("restore", HTMLElement).hidden = false;
}

/** Puts everything back. */
export function stopCheating() {
  the("restore", HTMLElement).hidden = true;
  the("refusal", HTMLElement).hidden = true;
}
