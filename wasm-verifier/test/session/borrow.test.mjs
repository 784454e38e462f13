import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY, MINUTE, World } from "./world.mjs";

const BORROW = { borrow: { days_max: 14, seats_max: 2 } };
const offline = () => Promise.reject(new TypeError("fetch failed"));

async function borrowed(days = 7) {
  const world = await World.create({ terms: BORROW });
  const session = await world.person("ada");
  const result = await world.during(session.borrow(days));
  assert.equal(result.ok, true, result.problem?.message ?? result.problem?.title);
  return { world, session, lease: result.lease };
}

test("a borrowed seat opens the application where there is no network", async () => {
  const { world, session, lease } = await borrowed();
  assert.equal(lease.exp - lease.iat, 7 * 86_400);
  session.close();
  world.server.intercept = offline;
  await world.clock.advance(6 * DAY);
  const inTheField = await session.browser.open();
  assert.equal(inTheField.state.status, "borrowed");
  assert.equal(inTheField.state.lease.sub, lease.sub);
  assert.equal(inTheField.state.licence.feature("export"), true);
});

test("it ends at its end", async () => {
  const { world, session } = await borrowed();
  session.close();
  world.server.intercept = offline;
  await world.clock.advance(6 * DAY);
  const inTheField = await session.browser.open();
  await world.clock.advance(DAY + MINUTE);
  assert.equal(inTheField.state.status, "idle");
  assert.equal(inTheField.state.lease, undefined);
  inTheField.close();
  assert.equal((await session.browser.open()).state.status, "offline");
});

test("a clock that is set back makes it no longer", async () => {
  const { world, session } = await borrowed();
  await world.clock.advance(5 * DAY);
  session.tab.happen("activity");
  await world.clock.settle();
  session.close();
  world.server.intercept = offline;
  session.browser.tabs.skew = -4 * DAY;
  await world.clock.advance(3 * DAY);
  const back = await session.browser.open();
  assert.equal(back.state.status, "borrowed", "5 days have been signed for, and no more can be known");
});

test("a lease that was copied to another browser opens nothing there", async () => {
  const { world, session } = await borrowed();
  world.server.intercept = offline;
  const thief = world.browser();
  for (const name of ["licence", "time", "lease", "session"]) {
    const key = `licence ${world.server.url} ${name}`;
    thief.tabs.store.setItem(key, session.browser.tabs.store.getItem(key));
  }
  const elsewhere = await thief.open();
  assert.equal(elsewhere.state.status, "offline");
  assert.equal(elsewhere.state.lease, undefined);
});

test("a lease that was changed opens nothing", async () => {
  const { world, session } = await borrowed();
  session.close();
  world.server.intercept = offline;
  const key = `licence ${world.server.url} lease`;
  const kept = JSON.parse(session.browser.tabs.store.getItem(key));
  const [head, claims, signature] = kept.token.split(".");
  const longer = btoa(atob(claims).replace(/"exp":\d/, '"exp":9')).replaceAll("=", "");
  session.browser.tabs.store.setItem(key, JSON.stringify({ ...kept, token: [head, longer, signature].join(".") }));
  assert.equal((await session.browser.open()).state.status, "offline");
});

test("a seat that is brought back is free for others, and the copy is gone", async () => {
  const { world, session } = await borrowed();
  await world.during(session.park());
  assert.equal(world.server.seats().in_use, 1, "the lease holds it");
  await world.during(session.takeSeat());
  assert.deepEqual(await world.during(session.giveBack()), { ok: true });
  assert.equal(session.state.lease, undefined);
  await world.during(session.signOut());
  assert.equal(world.server.seats().in_use, 0);
  session.close();
  world.server.intercept = offline;
  assert.notEqual((await session.browser.open()).state.status, "borrowed");
});

test("a licence that lends no seats is told as it is", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const { ok, problem } = await world.during(session.borrow(3));
  assert.deepEqual([ok, problem.code], [false, "forbidden"]);
});
