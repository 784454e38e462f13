import assert from "node:assert/strict";
import { test } from "node:test";

import { init, logHead } from "wasm-verifier";

import { compare, judge } from "../../dist/session/rollback.js";
import { MINUTE, RENEWAL, SECOND, World } from "./world.mjs";

const at = (epoch, seq, head = `head ${seq}`) => ({ epoch, seq, head });
const mark = { ...at("2-aa", 50), came: 1_000 };

/** The position, when its request was sent, and what it means. */
const TABLE = [
  [at("2-aa", 51), 900, "onwards"],
  [at("2-aa", 51), 1_001, "onwards"],
  [at("2-aa", 50), 1_001, "onwards"],
  [at("2-aa", 49), 999, "late"],
  [at("2-aa", 49), 1_000, "rolled_back"],
  [at("2-aa", 50, "another"), 999, "forked"],
  [at("2-bb", 51), 999, "forked"],
  [at("2-bb", 1), 1_001, "forked"],
  [at("1-cc", 99), 999, "late"],
  [at("1-cc", 99), 1_001, "rolled_back"],
  [at("3-dd", 1), 1_001, "onwards"],
  [at("10-dd", 1), 1_001, "onwards"],
];

test("a log position is judged by the mark as the table says", () => {
  assert.equal(judge(undefined, at("1-aa", 1), 0), "onwards");
  for (const [position, sent, finding] of TABLE) assert.equal(judge(mark, position, sent), finding, JSON.stringify([position, sent]));
});

/** What a session was told of roll-backs. */
const told = (session) => session.told.filter(([name]) => name === "rollback").map(([, found]) => found);

const signIn = (world, session) => world.during(session.signIn({ username: "ada", password: "ada-password" }));

/** How many pieces of the log were asked for. */
const pieces = (world) => world.server.served.filter(({ path }) => path === "/v1/log").length;

/** Somebody who has seen a log at its first token, and a copy of the store from before. */
async function seen() {
  const world = await World.create({ seats: 9 });
  const before = world.server.backup();
  const session = await world.person("ada");
  return { world, session, before };
}

test("a store that was put back from a copy is told of", async () => {
  const { world, session } = await seen();
  const copy = world.server.backup();
  for (const name of ["boris", "chen"]) await world.person(name);
  await world.clock.advance(RENEWAL + SECOND);
  world.server.restore(copy, "unrecorded");
  await signIn(world, session);
  const [{ kind, before, now }] = told(session);
  assert.equal(kind, "rolled_back");
  assert.ok(now.seq < before.seq);
});

test("a restore that the server recorded is a new life of its store, and no roll-back", async () => {
  const { world, session } = await seen();
  const copy = world.server.backup();
  await world.clock.advance(RENEWAL + SECOND);
  world.server.restore(copy, "recorded");
  await signIn(world, session);
  assert.deepEqual(told(session), []);
});

test("a copy that has gone further than the log that was seen is proved to be another", async () => {
  const { world, session, before: copy } = await seen();
  world.server.restore(copy, "unrecorded");
  for (const name of ["boris", "chen", "dora", "eve", "finn"]) await world.person(name);
  const returned = await session.browser.open();
  await signIn(world, returned);
  const [{ kind, before, now, digests }] = told(returned);
  assert.equal(kind, "forked");
  assert.ok(now.seq > before.seq, "by its length alone it could be the same log");
  assert.equal(digests.length, now.seq - before.seq);
  assert.notEqual(logHead(before.head, digests), now.head, "which anybody can recompute");
});

test("a log that went on is looked into at each step, and found to be the same", async () => {
  const { world, session } = await seen();
  for (const name of ["boris", "chen"]) await world.person(name);
  for (let renewals = 0; renewals < 3; renewals += 1) await world.clock.advance(RENEWAL + SECOND);
  assert.ok(pieces(world) >= 3);
  assert.deepEqual(told(session), []);
});

test("ten tabs look into it once", async () => {
  const { world, session } = await seen();
  for (let tabs = 1; tabs < 10; tabs += 1) await session.browser.open();
  const before = pieces(world);
  await world.clock.advance(RENEWAL + SECOND);
  assert.equal(pieces(world), before + 1);
});

test("an answer that was overtaken on the way is compared by what lies between", async () => {
  const { world, session } = await seen();
  const { claims } = (await world.person("boris")).state;
  const network = world.server.browser();
  const call = async (_method, route) => ({ ok: true, body: await (await network.fetch(`${world.server.url}/v1/${route}`)).json() });
  for (const [head, kind] of [[session.claims().head, undefined], [`${"B".repeat(21)}A`, "forked"]]) {
    const kept = new Map();
    const memory = { get: (name) => kept.get(name), set: (name, value) => kept.set(name, value) };
    const witness = { memory, wire: { call }, random: Math.random };
    assert.equal(await compare(witness, claims, 10, 11), undefined);
    const found = await compare(witness, { ...session.claims(), head }, 5, 12);
    assert.equal(found?.kind, kind);
    assert.equal(kept.get("log").seq, claims.seq, "the higher one is kept");
  }
});

/** With a mark from the future, every lower position was once late until the clock came there again. */
test("a mark that was kept by a clock which ran ahead hides a roll-back from one answer at most", async () => {
  const kept = new Map([["log", { ...mark, came: 1_000_000 }]]);
  const memory = { get: (name) => kept.get(name), set: (name, value) => kept.set(name, value) };
  const witness = { memory, wire: { call: async () => ({ ok: false }) }, random: Math.random };
  assert.equal(await compare(witness, at("2-aa", 49), 2_000, 2_001), undefined, "it may have crossed the mark on its way");
  assert.equal((await compare(witness, at("2-aa", 49), 3_000, 3_001))?.kind, "rolled_back");
});

test("a way that is too long is not gone, and a long one by lot", async () => {
  const asked = [];
  const wire = { call: async (_method, route) => asked.push(route) && { ok: false } };
  for (const [seq, random, times] of [[1_050, 0.99, 1], [1_100, 0.99, 0], [1_100, 0.9, 1], [10_050, 0.09, 1], [10_050, 0.11, 0], [10_051, 0, 0]]) {
    asked.length = 0;
    const witness = { memory: { get: () => mark, set() {} }, wire, random: () => random };
    assert.equal(await compare(witness, at("2-aa", seq), 1_001, 1_002), undefined);
    assert.equal(asked.length, times, JSON.stringify([seq, random]));
  }
});

test("a server that does not tell what lies between is accused of nothing", async () => {
  for (const answer of [
    () => Promise.reject(new TypeError("no network")),
    () => new Response(null, { status: 404 }),
    () => new Response("<!doctype html>"),
    async (next) => Response.json({ ...(await (await next()).json()), epoch: "9-0011223344556677" }),
    async (next) => Response.json({ ...(await (await next()).json()), from: 3 }),
    async (next) => Response.json({ ...(await (await next()).json()), digests: [] }),
    async (next) => Response.json({ ...(await (await next()).json()), digests: null }),
    async (next) => Response.json({ ...(await (await next()).json()), digests: ["x", "y"] }),
  ]) {
    const { world, session } = await seen();
    await world.person("boris");
    world.server.intercept = (request, next) => (new URL(request.url).pathname === "/v1/log" ? answer(next) : next());
    await world.clock.advance(RENEWAL + MINUTE);
    assert.deepEqual([session.state.status, told(session)], ["active", []]);
  }
});

test("the head of a log is recomputed as the format says, and nonsense is a mistake of the program", async () => {
  await init();
  const [empty, digest] = ["A".repeat(22), "A".repeat(43)];
  const hash = await crypto.subtle.digest("SHA-256", Uint8Array.from([...Array(23).fill(0), 32, ...Array(32).fill(0)]));
  assert.equal(logHead(empty, [digest]), Buffer.from(hash).subarray(0, 16).toString("base64url"));
  assert.equal(logHead(empty, []), empty);
  for (const [head, digests] of [["x", []], [empty, ["x"]], [undefined, []]]) assert.throws(() => logHead(head, digests), TypeError);
});
