import assert from "node:assert/strict";
import { test } from "node:test";

import { MINUTE, SECOND, World } from "./world.mjs";

async function fullHouse() {
  const world = await World.create({ seats: 1 });
  const ada = await world.person("ada");
  const browser = world.browser();
  const boris = await browser.open();
  const answer = await world.during(boris.signIn({ username: "boris", password: "boris-password" }));
  return { world, ada, boris, browser, answer };
}

test("a full house keeps the login", async () => {
  const { boris, browser, answer } = await fullHouse();
  assert.deepEqual([answer.ok, answer.problem.code], [false, "no_seat"]);
  assert.equal(boris.state.status, "no_seat");
  assert.deepEqual(boris.state.problem.seats, { total: 1, in_use: 1 });
  assert.equal(boris.state.problem.place, 1);
  assert.deepEqual(boris.events(), ["no_seat"]);
  assert.notEqual(browser.network.cookie, undefined);
  assert.equal(await boris.token(), undefined);
});

test("whoever waits has the seat as soon as it is free, without a password", async () => {
  const { world, ada, boris } = await fullHouse();
  const waiting = boris.takeSeat({ wait: true });
  await world.clock.advance(2 * MINUTE);
  assert.equal(boris.state.status, "no_seat");
  await world.during(ada.signOut());
  const state = await world.during(waiting);
  assert.equal(state.status, "active");
});

test("whoever does not wait any longer keeps the login", async () => {
  const { world, boris } = await fullHouse();
  const stop = new AbortController();
  const waiting = boris.takeSeat({ wait: true, signal: stop.signal });
  await world.clock.advance(45 * SECOND);
  stop.abort();
  const state = await world.during(waiting);
  assert.equal(state.status, "no_seat");
  world.counted();
  await world.clock.advance(5 * MINUTE);
  assert.equal(world.counted(), 0, "nobody asks for a seat that nobody waits for");
});

test("one tab waits for all of them", async () => {
  const { world, ada, boris, browser } = await fullHouse();
  const second = await browser.open();
  const waiting = [boris.takeSeat({ wait: true }), second.takeSeat({ wait: true })];
  await world.clock.advance(MINUTE);
  await world.during(ada.signOut());
  const states = await world.during(Promise.all(waiting));
  assert.deepEqual(states.map(({ status }) => status), ["active", "active"]);
  assert.equal(boris.claims().jti, second.claims().jti);
});

test("first come, first served", async () => {
  const { world, ada, boris } = await fullHouse();
  const chen = await world.browser().open();
  const first = boris.takeSeat({ wait: true });
  await world.during(chen.signIn({ username: "chen", password: "chen-password" }));
  assert.equal(chen.state.problem.place, 2);
  const second = chen.takeSeat({ wait: true });
  await world.clock.advance(10 * SECOND);
  await world.during(ada.signOut());
  assert.equal((await world.during(first)).status, "active");
  assert.equal(chen.state.status, "no_seat");
  await world.during(boris.signOut());
  assert.equal((await world.during(second)).status, "active");
});

test("a parked seat is free for others at once, and the next activity takes one again", async () => {
  const { world, ada, boris } = await fullHouse();
  assert.deepEqual(await world.during(ada.park()), { ok: true });
  assert.equal(ada.state.status, "idle");
  assert.equal(world.server.seats().in_use, 0);
  ada.tab.happen("activity");
  await world.clock.settle();
  assert.equal(ada.state.status, "idle", "the click that parked it is no wish to have it back");
  assert.equal((await world.during(boris.takeSeat())).status, "active");
  await world.clock.advance(10 * SECOND);
  ada.tab.happen("activity");
  await world.clock.settle();
  assert.equal(ada.state.status, "no_seat");
  await world.during(boris.signOut());
  assert.equal((await world.during(ada.takeSeat())).status, "active");
});

test("too many devices of one person are told with which they are, and one of them can be ended", async () => {
  const world = await World.create({ terms: { sessions_max: 1 } });
  await world.person("ada");
  const second = await world.browser().open();
  const person = { username: "ada", password: "ada-password" };
  const { problem } = await world.during(second.signIn(person));
  assert.equal(problem.code, "too_many_sessions");
  assert.equal(second.state.status, "signed_out");
  const [{ id }] = problem.sessions;
  assert.deepEqual(await world.during(second.signIn({ ...person, endSession: id })), { ok: true });
});

test("a second browser of the same person shares the seat", async () => {
  const world = await World.create({ seats: 1 });
  const first = await world.person("ada");
  const second = await world.person("ada");
  assert.notEqual(first.claims().sid, second.claims().sid);
  assert.equal(world.server.seats().in_use, 1);
});
