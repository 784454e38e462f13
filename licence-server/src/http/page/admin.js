// The administrator's page: one tab at a time, which is looked at anew while it is shown.

import { Session } from "./api.js";
import { startAudit } from "./audit.js";
import { startClock } from "./clock.js";
import { startDoctor } from "./doctor.js";
import { say, the } from "./elements.js";
import { startImport } from "./import.js";
import { startLicence } from "./licence.js";
import { Live } from "./live.js";
import { startPeople } from "./people.js";
import { startSeats } from "./seats.js";
import { startSessions } from "./sessions.js";
import { guard } from "./sign_in.js";
import { startUsage } from "./usage.js";

const session = new Session("admin");
const trouble = the("trouble");

/** What each tab is given to work with. */
const house = { session, act };

/** What shows each tab anew. */
const looks = {
  seats: startSeats(house),
  people: startPeople(house),
  import: startImport(house),
  sessions: startSessions(house),
  usage: startUsage(house),
  licence: startLicence(house),
  audit: startAudit(house),
  clock: startClock(house),
  doctor: startDoctor(house),
};

/** Those in which something is going on; the others are looked at when they are opened and after an act. */
const LIVE = ["seats", "clock"];

let lives = [];

/** Whether what is said to be wrong came of looking: then the next look that succeeds takes it back. */
let isOfLook = false;

/** Does something, says what the server refuses, and shows what there is then. */
async function act(deed) {
  try {
    await deed();
    complain("");
    await lookAgain();
  } catch (failure) {
    complain(failure.message);
  }
}

async function look(tab) {
  try {
    await looks[tab]();
    if (isOfLook) complain("");
  } catch (failure) {
    if (!the("inside").hidden) complain(failure.message);
    isOfLook = true;
    throw failure;
  }
}

function complain(text) {
  say(trouble, text);
  isOfLook = false;
}

const shownTab = () => (location.hash.slice(1) in looks ? location.hash.slice(1) : "seats");

function lookAgain() {
  const live = lives.find((one) => one.tab === shownTab());
  return live ? live.now() : look(shownTab());
}

function open() {
  const tab = shownTab();
  for (const name of Object.keys(looks)) {
    the(name).hidden = name !== tab;
    const link = document.querySelector(`nav a[href="#${name}"]`);
    if (name === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  for (const { stop } of lives) stop();
  complain("");
  const live = lives.find((one) => one.tab === tab);
  if (live) void live.start();
  else void look(tab).catch(() => {});
}

function inside() {
  lives = LIVE.map((tab) => {
    const live = new Live(() => look(tab));
    return { tab, start: () => live.start(), now: () => live.now(), stop: () => live.stop() };
  });
  addEventListener("hashchange", open);
  open();
  void session.look("/v1/me").then(({ username }) => say(the("who"), username), () => {});
}

function outside() {
  removeEventListener("hashchange", open);
  for (const { stop } of lives) stop();
  lives = [];
  say(the("who"), "");
  for (const place of document.querySelectorAll("#inside tbody, [data-facts]")) place.replaceChildren();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

void guard(session, { inside, outside, resume: false, fields: { device: "Administration", remember: "false" } });
