import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY, HOUR, MINUTE, RENEWAL, SECOND, World } from "./world.mjs";

test("25 tabs left open over a weekend hold no seat on Monday", async () => {
  const world = await World.create({ seats: 25 });
  const people = [];
  for (let number = 0; number < 5; number += 1) {
    const person = await world.person(`person${number}`);
    people.push(person);
    while (people.length % 5) people.push(await person.browser.open());
  }
  assert.equal(world.server.seats().in_use, 5);
  await world.clock.advance(3 * HOUR);
  world.counted("");
  await world.clock.advance(60 * HOUR);
  assert.equal(world.server.seats().in_use, 0);
  assert.equal(world.counted(""), 0);
  assert.ok(people.every(({ state }) => state.status === "idle"));
});

test("on Monday the first key takes a seat again, without a password", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  await world.clock.advance(3 * DAY);
  assert.deepEqual(session.events(), ["licence", "idle"]);
  session.tab.happen("activity");
  await world.clock.settle();
  assert.equal(session.state.status, "active");
  assert.equal(world.server.seats().in_use, 1);
});

test("whoever is seen in one tab keeps the seat in all", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const other = await session.browser.open();
  for (let hours = 0; hours < 8; hours += 1) {
    await world.clock.advance(HOUR);
    other.tab.happen("activity");
  }
  assert.equal(session.state.status, "active");
  assert.equal(other.state.status, "active");
});

test("a token is used to its end, and not renewed, once nobody is seen", async () => {
  const world = await World.create({ terms: { idle_secs: 300 } });
  const session = await world.person("ada");
  await world.clock.advance(14 * MINUTE + 30 * SECOND);
  assert.equal(session.state.status, "active");
  await world.clock.advance(MINUTE);
  assert.equal(session.state.status, "idle");
  assert.equal(world.counted(), 1, "the one before the sign-in");
});

test("a job that nobody watches keeps its seat until it ends", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const done = session.busy();
  await world.clock.advance(DAY);
  assert.equal(session.state.status, "active");
  done();
  done();
  await world.clock.advance(3 * HOUR);
  assert.equal(session.state.status, "idle");
});

test("activity that the application declares counts as any other", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  for (let hours = 0; hours < 5; hours += 1) {
    await world.clock.advance(HOUR);
    session.active();
  }
  assert.equal(session.state.status, "active");
});

test("requests that a page repeats by itself are no activity", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  for (let hours = 0; hours < 4; hours += 1) {
    await world.during(session.fetch("https://seats.test/v1/me"));
    await world.clock.advance(HOUR);
  }
  assert.equal(session.state.status, "idle");
  assert.equal((await world.during(session.fetch("https://seats.test/v1/me"))).status, 401);
  assert.equal(session.state.status, "idle");
});

test("activity while the token still holds goes on as if nothing had been", async () => {
  const world = await World.create({ terms: { idle_secs: 13 * 60 } });
  const session = await world.person("ada");
  await world.clock.advance(RENEWAL + SECOND);
  world.counted();
  session.tab.happen("activity");
  await world.clock.settle();
  assert.equal(world.counted(), 1);
  assert.equal(session.state.status, "active");
  assert.ok(!session.events().includes("idle"));
});
