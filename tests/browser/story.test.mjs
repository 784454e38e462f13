// What the demonstration promises, with the real programs as `cargo xtask demo` sets them up, and a real browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Browser } from "./visitor.mjs";

const HELD = ["root held", "issuer held", "licence held", "site held", "access held"];

const url = process.env.LICENCE_DEMO_URL;
if (!url) throw new Error("`LICENCE_DEMO_URL` names no demonstration: run `cargo xtask test`, which starts one");

/** Sooner than a token ends, and later than it is to be renewed. */
const RENEWAL_MILLIS = 14 * 60_000 + 5_000;

/** Later than the page tries again what failed. */
const RETRY_MILLIS = 6_000;

/** A refresh token with its form kept and its mac broken, as another server's key would make it. */
const madeElsewhere = (cookie) => ({ ...cookie, value: cookie.value.replace(/.{4}$/, (end) => (end === "AAAA" ? "BBBB" : "AAAA")) });

describe("the story of the demonstration", () => {
  let browser;
  let ada, boris, chen, dora;

  const visit = (options) => browser.visitor(url, options);

  before(async () => {
    browser = await Browser.start();
  });

  after(() => browser?.close());

  test("a wrong password is told, and lets nobody in", async () => {
    ada = await visit();
    await ada.sees("signed-out");
    await ada.keepPicture("1-sign-in");
    await ada.signIn("ada", "not-my-password");
    await ada.page.locator("#sign-in-trouble").waitFor({ state: "visible" });
    assert.match(await ada.text("sign-in-trouble"), /^Name and password do not match/);
    await ada.keepPicture("2-wrong-password");
  });

  test("whoever signs in sees the whole chain verified", async () => {
    await ada.signIn("ada");
    await ada.sees("inside");
    assert.deepEqual(await ada.chain(), HELD);
    assert.match(await ada.text("verdict-line"), /all 5 links hold, and the licence is valid/);
    assert.match(await ada.text("chain"), /Institute of Demonstration/);
    await ada.isNamed("ada");
    await ada.seesTaken("seats", 1, 3);
    await ada.keepPicture("3-inside");
  });

  test("it fits a telephone, in the dark", async () => {
    boris = await visit({ viewport: { width: 375, height: 812 }, colorScheme: "dark" });
    await boris.signIn("boris");
    await boris.sees("inside");
    await boris.fitsItsWidth();
    await boris.keepPicture("4-telephone");
  });

  test("the seats in use are seen by those who are in already", async () => {
    chen = await visit();
    await chen.signIn("chen");
    await chen.sees("inside");
    await ada.seesTaken("seats", 3, 3);
  });

  test("the fourth is told that all three seats are taken", async () => {
    dora = await visit();
    await dora.signIn("dora");
    await dora.sees("full");
    assert.equal(await dora.text("full-title"), "All 3 seats are taken");
    await dora.seesTaken("full-seats", 3, 3);
    assert.match(await dora.text("full-story"), /^3 of 3 seats are in use\. At \d\d:\d\d:\d\d the first seat lapses/);
    await dora.keepPicture("5-full");
  });

  test("trying again in a full house changes nothing", async () => {
    const refused = dora.page.waitForResponse((response) => response.status() === 409);
    await dora.click("try-again");
    assert.equal((await (await refused).json()).code, "no_seat");
    await dora.sees("full");
  });

  test("when one signs out the fourth gets in", async () => {
    const left = ada.page.waitForResponse((response) => response.url().endsWith("/v1/auth/logout"));
    await ada.click("sign-out");
    await ada.sees("signed-out");
    // The page shows nothing from the click on; the seat is free from the server's answer on.
    assert.equal((await left).status(), 204);
    await dora.click("try-again");
    await dora.sees("inside");
    assert.deepEqual(await dora.chain(), HELD);
    await dora.keepPicture("6-the-fourth-is-in");
  });

  test("whoever keeps trying gets in as soon as a seat is free", async () => {
    await ada.signIn("ada");
    await ada.sees("full");
    await ada.page.check("#wait");
    await dora.click("sign-out");
    await ada.sees("inside");
  });

  test("every changed byte is refused, with its code, its place and its sentence", async () => {
    const refusals = {
      issuer: ["the issuing key's certificate", ["root held", "issuer broken", "licence idle", "site idle", "access idle"]],
      licence: ["the licence", ["root held", "issuer held", "licence broken", "site idle", "access idle"]],
      access: ["the access token", ["root held", "issuer held", "licence held", "site held", "access broken"]],
    };
    for (const [part, [words, chain]] of Object.entries(refusals)) {
      const { code, at, why, mend, changed } = await ada.tamper(part);
      assert.deepEqual([code, at], ["bad_signature", part]);
      assert.equal(why.toLowerCase(), `${words} is refused: its signature does not hold.`);
      assert.equal(mend, "It was changed after it was signed: ask for the original.");
      assert.match(changed, /^"(active_max|exp)":\d+ became "\1":9\d*$/);
      assert.deepEqual(await ada.chain(), chain);
      await ada.keepPicture(`7-tampered-${part}`);
    }
    await ada.click("restore");
    assert.deepEqual(await ada.chain(), HELD);
  });

  test("a reload stays signed in, on the same seat", async () => {
    await chen.page.reload();
    await chen.sees("inside");
    await chen.seesTaken("seats", 3, 3);
  });

  test("a second tab of one person shares the seat", async () => {
    await chen.open(url);
    await chen.sees("inside");
    await chen.seesTaken("seats", 3, 3);
  });

  test("a token is renewed before it ends", async () => {
    await chen.page.clock.install();
    await chen.page.reload();
    await chen.sees("inside");
    const renewed = chen.page.waitForResponse((response) => response.url().endsWith("/v1/auth/refresh"));
    await chen.page.clock.fastForward(RENEWAL_MILLIS);
    assert.equal((await renewed).status(), 200);
    assert.deepEqual(await chen.chain(), HELD);
  });

  test("a server that is away for a while signs nobody out", async () => {
    await boris.page.clock.install();
    await boris.page.reload();
    await boris.sees("inside");
    await boris.loseNetwork();
    await boris.page.clock.fastForward(RENEWAL_MILLIS);
    await boris.page.locator("#banner").waitFor({ state: "visible" });
    assert.match(await boris.text("banner"), /^The server cannot be reached\./);
    await boris.keepPicture("8-server-away");
    await boris.sees("inside");
    await boris.findNetwork();
    await boris.page.clock.fastForward(RETRY_MILLIS);
    await boris.page.locator("#banner").waitFor({ state: "hidden" });
    await boris.sees("inside");
    assert.deepEqual(await boris.chain(), HELD);
  });

  test("whoever brings the cookie of another server that listened here signs in as if there were none", async () => {
    const [cookie] = await chen.cookies();
    const newcomer = await visit({ storageState: { cookies: [madeElsewhere(cookie)], origins: [] } });
    await newcomer.signIn("chen");
    await newcomer.sees("inside");
    await newcomer.page.reload();
    await newcomer.sees("inside");
  });

  test("a page that is not told the person's name shows all the rest, and asks again", async () => {
    const busy = { code: "busy", title: "the server is busy" };
    await chen.page.route("**/v1/me", (route) => route.fulfill({ status: 503, json: busy }), { times: 1 });
    await chen.page.reload();
    await chen.sees("inside");
    assert.deepEqual(await chen.chain(), HELD);
    await chen.page.reload();
    await chen.isNamed("chen");
  });

  test("a seat that is given back for now is another's, and comes back with a click", async () => {
    await chen.click("park");
    await chen.sees("idle");
    await chen.keepPicture("9-parked");
    await chen.click("come-back");
    await chen.sees("inside");
  });

  test("a seat that was taken along opens the page where no server answers, and is brought back", async () => {
    await boris.click("borrow");
    await boris.page.locator("#give-back").waitFor({ state: "visible" });
    assert.match(await boris.text("borrow-story"), /^Yours until /);
    await boris.page.route("**/v1/**", (route) => route.abort());
    await boris.page.reload();
    await boris.sees("away");
    // For a moment the page knows only that no server answers: the key is at hand a little later.
    await boris.page.locator('#away-title:text-is("Working on a borrowed seat")').waitFor();
    await boris.keepPicture("10-borrowed");
    await boris.page.unroute("**/v1/**");
    await boris.click("retry");
    await boris.sees("inside");
    await boris.click("give-back");
    await boris.page.locator('#borrow-story:text-is("It is back.")').waitFor();
  });

  test("no script failed, and none did what the page's policy forbids", () => {
    assert.deepEqual(browser.faults, []);
  });
});
