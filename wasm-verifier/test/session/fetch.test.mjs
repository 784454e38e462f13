import assert from "node:assert/strict";
import { test } from "node:test";

import { World } from "./world.mjs";

const API = "https://api.test";

/** A house with a service beside it, which answers as the test says. */
async function withService(answer) {
  const world = await World.create();
  const asked = [];
  world.server.intercept = async (request, next) => {
    const { origin } = new URL(request.url);
    if (origin === world.server.url) return next();
    asked.push({ origin, token: request.headers.get("Authorization"), body: await request.text() });
    return answer(asked.length, request);
  };
  const session = await world.person("ada", { apis: [API] });
  world.counted();
  return { world, session, asked };
}

const ok = () => new Response("done");

test("the token goes to the server and the listed origins, and to nobody else", async () => {
  const { world, session, asked } = await withService(ok);
  const token = `Bearer ${await session.token()}`;
  for (const address of [`${API}/things`, "https://elsewhere.test/", "https://api.test.elsewhere.test/", "http://api.test/", "https://api.test:444/"]) {
    await world.during(session.fetch(address));
  }
  assert.deepEqual(asked.map(({ token }) => token), [token, null, null, null, null]);
  assert.equal((await world.during(session.fetch(`${world.server.url}/v1/me`))).status, 200);
});

test("an `Authorization` that the application sets itself is left as it is", async () => {
  const { world, session, asked } = await withService(ok);
  await world.during(session.fetch(API, { headers: { Authorization: "Basic YTpi" } }));
  assert.equal(asked[0].token, "Basic YTpi");
});

test("a 401 is answered by one renewal and one repetition, body and all", async () => {
  const { world, session, asked } = await withService((times) => new Response(null, { status: times === 1 ? 401 : 200 }));
  const answer = await world.during(session.fetch(new Request(API, { method: "POST", body: "a thing" })));
  assert.equal(answer.status, 200);
  assert.deepEqual(asked.map(({ body }) => body), ["a thing", "a thing"]);
  assert.notEqual(asked[0].token, asked[1].token);
  assert.equal(world.counted(), 1);
});

test("a service that refuses every token is not asked in a circle", async () => {
  const { world, session, asked } = await withService(() => new Response(null, { status: 401 }));
  for (let times = 0; times < 10; times += 1) {
    assert.equal((await world.during(session.fetch(API))).status, 401);
  }
  assert.equal(world.counted(), 1);
  assert.equal(asked.length, 11);
});

test("a 403 goes to the application as it is", async () => {
  const { world, session, asked } = await withService(() => new Response("no", { status: 403 }));
  const answer = await world.during(session.fetch(API));
  assert.deepEqual([answer.status, await answer.text()], [403, "no"]);
  assert.deepEqual([asked.length, world.counted()], [1, 0]);
});

test("a relative address is the page's own, and gets no token unless it is listed", async () => {
  const { world, session, asked } = await withService(ok);
  await world.during(session.fetch("/config.json"));
  assert.deepEqual([asked[0].origin, asked[0].token], ["https://app.test", null]);
});
