import assert from "node:assert/strict";
import { test } from "node:test";

import { createTestAuthority } from "wasm-verifier/testing";

import { DAY, HOUR, MINUTE, RENEWAL, SECOND, World } from "./world.mjs";

/** The server's answers to refreshes and sign-ins, with their bodies changed. */
const changing = (change) => async (request, next) => {
  const response = await next();
  if (!/auth\/(token|refresh)$/.test(request.url) || !response.ok) return response;
  return Response.json({ ...(await response.json()), ...(await change()) });
};

test("a tampered token never reaches the application", async () => {
  const world = await World.create();
  const session = await world.browser().open();
  world.server.intercept = async (request, next) => {
    const response = await next();
    if (!request.url.endsWith("token")) return response;
    const body = await response.json();
    const [head, claims, signature] = body.access_token.split(".");
    const forged = claims.slice(0, 40) + (claims[40] === "A" ? "B" : "A") + claims.slice(41);
    return Response.json({ ...body, access_token: [head, forged, signature].join(".") });
  };
  const answer = await world.during(session.signIn({ username: "ada", password: "ada-password" }));
  assert.deepEqual([answer.ok, answer.problem.code, answer.problem.at], [false, "bad_signature", "access"]);
  assert.equal(session.state.status, "refused");
  assert.equal(session.claims(), undefined);
  assert.equal(await session.token(), undefined);
});

test("another vendor's server is refused by the pinned roots", async () => {
  const world = await World.create();
  const other = await createTestAuthority();
  const session = await world.browser().open({ roots: other.roots });
  const { ok, problem } = await world.during(session.signIn({ username: "ada", password: "ada-password" }));
  assert.deepEqual([ok, problem.code, problem.at], [false, "unknown_key", "issuer"]);
});

test("a licence for tests is refused where nobody allowed it", async () => {
  const world = await World.create();
  const session = await world.browser().open({ allowTest: false });
  const { problem } = await world.during(session.signIn({ username: "ada", password: "ada-password" }));
  assert.equal(problem.code, "test_licence");
});

test("a token that does not hold leaves the good one in use until its end", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const { jti } = session.claims();
  world.server.intercept = changing(() => ({ access_token: "a.b.c" }));
  await world.clock.advance(RENEWAL + 30 * SECOND);
  assert.equal(session.claims().jti, jti);
  await world.clock.advance(MINUTE);
  assert.equal(session.state.status, "refused");
  assert.equal(session.state.problem.code, "malformed");
});

test("a renewed licence is fetched, verified and told", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  assert.equal(session.state.licence.feature("import"), undefined);
  await world.authority.renew({ now: world.clock.now(), features: { import: true } });
  await world.clock.advance(RENEWAL + SECOND);
  assert.equal(session.state.licence.feature("import"), true);
  assert.deepEqual(session.told.map(([name, licence]) => [name, licence.claims?.revision]), [["licence", 1], ["licence", 2]]);
});

test("a clock that is wrong is told of once, and the token is judged by the server's", async () => {
  const world = await World.create();
  for (const skew of [HOUR, -3 * DAY]) {
    const browser = world.browser();
    browser.tabs.skew = skew;
    const session = await browser.open();
    await world.during(session.signIn({ username: "ada", password: "ada-password" }));
    assert.equal(session.state.status, "active");
    const [name, { skew_secs }] = session.told.find(([name]) => name === "clock");
    assert.equal(name, "clock");
    assert.ok(Math.abs(skew_secs - skew / SECOND) < 5, String(skew_secs));
    await world.clock.advance(2 * RENEWAL + MINUTE);
    assert.equal(session.events().filter((name) => name === "clock").length, 1);
    browser.tabs.skew = 0;
    // To a clock that leaps ahead everybody was away for long.
    session.tab.happen("activity");
    await world.clock.advance(2 * RENEWAL + MINUTE);
    assert.equal(session.told.filter(([name]) => name === "clock").at(-1)[1].skew_secs, 0);
    assert.equal(session.state.status, "active");
  }
});
