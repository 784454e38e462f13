import assert from "node:assert/strict";
import { test } from "node:test";

import { World } from "./world.mjs";

test("data of the session is kept, and told with its version", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const { problem } = await world.during(session.data.get());
  assert.equal(problem.code, "not_found");
  const { etag } = await world.during(session.data.put({ page: 7 }));
  const stored = await world.during(session.data.get());
  assert.deepEqual(stored, { ok: true, value: { page: 7 }, etag });
});

test("whoever writes over a version that is gone is told so, and nothing is lost", async () => {
  const world = await World.create();
  const session = await world.person("ada");
  const first = await world.during(session.data.put(1));
  const second = await world.during(session.data.put(2, first.etag));
  assert.equal(second.ok, true);
  const late = await world.during(session.data.put(3, first.etag));
  assert.equal(late.problem.code, "precondition_failed");
  assert.equal((await world.during(session.data.get())).value, 2);
});

test("data belongs to the session: another sign-in has its own", async () => {
  const world = await World.create();
  const [one, other] = [await world.person("ada"), await world.person("ada")];
  await world.during(one.data.put("mine"));
  assert.equal((await world.during(other.data.get())).problem.code, "not_found");
});
