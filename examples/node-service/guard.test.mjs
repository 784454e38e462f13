import assert from "node:assert/strict";
import { test } from "node:test";

import { createSession } from "wasm-verifier/session";
import { createFakeClock, createTestAuthority, createTestServer, createTestTabs } from "wasm-verifier/testing";

import { Guard } from "./guard.js";

const RENEWAL_MILLIS = 14 * 60_000;

/** Somebody who is signed in, and a service beside the server. */
async function world() {
  const clock = createFakeClock();
  const authority = await createTestAuthority({ now: clock.now() - 1_000 });
  const server = createTestServer(authority, clock);
  const network = server.browser();
  const { environment } = createTestTabs(network, clock).tab();
  const options = { server: server.url, roots: authority.roots, allowTest: true };
  const session = createSession({ ...options, environment });
  await clock.advance(200);
  await session.signIn({ username: "ada", password: "ada-password" });
  const guard = new Guard({ ...options, fetch: network.fetch, now: clock.secs });
  const asked = () => server.served.filter(({ path }) => /licence|revoked/.test(path)).length;
  return { clock, authority, server, session, guard, asked };
}

test("a token is verified without asking for each", async () => {
  const { session, guard, asked } = await world();
  const authorization = `Bearer ${await session.token()}`;
  const access = await guard.check(authorization);
  assert.equal(access.ok, true);
  assert.equal(access.claims.sub, session.claims().sub);
  const before = asked();
  for (let times = 0; times < 100; times += 1) assert.equal((await guard.check(authorization)).ok, true);
  assert.equal(asked(), before);
});

test("a token of somebody who has signed out is refused within the time that a list is relied on", async () => {
  const { clock, session, guard } = await world();
  const authorization = `Bearer ${await session.token()}`;
  assert.equal((await guard.check(authorization)).ok, true);
  await session.signOut();
  await clock.advance(11_000);
  assert.equal((await guard.check(authorization)).code, "revoked");
});

test("no token, half a token and another's token are refused", async () => {
  const { guard } = await world();
  const other = await createTestAuthority();
  const codes = [];
  for (const authorization of [undefined, "Basic YTpi", "Bearer a.b.c", `Bearer ${await other.accessToken()}`]) {
    codes.push((await guard.check(authorization)).code);
  }
  assert.deepEqual(codes, ["malformed", "malformed", "malformed", "unknown_key"]);
});

test("a renewed licence is fetched as soon as a token names it", async () => {
  const { clock, authority, session, guard } = await world();
  assert.equal((await guard.check(`Bearer ${await session.token()}`)).ok, true);
  await authority.renew({ now: clock.now() });
  await clock.advance(RENEWAL_MILLIS + 5_000);
  assert.equal((await guard.check(`Bearer ${await session.token()}`)).ok, true);
});

test("a service that cannot fetch the list lets nobody in", async () => {
  const { clock, session, server, guard } = await world();
  const authorization = `Bearer ${await session.token()}`;
  assert.equal((await guard.check(authorization)).ok, true);
  server.intercept = () => Promise.reject(new TypeError("fetch failed"));
  await clock.advance(11_000);
  await assert.rejects(guard.check(authorization), /fetch failed/);
});
