// The example's `authProvider`, as react-admin calls it, over a made-up server.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { World } from "./world.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** It is TypeScript, and names nothing but types: without them it is a module that needs no other. */
const script = execFileSync(path("../../node_modules/.bin/esbuild"), [path("../../../examples/react-admin/authProvider.ts"), "--format=esm"]);
const { authProvider } = await import(`data:text/javascript;base64,${script.toString("base64")}`);

const person = (name, password = `${name}-password`) => ({ username: name, password });

async function application(terms) {
  const world = await World.create(terms);
  const session = await world.browser().open();
  return { world, provider: authProvider(session) };
}

test("react-admin signs in, asks who it is and what may be done, and signs out", async () => {
  const { world, provider } = await application({ features: { export: true } });
  await assert.rejects(provider.checkAuth({}), /signed out/);
  await assert.rejects(world.during(provider.login(person("ada", "not hers"))), /\w/);
  await world.during(provider.login(person("ada")));
  await provider.checkAuth({});
  assert.match((await provider.getIdentity()).id, /^[\da-f-]{36}$/);
  assert.deepEqual(await provider.getPermissions(), []);
  assert.deepEqual([await provider.canAccess({ action: "export" }), await provider.canAccess({ action: "list" })], [true, true]);
  await world.during(provider.logout());
  await assert.rejects(provider.checkAuth({}), /signed out/);
});

test("what the licence does not grant react-admin does not show", async () => {
  const { world, provider } = await application({ features: { export: false } });
  await world.during(provider.login(person("ada")));
  assert.equal(await provider.canAccess({ action: "export" }), false);
});

test("a 401 or a 403 of a service signs nobody out who is signed in", async () => {
  const { world, provider } = await application();
  await world.during(provider.login(person("ada")));
  for (const status of [401, 403, 500]) await provider.checkError({ status });
  await world.during(provider.logout());
  await assert.rejects(provider.checkError({ status: 401 }), /signed out/);
});
