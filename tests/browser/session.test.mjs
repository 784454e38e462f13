// The session client in a real browser, over a made-up server, so that a test can be the network and the clock.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch } from "./chromium.mjs";
import { House, PLAIN, SECURE, sees, signIn } from "./house.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const status = (page) => page.locator("#status").innerText();

describe("a session in a real browser", () => {
  let chromium;

  before(async () => {
    chromium = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  });

  after(() => chromium?.close());

  test("a machine that wakes from an hour's sleep goes on without a word", async () => {
    const house = await House.create();
    const { context, open } = await house.browser(chromium);
    await context.clock.install({ time: house.clock.now() });
    const page = await open();
    assert.deepEqual(await signIn(page, "ada"), { ok: true });
    const jti = await page.locator("#secret").getAttribute("data-jti");
    await house.clock.sleep(HOUR);
    await context.clock.fastForward(HOUR);
    await page.locator(`#secret:not([data-jti="${jti}"], [data-jti=""])`).waitFor();
    assert.equal(await status(page), "active");
    assert.equal(await page.locator("#told > li").count(), 0);
    await context.close();
  });

  test("a page that comes back from the cache after a sign-out shows nothing", async () => {
    const house = await House.create();
    const { context, open } = await house.browser(chromium);
    const page = await open();
    const other = await open();
    await signIn(page, "ada");
    await sees(other, "active");
    await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.isPersisted = persisted)));
    await page.goto(`${SECURE}/elsewhere`);
    assert.deepEqual(await other.evaluate(() => window.session.signOut()), { ok: true });
    await page.goBack({ waitUntil: "commit" });
    await page.locator("body[data-ready]").waitFor({ state: "attached" });
    const shown = await page.evaluate(() => [window.isPersisted, window.session.state.status, document.querySelector("#secret").textContent]);
    assert.deepEqual(shown, [true, "signed_out", ""]);
    await context.close();
  });

  test("a network that is lost and found again costs nothing", async () => {
    const house = await House.create();
    const { context, open } = await house.browser(chromium);
    await context.clock.install({ time: house.clock.now() });
    const page = await open();
    await signIn(page, "ada");
    house.server.intercept = () => Promise.reject(new TypeError("no network"));
    await context.clock.fastForward(14 * MINUTE + 5_000);
    await page.locator('#told > li:text-is("offline true")').waitFor();
    assert.equal(await status(page), "active");
    await context.clock.fastForward(10 * MINUTE);
    await sees(page, "offline");
    // No try is under way any more when the network comes back: one that fails late would be repeated a minute later.
    await page.evaluate(() => window.session.takeSeat());
    house.server.intercept = (_request, next) => next();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await context.clock.fastForward(1_000);
    await sees(page, "active");
    await context.close();
  });

  test("a second browser of the same person shares the seat", async () => {
    const house = await House.create({ seats: 1 });
    const browsers = [await house.browser(chromium), await house.browser(chromium)];
    for (const { open } of browsers) assert.deepEqual(await signIn(await open(), "ada"), { ok: true });
    assert.deepEqual(house.server.seats(), { total: 1, in_use: 1 });
    for (const { context } of browsers) await context.close();
  });

  test("whoever waits in a full house gets in as soon as a seat is free", async () => {
    const house = await House.create({ seats: 1 });
    const [first, second] = [await house.browser(chromium), await house.browser(chromium)];
    const ada = await first.open();
    const boris = await second.open();
    await signIn(ada, "ada");
    assert.equal((await signIn(boris, "boris")).problem.code, "no_seat");
    await boris.evaluate(() => void window.session.takeSeat({ wait: true }));
    assert.equal(await status(boris), "no_seat");
    await ada.evaluate(() => window.session.signOut());
    await sees(boris, "active");
    for (const { context } of [first, second]) await context.close();
  });

  test("a token that was changed on the way is refused in the page", async () => {
    const house = await House.create();
    const { context, open } = await house.browser(chromium);
    house.server.intercept = async (request, next) => {
      const response = await next();
      if (!request.url.endsWith("/token")) return response;
      const body = await response.json();
      const at = body.access_token.length - 100;
      const changed = body.access_token[at] === "A" ? "B" : "A";
      return Response.json({ ...body, access_token: body.access_token.slice(0, at) + changed + body.access_token.slice(at + 1) });
    };
    const page = await open();
    const { problem } = await signIn(page, "ada");
    assert.deepEqual([problem.at, problem.code], ["access", "bad_signature"]);
    assert.deepEqual([await status(page), await page.locator("#secret").innerText()], ["refused", ""]);
    await context.close();
  });

  test("over plain http, where there is no WebCrypto and there are no locks, tabs still go together", async () => {
    const house = await House.create();
    const { context, open } = await house.browser(chromium);
    const tabs = [await open(PLAIN), await open(PLAIN), await open(PLAIN)];
    assert.deepEqual(await tabs[0].evaluate(() => [isSecureContext, "subtle" in crypto, "locks" in navigator]), [false, false, false]);
    await signIn(tabs[0], "ada");
    for (const tab of tabs) await sees(tab, "active");
    const before = house.server.served.filter(({ path }) => path.endsWith("refresh")).length;
    for (let round = 0; round < 5; round += 1) {
      const old = await tabs[0].evaluate(() => window.session.token());
      house.server.intercept = async (request, next) =>
        request.headers.get("authorization") === `Bearer ${old}` ? new Response(null, { status: 401 }) : next();
      const answers = await Promise.all(tabs.map((tab) => tab.evaluate(async () => (await window.session.fetch("/v1/me")).status)));
      assert.deepEqual(answers, [200, 200, 200]);
    }
    const refreshes = house.server.served.filter(({ path }) => path.endsWith("refresh")).length - before;
    assert.ok(refreshes <= 15 && refreshes >= 5, `${refreshes} refreshes in 5 rounds`);
    const { problem } = await tabs[0].evaluate(() => window.session.borrow(3));
    assert.equal(problem.code, "insecure_transport", "a key that stays in the browser needs a secure context, and is not pretended");
    for (const tab of tabs) assert.equal(await status(tab), "active");
    await context.close();
  });

  test("a borrowed seat opens the application again without a network, and its key cannot be read", async () => {
    const house = await House.create({ terms: { borrow: { days_max: 14, seats_max: 1 } } });
    const { context, open } = await house.browser(chromium);
    const page = await open();
    await signIn(page, "ada");
    assert.equal((await page.evaluate(() => window.session.borrow(7))).ok, true);
    const isReadable = await page.evaluate(async () => {
      const database = await new Promise((resolve) => (indexedDB.open("licence-seat").onsuccess = ({ target }) => resolve(target.result)));
      const request = database.transaction("keys").objectStore("keys").getAll();
      const [{ privateKey }] = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      return privateKey.extractable;
    });
    assert.equal(isReadable, false);
    house.server.intercept = () => Promise.reject(new TypeError("no network"));
    await page.reload();
    await sees(page, "borrowed");
    await context.close();
  });

  test("25 tabs of five people, left open over a weekend, hold no seat", async () => {
    const house = await House.create({ seats: 5 });
    const browsers = [];
    for (let person = 0; person < 5; person += 1) {
      const browser = await house.browser(chromium);
      await browser.context.clock.install({ time: house.clock.now() });
      const first = await browser.open();
      assert.deepEqual(await signIn(first, `person${person}`), { ok: true });
      const tabs = [first];
      while (tabs.length < 5) tabs.push(await browser.open());
      browsers.push({ ...browser, tabs });
    }
    assert.equal(house.server.seats().in_use, 5);
    for (let hours = 0; hours < 60; hours += 20) {
      await house.clock.sleep(20 * HOUR);
      for (const { context } of browsers) await context.clock.fastForward(20 * HOUR);
    }
    for (const { tabs } of browsers) for (const tab of tabs) await sees(tab, "idle");
    assert.equal(house.server.seats().in_use, 0);
    for (const { context } of browsers) await context.close();
  });
});
