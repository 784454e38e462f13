// Ten tabs of one browser over the real server, with every interleaving that delays can force.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch } from "./chromium.mjs";

const url = process.env.LICENCE_DEMO_URL;
if (!url) throw new Error("`LICENCE_DEMO_URL` names no demonstration: run `cargo xtask test`, which starts one");

const TABS = 10;
const ROUNDS = 50;

/** Delays in milliseconds, drawn from a seed so that a failing run can be repeated. */
function delays(seed) {
  let state = seed;
  return (max) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * max);
  };
}

/** The network, which takes its time. */
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

describe("ten tabs", () => {
  const delay = delays(20_261_122);
  let chromium, context, tabs;
  let refreshes = [];

  /** An empty page of the application's origin, with a session in it. */
  async function open() {
    const page = await context.newPage();
    await page.goto(`${url}/licence-tests-empty`);
    await page.evaluate(async () => {
      const { createSession } = await import("/wasm-verifier/session/browser.js");
      const { roots, product } = await (await fetch("/roots.json")).json();
      window.session = createSession({ roots, product });
      await window.session.ready;
    });
    return page;
  }

  /** A tab hears from the one that signed in or out, and that takes a moment. */
  const becomes = (page, status) =>
    page.evaluate(
      (status) =>
        new Promise((resolve) => {
          const look = () => window.session.state.status === status && resolve();
          window.session.on("change", look);
          look();
        }),
      status,
    );

  /** The cookies of sign-ins; the server may keep others, by which it knows a device again. */
  const signIns = async () => (await context.cookies()).filter(({ name }) => name.startsWith("refresh-"));

  before(async () => {
    chromium = await launch();
    context = await chromium.newContext();
    await context.route("**/licence-tests-empty", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
    await context.route("**/v1/auth/refresh", async (route) => {
      // Late on the way there, or late on the way back: whoever comes second must find the first one's work.
      await pause(delay(30));
      const response = await route.fetch();
      refreshes.push({ status: response.status(), cookie: response.headers()["set-cookie"] ?? "" });
      await pause(delay(30));
      await route.fulfill({ response });
    });
    tabs = [];
    while (tabs.length < TABS) tabs.push(await open());
    const person = { username: "hana", password: "hana-demo-password" };
    assert.deepEqual(await tabs[0].evaluate((person) => window.session.signIn(person), person), { ok: true });
    await Promise.all(tabs.map((tab) => becomes(tab, "active")));
  });

  after(async () => {
    await tabs?.[0]?.evaluate(() => window.session.signOut());
    await chromium?.close();
  });

  test(`renew once a round in ${ROUNDS} rounds, and nobody is signed out`, async () => {
    let refused = "";
    await context.route("**/v1/me", async (route) => {
      const isRefused = route.request().headers()["authorization"] === refused;
      // Each tab learns at another time that its token is refused.
      if (isRefused) await pause(delay(40));
      return isRefused ? route.fulfill({ status: 401 }) : route.continue();
    });
    const jtis = new Set();
    for (let round = 0; round < ROUNDS; round += 1) {
      refused = `Bearer ${await tabs[round % TABS].evaluate(() => window.session.token())}`;
      refreshes = [];
      const answers = await Promise.all(tabs.map((tab) => tab.evaluate(async () => (await window.session.fetch("/v1/me")).status)));
      assert.deepEqual(new Set(answers), new Set([200]), `round ${round}`);
      assert.equal(refreshes.length, 1, `round ${round}: ${JSON.stringify(refreshes)}`);
      assert.ok(refreshes.every(({ status, cookie }) => status === 200 && !cookie.includes("Max-Age=0")));
      jtis.add(await tabs[0].evaluate(() => window.session.claims().jti));
    }
    assert.equal(jtis.size, ROUNDS);
    const states = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.session.state.status)));
    assert.deepEqual(new Set(states), new Set(["active"]));
  });

  test("hold one seat, and a new one among them asks the server for nothing", async () => {
    refreshes = [];
    const seats = await tabs[0].evaluate(async () => (await (await window.session.fetch("/v1/licence")).json()).seats.in_use);
    assert.equal(seats, 1);
    assert.equal((await signIns()).length, 1);
    const fresh = await open();
    assert.equal(await fresh.evaluate(() => window.session.state.status), "active");
    assert.equal(refreshes.length, 0, "a new tab has what the others have");
  });

  test("are signed out together, the cookie with them, and none of them comes back", async () => {
    await tabs[4].evaluate(() => window.session.signOut());
    await Promise.all(tabs.map((tab) => becomes(tab, "signed_out")));
    assert.deepEqual(await signIns(), []);
  });
});
