// The page of the demonstration: signs in, verifies what it was given, and shows why it believes it.

import { chainItems } from "./chain.js";
import { make, say, sentence, the } from "./elements.js";
import { showSeats } from "./seats.js";
import * as server from "./server.js";
import { Session } from "./session.js";
import { TARGETS } from "./tamper.js";
import { duration, time } from "./times.js";
import { init, verifyAccess, verifyLicence } from "./wasm-verifier/browser.js";

/** @typedef {import("./wasm-verifier/browser.js").Access} Access */
/** @typedef {import("./wasm-verifier/browser.js").Refusal} Refusal */

const VIEWS = ["loading", "signed-out", "full", "inside"];

/** How often the seats in use are asked for, while somebody looks. */
const POLL_MILLIS = 3_000;

const KEEP_TRYING_MILLIS = 3_000;

/** What the verifier is asked with: the roots that came with the page. @type {{ roots: any[], product: string }} */
let pinned = { roots: [], product: "" };

/** What the server gave us last. */
const held = { file: "", token: "", username: "" };

/** What a good licence and token came to, for the list that a changed byte breaks. @type {Access | undefined} */
let verified;

const session = new Session({ granted, full, ended, retrying, troubled });

/** @param {string} name */
function show(name) {
  if (name !== "full") the("wait", HTMLInputElement).checked = false;
  for (const view of VIEWS) the(view, HTMLElement).hidden = view !== name;
  the("sign-out", HTMLElement).hidden = name !== "inside";
  say(the("who", HTMLElement), name === "inside" ? held.username : "");
}

/**
 * @param {server.Grant} grant
 * @returns {Promise<server.Problem | undefined>}
 */
async function granted({ access_token: token, seat }) {
  const [licence, me] = await Promise.all([server.licence(token), server.me(token)]);
  if (!licence.ok) return licence.problem;
  if (!me.ok) return me.problem;
  Object.assign(held, { token, file: licence.body.file, username: me.body.username });
  say(the("banner", HTMLElement), "");
  judge();
  seats(seat);
  tick();
  show("inside");
  return undefined;
}

/** Verifies everything, from the pinned root down to the token. */
function judge() {
  the("restore", HTMLElement).hidden = true;
  the("refusal", HTMLElement).hidden = true;
  // A licence that has just ended still carries the tokens that were made in time, so the token's
  // own check decides; the licence's adds in which state it is.
  const access = verifyAccess(held.token, { licence: held.file, ...pinned });
  if (!access.ok) return refused(access, "this is what the server sent");
  verified = access;
  const licence = verifyLicence(held.file, pinned);
  const state = licence.ok ? licence.state : licence.code;
  const line = the("verdict-line", HTMLElement);
  line.dataset["state"] = state;
  say(line, `Verified in this browser: all ${access.chain.length} links hold, and the licence is ${state}.`);
  the("chain", HTMLElement).replaceChildren(...chainItems(access.chain, held.username));
  targets();
}

/**
 * @param {Refusal} refusal
 * @param {string} change
 */
function refused(refusal, change) {
  const line = the("verdict-line", HTMLElement);
  line.dataset["state"] = "refused";
  say(line, "Refused: the chain is broken.");
  the("chain", HTMLElement).replaceChildren(...chainItems(verified?.chain ?? [], held.username, refusal));
  const facts = { code: refusal.code, at: refusal.at, changed: change, why: sentence(refusal.message), mend: sentence(refusal.mend) };
  const rows = Object.entries(facts).flatMap(([name, value]) => [
    make("dt", {}, [name]),
    make("dd", { "data-fact": name }, [value]),
  ]);
  const box = the("refusal", HTMLElement);
  box.replaceChildren(make("dl", {}, rows));
  box.hidden = false;
}

/** Offers the parts that can be changed. */
function targets() {
  const chosen = new FormData(the("tamper", HTMLFormElement)).get("target") ?? TARGETS[0]?.name;
  const choices = TARGETS.filter((target) => target.change(held)).map(({ name, wish }) => {
    const input = make("input", { type: "radio", name: "target", value: name, ...(name === chosen ? { checked: "" } : {}) });
    return make("label", { class: "check" }, [input, wish]);
  });
  the("targets", HTMLElement).replaceChildren(...choices);
}

/** @param {SubmitEvent} event */
function tamper(event) {
  event.preventDefault();
  const chosen = new FormData(the("tamper", HTMLFormElement)).get("target");
  const change = TARGETS.find(({ name }) => name === chosen)?.change(held);
  if (!change) return;
  const result = verifyAccess(change.evidence.token, { licence: change.evidence.file, ...pinned });
  // It cannot hold; if it did, that is what has to be seen.
  if (result.ok) return say(the("banner", HTMLElement), "The change was not noticed. This must never happen.");
  refused(result, `${change.before} became ${change.after}`);
  the("restore", HTMLElement).hidden = false;
}

/** @param {{ total: number, in_use?: number }} now */
function seats(now) {
  showSeats(the("seats", HTMLElement), now);
  say(the("seats-story", HTMLElement), `${now.in_use} of ${now.total} in use, one of them by you.`);
}

/** Asks how many seats are in use now. */
async function poll() {
  if (the("inside", HTMLElement).hidden || document.hidden) return;
  const answer = await server.licence(held.token);
  if (answer.ok) seats(answer.body.seats);
}

/** @param {server.Problem} problem */
function full({ seats, earliest, place }) {
  const { total = 0, in_use = total } = seats ?? {};
  say(the("full-title", HTMLElement), `All ${total} seats are taken`);
  showSeats(the("full-seats", HTMLElement), { total, in_use });
  const queue = place === undefined ? "" : ` You are number ${place} in the queue.`;
  const lapse = earliest === undefined ? "" : ` At ${time(earliest)} the first seat lapses, if nobody renews it.`;
  say(the("full-story", HTMLElement), `${in_use} of ${total} seats are in use.${lapse}${queue}`);
  say(the("full-tried", HTMLElement), `Last tried at ${time(Date.now() / 1000)}.`);
  say(the("banner", HTMLElement), "");
  show("full");
}

/** @param {server.Problem | undefined} problem */
function ended(problem) {
  Object.assign(held, { file: "", token: "", username: "" });
  verified = undefined;
  say(the("banner", HTMLElement), "");
  say(the("sign-in-trouble", HTMLElement), problem ? told(problem) : "");
  show("signed-out");
  the("username", HTMLElement).focus();
}

/** @param {server.Problem} problem */
function retrying(problem) {
  say(the("banner", HTMLElement), `${told(problem)} This page tries again by itself.`);
  // Whoever has just come may want to sign in meanwhile; without an answer that would fail as well.
  if (problem.code !== "offline" && !the("loading", HTMLElement).hidden) show("signed-out");
}

/** @param {server.Problem} problem */
function troubled(problem) {
  say(the("banner", HTMLElement), told(problem));
}

/** @param {server.Problem} problem */
function told({ title, detail, mend }) {
  return [detail ?? title, mend].flatMap((text) => (text ? [sentence(text)] : [])).join(" ");
}

/** @param {SubmitEvent} event */
async function signIn(event) {
  event.preventDefault();
  const form = the("sign-in", HTMLFormElement);
  const button = form.querySelector("button");
  const { username, password } = Object.fromEntries(new FormData(form));
  button?.setAttribute("disabled", "");
  const problem = await session.signIn(String(username), String(password));
  button?.removeAttribute("disabled");
  say(the("sign-in-trouble", HTMLElement), problem ? told(problem) : "");
  the("password", HTMLInputElement).value = "";
}

/** Once a second: how long until the token is renewed. */
function tick() {
  const left = session.renewsAt - Date.now();
  const text = session.renewsAt === 0 ? "" : `Your token renews itself in ${duration(left)}, and your seat with it.`;
  say(the("renewal", HTMLElement), text);
}

function keepTrying() {
  if (the("wait", HTMLInputElement).checked && !the("full", HTMLElement).hidden) void session.refresh();
}

/** @param {string} id @param {() => void} act */
const onClick = (id, act) => the(id, HTMLElement).addEventListener("click", act);

async function start() {
  the("sign-in", HTMLFormElement).addEventListener("submit", (event) => void signIn(event));
  the("tamper", HTMLFormElement).addEventListener("submit", tamper);
  onClick("restore", judge);
  onClick("try-again", () => void session.refresh());
  for (const id of ["sign-out", "give-up"]) onClick(id, () => void session.signOut());
  // A product has the roots built into its bundle; here they come with the page's other files.
  const [{ roots, product }] = await Promise.all([fetch("roots.json").then((file) => file.json()), init()]);
  pinned = { roots, product };
  setInterval(tick, 1_000);
  setInterval(() => void poll(), POLL_MILLIS);
  setInterval(keepTrying, KEEP_TRYING_MILLIS);
  // A reload finds the cookie of the sign-in before it.
  await session.refresh();
}

start().catch((failure) => {
  say(the("loading", HTMLElement), "");
  say(the("banner", HTMLElement), sentence(`this page could not start: ${failure.message}`));
});
