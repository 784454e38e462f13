import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY, MINUTE, RENEWAL, SECOND, World } from "./world.mjs";

const offline = () => Promise.reject(new TypeError("fetch failed"));
const online = (_request, next) => next();

test("a server that is away signs nobody out, and is asked until it answers", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  world.server.intercept = offline;
  await world.clock.advance(RENEWAL + 5 * SECOND);
  assert.equal(session.state.status, "active", "the token still holds");
  assert.deepEqual(session.events(), ["licence", "offline"]);
  await world.clock.advance(10 * MINUTE);
  assert.equal(session.state.status, "offline");
  assert.equal(session.state.licence.claims.institute.name, "Institute of Tests");
  assert.equal(session.state.problem.code, "offline");
  world.server.intercept = online;
  await world.clock.advance(70 * SECOND);
  assert.equal(session.state.status, "active");
  assert.deepEqual(session.told.at(-1), ["offline", false]);
});

test("as soon as the network is back it is used", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  world.server.intercept = offline;
  await world.clock.advance(20 * MINUTE);
  world.server.intercept = online;
  session.tab.happen("online");
  await world.clock.advance(0);
  assert.equal(session.state.status, "active");
});

test("after a failure there are five tries within the time in which the server repeats a lost answer", async () => {
  const world = await World.create();
  await world.person("ada");
  const tries = [];
  world.server.intercept = (request) => {
    tries.push(world.clock.now());
    return offline(request);
  };
  await world.clock.advance(RENEWAL + 5 * MINUTE);
  const after = tries.map((at) => (at - tries[0]) / SECOND);
  assert.ok(after.filter((secs) => secs < 30).length >= 5, after.join());
  assert.ok(after.length < 15, after.join());
});

test("an answer that is lost on the way costs nothing: the next try gets the same", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  let lost = 0;
  world.server.intercept = async (request, next) => {
    if (!request.url.endsWith("refresh") || lost === 3) return next();
    lost += 1;
    const { cookie } = session.browser.network;
    await next();
    session.browser.network.cookie = cookie;
    throw new TypeError("fetch failed");
  };
  await world.clock.advance(RENEWAL + 20 * SECOND);
  assert.equal(lost, 3);
  assert.equal(session.state.status, "active");
  await world.clock.advance(RENEWAL);
  assert.equal(session.state.status, "active");
});

test("ten tabs that lose an answer are not taken for a thief", async () => {
  const world = await World.create();
  const first = await world.person("ada");
  const tabs = [first];
  while (tabs.length < 10) tabs.push(await first.browser.open());
  let lost = 0;
  world.server.intercept = async (request, next) => {
    if (!request.url.endsWith("refresh") || lost === 4) return next();
    lost += 1;
    const { cookie } = first.browser.network;
    await next();
    first.browser.network.cookie = cookie;
    throw new TypeError("fetch failed");
  };
  await world.clock.advance(RENEWAL + 40 * SECOND);
  assert.ok(tabs.every(({ state }) => state.status === "active"));
  assert.equal(world.counted(), 1 + 4 + 1, "the start, the lost ones, and the one that came through");
});

test("a request that hangs is given up, and does not keep the others waiting", async () => {
  const world = await World.create();
  const first = await world.person("ada");
  const second = await first.browser.open();
  let hangs = 1;
  world.server.intercept = (_request, next) => (hangs-- > 0 ? new Promise(() => {}) : next());
  await world.clock.advance(RENEWAL + 30 * SECOND);
  assert.equal(second.state.status, "active");
  assert.equal(first.claims().jti, second.claims().jti);
});

test("a server that is busy is left alone for as long as it says", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const busy = { code: "busy", title: "the server has more to do than it can queue", status: 503 };
  world.server.intercept = async () => Response.json(busy, { status: 503, headers: { "Retry-After": "40" } });
  let tries = 0;
  const { intercept } = world.server;
  world.server.intercept = (...words) => ((tries += 1), intercept(...words));
  await world.clock.advance(RENEWAL + 35 * SECOND);
  assert.equal(tries, 1);
  assert.equal(session.state.status, "active");
});

test("only the three endings sign anybody out, each with its reason", async () => {
  for (const code of ["invalid_grant", "refresh_reused", "store_behind"]) {
    const world = await World.create();
    const session = await world.person("ada");
    world.server.intercept = async () => Response.json({ code, title: code, status: 401 }, { status: 401 });
    await world.clock.advance(RENEWAL + SECOND);
    assert.equal(session.state.status, "signed_out");
    assert.deepEqual(session.told.at(-1)[1].reason.code, code);
  }
  for (const [code, status] of [["licence_expired", 403], ["internal", 500], ["malformed", 401], ["csrf", 403], ["throttled", 429]]) {
    const world = await World.create();
    const session = await world.person("ada");
    world.server.intercept = async () => Response.json({ code, title: code, status }, { status });
    await world.clock.advance(RENEWAL + 5 * MINUTE);
    assert.equal(session.state.status, "refused", code);
    world.server.intercept = online;
    await world.clock.advance(2 * MINUTE);
    assert.equal(session.state.status, "active", code);
  }
});

test("a page of a proxy in between is no answer", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  for (const answer of [() => new Response("<h1>502</h1>", { status: 502 }), () => new Response("<h1>Welcome</h1>"), () => new Response("{}", { status: 401 })]) {
    world.server.intercept = async () => answer();
    await world.clock.advance(RENEWAL + 5 * MINUTE);
    assert.equal(session.state.status, "offline");
    world.server.intercept = online;
    await world.clock.advance(2 * MINUTE);
    assert.equal(session.state.status, "active");
  }
});

test("a sign-out without the network is done here, and told to the server when it is back", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  world.server.intercept = offline;
  const answer = await world.during(session.signOut());
  assert.deepEqual([answer.ok, answer.problem.code], [false, "offline"]);
  assert.equal(session.state.status, "signed_out");
  assert.equal(world.server.seats().in_use, 1);
  world.server.intercept = online;
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.server.seats().in_use, 0);
});

test("whoever signed out without the network and closed the page is not signed in by the next one", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  world.server.intercept = offline;
  await world.during(session.signOut());
  session.close();
  world.server.intercept = online;
  const next = await session.browser.open();
  await world.clock.settle();
  assert.equal(next.state.status, "signed_out");
  assert.equal(world.server.seats().in_use, 0);
  assert.deepEqual(await world.during(next.signIn({ username: "ada", password: "ada-password" })), { ok: true });
});

test("a start without the network tells from the last licence what may be shown", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  session.close();
  world.server.intercept = offline;
  await world.clock.advance(DAY);
  const next = await session.browser.open();
  assert.equal(next.state.status, "offline");
  assert.equal(next.state.licence.feature("export"), true);
  assert.equal(next.claims(), undefined);
});

test("a clock that is set back does not bring an ended licence to life", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  await world.clock.advance(300 * DAY);
  session.tab.happen("activity");
  await world.clock.settle();
  assert.equal(session.state.status, "signed_out", "a sign-in lasts half a year");
  await world.during(session.signIn({ username: "ada", password: "ada-password" }));
  session.close();
  world.server.intercept = offline;
  session.browser.tabs.skew = -400 * DAY;
  const back = await session.browser.open();
  assert.equal(back.state.licence.state, "valid", "judged by the highest signed time, not by the clock");
  session.browser.tabs.skew = 100 * DAY;
  const ahead = await session.browser.open();
  assert.equal(ahead.state.licence, undefined);
  assert.equal(ahead.told.find(([name]) => name === "licence")[1].code, "expired");
});
