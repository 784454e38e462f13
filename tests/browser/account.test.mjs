// A person's own page, used as a person does: with the real server, and in a real browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Person } from "./built_in.mjs";
import { launch } from "./chromium.mjs";
import { Site } from "./site.mjs";

const NEW_PASSWORD = "four other words here";

describe("the account page", () => {
  let site, server, browser, grace;

  before(async () => {
    site = new Site("grace");
    server = await site.serve(site.data);
    browser = await launch();
    grace = await Person.at(browser, server.url, "/account");
  });

  after(async () => {
    await browser?.close();
    await site?.close();
  });

  async function signInOn(device, password = "grace-site-password") {
    const form = { grant_type: "password", username: "grace", password, device };
    return fetch(`${server.url}/v1/auth/token`, { method: "POST", body: new URLSearchParams(form) });
  }

  test("shows every device, a hostile name as text, and signs one out", async () => {
    await signInOn("<img src=x onerror=alert(1)>");
    await signInOn("telephone");
    await grace.isFitForAll("account-sign-in");
    await grace.signIn("grace");
    await grace.row("devices", "<img src=x onerror=alert(1)>").waitFor();
    assert.equal(await grace.page.locator("#devices img").count(), 0);
    await grace.isFitForAll("account");
    await grace.row("devices", "telephone").getByRole("button").click();
    await grace.answer("Sign out there");
    await grace.row("devices", "telephone").waitFor({ state: "detached" });
  });

  test("changes the password, and says what is wrong with one that is not taken", async () => {
    const type = async (current, password, again = password) => {
      await grace.page.fill("#current", current);
      await grace.page.fill("#new", password);
      await grace.page.fill("#again", again);
      await grace.page.press("#again", "Enter");
    };
    await type("grace-site-password", NEW_PASSWORD, "other words");
    await grace.reads("change-trouble", "differ");
    await type("grace-site-password", "password1234");
    await grace.reads("change-trouble", "guessed first");
    await type("not my password", NEW_PASSWORD);
    await grace.reads("change-trouble", "is not the password of this account");
    await grace.isFitForAll("account-refused");
    await grace.page.check("[name=others]");
    await type("grace-site-password", NEW_PASSWORD);
    await grace.reads("changed", "Your password is changed");
    await grace.row("devices", "<img").waitFor({ state: "detached" });
    assert.equal((await signInOn("laptop")).status, 401);
    assert.equal((await signInOn("laptop", NEW_PASSWORD)).status, 200);
  });

  test("goes on after a reload, and is over with the sign-out", async () => {
    await grace.page.reload();
    await grace.reads("who", "grace");
    // The page shows nothing from the click on; the cookie goes with the answer.
    const answered = grace.page.waitForResponse((response) => response.url().endsWith("/v1/auth/logout"));
    await grace.page.click("#sign-out");
    await grace.page.locator("#sign-in").waitFor();
    await answered;
    assert.deepEqual((await grace.page.context().cookies()).filter(({ name }) => name.startsWith("refresh-")), []);
  });

  test("fails in no script, breaks no policy, and asks nobody else for anything", () => grace.assertIsClean());
});
