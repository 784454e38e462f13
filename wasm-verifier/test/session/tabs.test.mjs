import assert from "node:assert/strict";
import { test } from "node:test";

import { MINUTE, RENEWAL, SECOND, World } from "./world.mjs";

/** Ten tabs of one person. */
async function tenTabs(abilities, options) {
  const world = await World.create();
  const browser = world.browser(abilities);
  const first = await browser.open(options);
  await world.during(first.signIn({ username: "ada", password: "ada-password" }));
  const tabs = [first];
  while (tabs.length < 10) tabs.push(await browser.open(options));
  world.counted();
  return { world, browser, tabs };
}

const jtis = (tabs) => new Set(tabs.map((tab) => tab.claims()?.jti));

test("a new tab has the token of the others, without asking the server", async () => {
  const { world, tabs } = await tenTabs();
  assert.equal(world.server.served.filter(({ path }) => path.endsWith("refresh")).length, 1, "the first one, before it signed in");
  assert.equal(jtis(tabs).size, 1);
  assert.equal(world.server.seats().in_use, 1);
});

test("ten tabs renew once a round, and all of them have the new token", async () => {
  const { world, tabs } = await tenTabs();
  for (let round = 0; round < 20; round += 1) {
    tabs[round % 10].active();
    await world.clock.advance(RENEWAL + SECOND);
    assert.equal(world.counted(), 1, `round ${round}`);
    assert.equal(jtis(tabs).size, 1);
  }
  assert.ok(tabs.every(({ state }) => state.status === "active"));
  assert.ok(tabs.every(({ told }) => told.every(([name]) => name === "licence")));
});

test("ten tabs that wake at once after a sleep renew once", async () => {
  const { world, tabs } = await tenTabs();
  await world.clock.sleep(40 * MINUTE);
  tabs.forEach(({ tab }) => tab.happen("wake"));
  await world.clock.settle();
  assert.equal(world.counted(), 1);
  assert.equal(jtis(tabs).size, 1);
});

test("ten calls at once that are answered with 401 renew once", async () => {
  const { world, browser, tabs } = await tenTabs();
  const { jti } = tabs[0].claims();
  const real = browser.network.fetch;
  world.server.intercept = async (request, next) => (request.url.endsWith("/v1/me") && world.isRefused(request) ? new Response(null, { status: 401 }) : next());
  const token = await tabs[0].token();
  world.isRefused = (request) => request.headers.get("Authorization") === `Bearer ${token}`;
  const answers = await world.during(Promise.all(tabs.map((tab) => tab.fetch("https://seats.test/v1/me"))));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(world.counted(), 1);
  assert.notEqual(tabs[5].claims().jti, jti);
  assert.ok(real);
});

test("without locks chance decides who goes first, and nobody is signed out", async () => {
  const { world, tabs } = await tenTabs({ locks: false });
  for (let round = 0; round < 20; round += 1) {
    tabs[round % 10].active();
    await world.clock.advance(RENEWAL + 2 * SECOND);
    assert.ok(world.counted() <= 3, "two may draw the same lot");
    assert.ok(tabs.every(({ state }) => state.status === "active"));
  }
});

test("a sign-out reaches every tab at once, and none of them comes back", async () => {
  const { world, browser, tabs } = await tenTabs();
  assert.deepEqual(await world.during(tabs[3].signOut()), { ok: true });
  assert.deepEqual(new Set(tabs.map(({ state }) => state.status)), new Set(["signed_out"]));
  assert.ok(tabs.every((tab) => tab.claims() === undefined && tab.events().at(-1) === "signed_out"));
  assert.equal(browser.network.cookie, undefined);
  assert.equal(world.server.seats().in_use, 0);
  world.counted("");
  await world.clock.advance(20 * MINUTE);
  assert.equal(world.counted(""), 0, "no timer is left");
});

test("a sign-in in one tab signs the others in", async () => {
  const { world, tabs } = await tenTabs();
  await world.during(tabs[0].signOut());
  await world.during(tabs[1].signIn({ username: "boris", password: "boris-password" }));
  await world.clock.settle();
  assert.equal(jtis(tabs).size, 1);
  assert.ok(tabs.every(({ state }) => state.status === "active"));
});

test("a renewal that is under way at sign-out does not sign anybody in again", async () => {
  const { world, browser, tabs } = await tenTabs();
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  world.server.intercept = async (request, next) => {
    if (!request.url.endsWith("refresh")) return next();
    const response = await next();
    await held;
    return response;
  };
  await world.clock.advance(RENEWAL + SECOND);
  await world.during(tabs[7].signOut());
  answer();
  await world.clock.settle();
  assert.ok(tabs.every(({ state }) => state.status === "signed_out"));
  world.server.intercept = (_request, next) => next();
  const again = await browser.open();
  assert.equal(again.state.status, "signed_out");
  assert.equal(world.server.seats().in_use, 0);
});

test("a page that was left in the cache shows nothing when it comes back after a sign-out", async () => {
  const { world, tabs } = await tenTabs();
  tabs[0].tab.happen("hidden");
  await world.during(tabs[1].signOut());
  assert.equal(tabs[0].state.status, "active", "it heard nothing");
  tabs[0].tab.happen("shown_again");
  assert.equal(tabs[0].state.status, "signed_out");
  assert.equal(tabs[0].claims(), undefined);
  await world.clock.settle();
});

test("a page that comes back from the cache goes on with what the others have", async () => {
  const { world, tabs } = await tenTabs();
  tabs[0].tab.happen("hidden");
  tabs[1].active();
  await world.clock.advance(RENEWAL + SECOND);
  world.counted();
  tabs[0].tab.happen("shown_again");
  await world.clock.settle();
  assert.equal(jtis(tabs).size, 1);
  assert.equal(world.counted(), 0);
});
