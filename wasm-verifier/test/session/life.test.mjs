import assert from "node:assert/strict";
import { test } from "node:test";

import { HOUR, MINUTE, RENEWAL, SECOND, World } from "./world.mjs";

test("whoever has not signed in is signed out, and nothing else is told", async () => {
  const world = await World.create();
  const session = await world.browser().open();
  assert.equal(session.state.status, "signed_out");
  assert.deepEqual(session.told, []);
  assert.equal(await session.token(), undefined);
});

test("whoever signs in has a verified token, the licence and the seat", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  assert.equal(session.state.status, "active");
  assert.equal(session.claims().aud, "test-app");
  assert.deepEqual(session.state.chain.map(({ link }) => link), ["root", "issuer", "licence", "site", "access"]);
  assert.equal(session.state.licence.feature("export"), true);
  assert.deepEqual([session.state.seat.in_use, session.state.seat.total], [1, 3]);
  assert.ok(Object.isFrozen(session.state));
});

test("a wrong password is told and changes nothing", async () => {
  const world = await World.create();
  const session = await world.browser().open();
  const answer = await world.during(session.signIn({ username: "ada", password: "wrong" }));
  assert.deepEqual([answer.ok, answer.problem.code], [false, "invalid_grant"]);
  assert.equal(session.state.status, "signed_out");
  assert.deepEqual(session.told, []);
});

test("a token is renewed a minute before its end, and not before", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const { jti } = session.claims();
  world.counted();
  await world.clock.advance(RENEWAL - 2 * SECOND);
  assert.equal(world.counted(), 0);
  await world.clock.advance(3 * SECOND);
  assert.equal(world.counted(), 1);
  assert.notEqual(session.claims().jti, jti);
  assert.equal(session.state.status, "active");
});

test("a reload goes on with the same sign-in on the same seat", async () => {
  const world = await World.create();
  const before = await world.person("ada");
  before.close();
  const after = await before.browser.open();
  assert.equal(after.state.status, "active");
  assert.equal(after.claims().sid, before.claims().sid);
  assert.equal(world.server.seats().in_use, 1);
});

test("after a sleep the token is renewed as soon as the machine wakes", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  await world.clock.sleep(90 * MINUTE);
  session.tab.happen("wake");
  await world.clock.settle();
  assert.equal(session.state.status, "active");
  assert.ok(session.claims().exp > world.clock.secs());
});

test("a clock that was set back does not put the renewal off", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  world.counted();
  session.browser.tabs.skew = -5 * HOUR;
  await world.clock.advance(20 * SECOND);
  assert.equal(world.counted(), 1);
  assert.equal(session.state.status, "active");
  await world.clock.advance(RENEWAL);
  assert.equal(world.counted(), 1, "from then on the renewals come in time again");
});
