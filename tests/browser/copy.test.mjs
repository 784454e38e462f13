// A data directory that was copied and is run in the place of the first, as a returning browser finds out.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { logHead, init } from "../../wasm-verifier/dist/node.js";
import { launch } from "./chromium.mjs";
import { Site } from "./site.mjs";

const person = (name) => ({ username: name, password: `${name}-site-password` });

describe("a data directory that was copied and is run twice", () => {
  let chromium, site;

  before(async () => {
    await init();
    chromium = await launch();
    site = new Site("ada", "boris");
  });

  after(async () => {
    await chromium?.close();
    await site?.close();
  });

  /** The application, with what it is told of the server's log. */
  async function open(page, url) {
    await page.goto(url);
    return page.evaluate(async (roots) => {
      const { createSession } = await import("/wasm-verifier/session/browser.js");
      window.session = createSession({ roots });
      window.found = new Promise((tell) => window.session.on("rollback", tell));
      return (await window.session.ready).status;
    }, site.roots);
  }

  async function signIn(page) {
    // What compares the log comes behind a sign-in, and without a server that gives it nothing is compared.
    const comparing = page.waitForResponse((response) => response.url().endsWith("/session/rollback.js"));
    const done = await page.evaluate((person) => window.session.signIn(person), person("ada"));
    await (await comparing).finished();
    return done;
  }

  /** Somebody who works on a server, so that its log goes on. */
  async function work(url, times) {
    for (let time = 0; time < times; time += 1) {
      const form = (fields) => ({ method: "POST", headers: { "X-Licence-Client": "1" }, body: new URLSearchParams(fields) });
      const asked = { grant_type: "password", delivery: "body", ...person("boris") };
      const answer = await fetch(`${url}/v1/auth/token`, form(asked));
      assert.equal(answer.status, 200);
      const { refresh_token } = await answer.json();
      assert.equal((await fetch(`${url}/v1/auth/logout`, form({ refresh_token }))).status, 204);
    }
  }

  test("is proved to be another by what lies between the log that was seen and the one that is there", async () => {
    const copy = site.copy();
    const page = await (await chromium.newContext()).newPage();
    const first = await site.serve(site.data);
    await open(page, first.url);
    assert.deepEqual(await signIn(page), { ok: true });
    const seen = await page.evaluate(() => window.session.claims());
    await first.stop();

    const second = await site.serve(copy, first.port);
    await work(second.url, 5);
    assert.equal(await open(page, second.url), "signed_out", "the copy has never seen this sign-in");
    assert.deepEqual(await signIn(page), { ok: true });
    const now = await page.evaluate(() => window.session.claims());
    const found = await page.evaluate(() => window.found);
    assert.equal(found.kind, "forked");
    assert.equal(found.before.head, seen.head);
    assert.deepEqual(found.now, { epoch: seen.epoch, seq: now.seq, head: now.head });
    assert.ok(now.seq > seen.seq, "by its length alone it could be the same log");
    assert.equal(found.digests.length, now.seq - seen.seq);
    assert.notEqual(logHead(seen.head, found.digests), now.head);
    await second.stop();
  });

  test("is found at once where it is older than what was seen: a backup that was put back in secret", async () => {
    const old = site.copy("old");
    const page = await (await chromium.newContext()).newPage();
    const first = await site.serve(site.data);
    await work(first.url, 3);
    await open(page, first.url);
    assert.deepEqual(await signIn(page), { ok: true });
    const seen = await page.evaluate(() => window.session.claims());
    await first.stop();

    const second = await site.serve(old, first.port);
    assert.equal(await open(page, second.url), "signed_out", "the old one has never seen this sign-in");
    assert.deepEqual(await signIn(page), { ok: true });
    const found = await page.evaluate(() => window.found);
    assert.equal(found.kind, "rolled_back");
    assert.equal(found.before.seq, seen.seq);
    assert.ok(found.now.seq < seen.seq);
    await second.stop();
  });

  test("and a backup that was restored as it should be is not, and asks nobody for a password", async () => {
    const page = await (await chromium.newContext()).newPage();
    const first = await site.serve(site.data);
    await open(page, first.url);
    assert.deepEqual(await signIn(page), { ok: true });
    const before = await page.evaluate(() => window.session.claims());
    await first.stop();

    const again = await site.serve(site.restored(), first.port);
    await open(page, again.url);
    const told = await page.evaluate(() => Promise.race([window.found, window.session.fetch("/v1/me").then(({ status }) => status)]));
    assert.equal(told, 200);
    const { epoch } = await page.evaluate(() => window.session.claims());
    assert.ok(Number.parseInt(epoch, 10) > Number.parseInt(before.epoch, 10), `${epoch} after ${before.epoch}`);
    await again.stop();
  });

  test("and one that goes on where it was is not", async () => {
    const page = await (await chromium.newContext()).newPage();
    const first = await site.serve(site.data);
    await open(page, first.url);
    assert.deepEqual(await signIn(page), { ok: true });
    await first.stop();
    const again = await site.serve(site.data, first.port);
    await work(again.url, 2);
    const asked = page.waitForResponse((response) => response.url().includes("/v1/log?"));
    await open(page, again.url);
    assert.equal((await asked).status(), 200);
    const found = await page.evaluate(() => Promise.race([window.found, window.session.fetch("/v1/me").then(() => "nothing")]));
    assert.equal(found, "nothing");
    await again.stop();
  });
});
