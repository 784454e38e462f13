// `delivery: "body"`: the refresh token is in the memory of the open tabs, and nowhere else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { RENEWAL, SECOND, World } from "./world.mjs";

const BODY = { delivery: "body" };

const signIn = (world, tab, name = "ada") => world.during(tab.signIn({ username: name, password: `${name}-password` }));

async function tabs(count, terms) {
  const world = await World.create(terms);
  const browser = world.browser();
  const open = [];
  while (open.length < count) open.push(await browser.open(BODY));
  return { world, browser, tabs: open };
}

const statuses = (tabs) => new Set(tabs.map(({ state }) => state.status));

test("tabs share one sign-in, and renew once a round whichever of them asks", async () => {
  const { world, browser, tabs: open } = await tabs(10);
  await signIn(world, open[0]);
  assert.equal(browser.network.cookie, undefined);
  open.push(await browser.open(BODY));
  world.counted();
  for (let round = 0; round < 11; round += 1) {
    open[round].active();
    await world.clock.advance(RENEWAL + SECOND);
    assert.equal(world.counted(), 1, `round ${round}`);
  }
  assert.deepEqual([statuses(open), world.server.seats().in_use], [new Set(["active"]), 1]);
});

test("in a full house any tab may wait and take the seat, one that came later too", async () => {
  for (const which of [0, 1, 2]) {
    const { world, browser, tabs: open } = await tabs(2, { seats: 1 });
    const boris = await world.person("boris");
    assert.equal((await signIn(world, open[0])).problem.code, "no_seat");
    open.push(await browser.open(BODY));
    assert.deepEqual(statuses(open), new Set(["no_seat"]));
    const waiting = open[which].takeSeat({ wait: true });
    await world.clock.advance(45 * SECOND);
    await world.during(boris.signOut());
    assert.equal((await world.during(waiting)).status, "active");
    assert.deepEqual(statuses(open), new Set(["active"]));
  }
});

test("a tab that is opened while the server is away renews for all when it is back", async () => {
  const { world, browser, tabs: open } = await tabs(1);
  await signIn(world, open[0]);
  world.server.intercept = () => Promise.reject(new TypeError("no network"));
  await world.clock.advance(RENEWAL + SECOND);
  open.push(await browser.open(BODY));
  world.server.intercept = (_request, next) => next();
  await world.during(open[1].takeSeat());
  await world.clock.advance(2 * RENEWAL);
  assert.deepEqual([statuses(open), open.flatMap((tab) => tab.events()).includes("signed_out")], [new Set(["active"]), false]);
});

test("the refresh token is kept nowhere and told to nobody", async () => {
  const { world, browser, tabs: open } = await tabs(2, { seats: 1 });
  const told = [];
  open.forEach((tab) => tab.on("change", (state) => told.push(state)));
  await world.person("boris");
  const answer = await signIn(world, open[0]);
  const kept = ["licence", "time", "log", "session", "leaving", "lease"].map((name) => browser.tabs.store.getItem(`licence ${world.server.url} ${name}`));
  assert.ok(kept.some((text) => text !== null));
  assert.doesNotMatch(JSON.stringify([answer, told, open.map(({ told }) => told), kept]), /lrt1_/);
});

test("a reload of the only tab signs out, and says that its sign-in is gone", async () => {
  const { world, browser, tabs: open } = await tabs(1);
  await signIn(world, open[0]);
  open[0].close();
  const again = await browser.open(BODY);
  assert.equal(again.state.status, "signed_out");
  assert.deepEqual(again.told.map(([name, what]) => [name, what.reason?.code]), [["licence", undefined], ["signed_out", "invalid_grant"]]);
});
