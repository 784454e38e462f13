// The page of the demonstration: it uses the package as any application would, and shows why it believes what it shows.

import { chainItems } from "./chain.js";
import { showRefusal, startCheating, stopCheating } from "./cheat.js";
import { say, sentence, the } from "./elements.js";
import { showSeats } from "./seats.js";
import { day, duration, time } from "./times.js";
import { createSession } from "./wasm-verifier/session/browser.js";

/** @typedef {import("./wasm-verifier/session/browser.js").Session} Session */
/** @typedef {import("./wasm-verifier/session/browser.js").State} State */
/** @typedef {NonNullable<State["problem"]>} Problem */

const VIEWS = ["loading", "signed-out", "full", "idle", "away", "inside"];

/** Which view shows which status. @type {Record<State["status"], string>} */
const VIEW_OF = {
  starting: "loading",
  signed_out: "signed-out",
  no_seat: "full",
  idle: "idle",
  offline: "away",
  refused: "away",
  borrowed: "away",
  active: "inside",
};

/** How often the seats in use are asked for, while somebody looks. */
const POLL_MILLIS = 3_000;

/** How long a seat is taken along. */
const BORROWED_DAYS = 3;

/** Names of people by their id, which is all that a token says. @type {Map<string, string>} */
const names = new Map();

/** Ends the waiting for a seat. @type {AbortController | undefined} */
let waiting;

/** The token that was shown last. @type {string | undefined} */
let shown;

/** @param {Session} session */
function show(session) {
  const { state } = session;
  const view = VIEW_OF[state.status];
  for (const name of VIEWS) the(name, HTMLElement).hidden = name !== view;
  the("sign-out", HTMLElement).hidden = ["loading", "signed-out", "full"].includes(view);
  if (view !== "full") stopWaiting();
  if (view !== "inside") shown = undefined;
  if (view === "full") showFull(state);
  if (view === "away") showAway(state);
  if (view === "inside") showInside(session);
  showWho(session);
  tick(session);
}

/** @param {Session} session */
function showInside(session) {
  const { claims, chain = [], licence, seat } = session.state;
  if (!claims || claims.jti === shown) return;
  shown = claims.jti;
  stopCheating();
  const line = the("verdict-line", HTMLElement);
  line.dataset["state"] = licence?.state ?? "expired";
  say(line, `Verified in this browser: all ${chain.length} links hold, and the licence is ${licence?.state ?? "expired"}.`);
  the("chain", HTMLElement).replaceChildren(...chainItems(chain, names.get(claims.sub) ?? "you"));
  the("borrow", HTMLElement).hidden = licence?.claims.seats.borrow === undefined || session.state.lease !== undefined;
  the("give-back", HTMLElement).hidden = session.state.lease === undefined;
  if (seat) seats(seat);
}

/** @param {State} state */
function showFull({ problem }) {
  const { seats: { total = 0, in_use = 0 } = {}, earliest, place } = /** @type {any} */ (problem ?? {});
  say(the("full-title", HTMLElement), `All ${total} seats are taken`);
  showSeats(the("full-seats", HTMLElement), { total, in_use });
  const queue = place === undefined ? "" : ` You are number ${place} in the queue.`;
  const lapse = earliest === undefined ? "" : ` At ${time(earliest)} the first seat lapses, if nobody renews it.`;
  say(the("full-story", HTMLElement), `${in_use} of ${total} seats are in use.${lapse}${queue}`);
  say(the("full-tried", HTMLElement), waiting ? "Waiting for the next free seat…" : `Last tried at ${time(Date.now() / 1000)}.`);
}

/** What may be shown without a token: what the last licence says, or a seat that was taken along. @param {State} state */
function showAway({ status, problem, licence, lease }) {
  const isBorrowed = status === "borrowed" && lease;
  say(the("away-title", HTMLElement), isBorrowed ? "Working on a borrowed seat" : "No seat can be checked right now");
  const until = isBorrowed ? `It is bound to a key in this browser and holds until ${day(lease.exp)}, ${time(lease.exp)}, without a network. ` : "";
  const whose = licence ? `The licence of ${licence.claims.institute.name} is ${licence.state}: this browser has verified it again.` : "";
  say(the("away-story", HTMLElement), `${until}${whose}`);
  say(the("away-trouble", HTMLElement), problem && !isBorrowed ? told(problem) : "");
}

/** @param {Session} session */
async function showWho(session) {
  const sub = session.claims()?.sub;
  say(the("who", HTMLElement), sub === undefined ? "" : names.get(sub) ?? "");
  if (sub === undefined || names.has(sub)) return;
  names.set(sub, "");
  const answer = await session.fetch("/v1/me").catch(() => undefined);
  if (!answer?.ok) return void names.delete(sub);
  names.set(sub, (await answer.json()).username);
  showAgain(session);
}

/** @param {{ total: number, in_use?: number }} now */
function seats(now) {
  showSeats(the("seats", HTMLElement), now);
  say(the("seats-story", HTMLElement), `${now.in_use} of ${now.total} in use, one of them by you.`);
}

/** Asks how many seats are in use now. @param {Session} session */
async function poll(session) {
  if (session.state.status !== "active" || document.hidden) return;
  const answer = await session.fetch("/v1/licence").catch(() => undefined);
  if (answer?.ok) seats((await answer.json()).seats);
}

/** Once a second: how long until the token is renewed. @param {Session} session */
function tick({ state: { due } }) {
  const left = due - Date.now();
  say(the("renewal", HTMLElement), due === Infinity ? "" : `Your token renews itself in ${duration(left)}, and your seat with it.`);
}

/** @param {Problem} problem */
function told(problem) {
  const what = "message" in problem ? problem.message : problem.detail ?? problem.title;
  return [what, problem.mend].flatMap((text) => (text ? [sentence(text)] : [])).join(" ");
}

/** @param {Session} session @param {SubmitEvent} event */
async function signIn(session, event) {
  event.preventDefault();
  const form = the("sign-in", HTMLFormElement);
  const button = form.querySelector("button");
  const { username, password } = Object.fromEntries(new FormData(form));
  button?.setAttribute("disabled", "");
  const answer = await session.signIn({ username: String(username), password: String(password) });
  button?.removeAttribute("disabled");
  say(the("sign-in-trouble", HTMLElement), answer.ok || answer.problem.code === "no_seat" ? "" : told(answer.problem));
  the("password", HTMLInputElement).value = "";
}

/** @param {Session} session */
async function wait(session) {
  if (!the("wait", HTMLInputElement).checked) return stopWaiting();
  waiting = new AbortController();
  showFull(session.state);
  await session.takeSeat({ wait: true, signal: waiting.signal });
}

function stopWaiting() {
  the("wait", HTMLInputElement).checked = false;
  waiting?.abort();
  waiting = undefined;
}

/** @param {Session} session */
async function borrow(session) {
  const answer = await session.borrow(BORROWED_DAYS);
  const line = the("borrow-story", HTMLElement);
  if (!answer.ok) return say(line, told(answer.problem));
  say(line, `Yours until ${day(answer.lease.exp)}. While no server answers, this page opens all the same.`);
  showAgain(session);
}

/** @param {Session} session */
async function giveBack(session) {
  const answer = await session.giveBack();
  say(the("borrow-story", HTMLElement), answer.ok ? "It is back." : told(answer.problem));
  showAgain(session);
}

/** Shows what is held, though it is the same token as before. @param {Session} session */
function showAgain(session) {
  shown = undefined;
  show(session);
}

/** @param {Session} session */
function listen(session) {
  const banner = the("banner", HTMLElement);
  session.on("change", () => show(session));
  session.on("offline", (isOffline) => say(banner, isOffline ? "The server cannot be reached. This page tries again by itself." : ""));
  session.on("signed_out", ({ reason }) => say(the("sign-in-trouble", HTMLElement), reason ? told(reason) : ""));
  session.on("rollback", ({ kind }) => {
    const store = kind === "forked" ? "a copy of its store has gone another way" : "an older store is in use";
    say(banner, `The server's log did not go on from where it was: ${store}.`);
  });
  session.on("clock", ({ skew_secs: skew }) => {
    say(banner, skew === 0 ? "" : `This machine's clock is ${duration(Math.abs(skew) * 1000)} ${skew > 0 ? "fast" : "slow"}: the server's counts.`);
  });
  /** @param {string} id @param {() => unknown} act */
  const onClick = (id, act) => the(id, HTMLElement).addEventListener("click", () => void act());
  the("sign-in", HTMLFormElement).addEventListener("submit", (event) => void signIn(session, event));
  the("wait", HTMLElement).addEventListener("change", () => void wait(session));
  onClick("try-again", () => session.takeSeat());
  onClick("come-back", () => session.takeSeat());
  onClick("retry", () => session.takeSeat());
  onClick("park", () => session.park());
  onClick("borrow", () => borrow(session));
  onClick("give-back", () => giveBack(session));
  onClick("restore", () => showAgain(session));
  for (const id of ["sign-out", "give-up"]) onClick(id, () => session.signOut());
}

async function start() {
  // A product has the roots built into its bundle; here they come with the page's other files.
  const { roots, product } = await (await fetch("roots.json")).json();
  const session = createSession({ roots, product });
  listen(session);
  startCheating(session, { roots, product }, (refusal, change) => showRefusal(session, refusal, change, names));
  setInterval(() => tick(session), 1_000);
  setInterval(() => void poll(session), POLL_MILLIS);
  await session.ready;
}

start().catch((failure) => {
  say(the("loading", HTMLElement), "");
  say(the("banner", HTMLElement), sentence(`this page could not start: ${failure.message}`));
});
