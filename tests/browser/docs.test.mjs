// The page at /docs, as an engineer uses it: it comes from this server alone, the button signs in, and a call is tried.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.mjs";

const url = process.env.LICENCE_DEMO_URL;
if (!url) throw new Error("`LICENCE_DEMO_URL` names no demonstration: run `cargo xtask test`, which starts one");

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("Authorize signs in, a call is tried, and nothing is asked of anyone else", async () => {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
  const strangers = [];
  const faults = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("data:")) strangers.push(request.url());
  });
  // Breaches of the content security policy among them.
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));

  await page.goto(`${url}/docs`);
  await page.locator(".btn.authorize").click();
  await page.fill("#oauth_username", "ada");
  await page.fill("#oauth_password", "ada-demo-password");
  const answered = page.waitForResponse(`${url}/v1/auth/token`);
  await page.locator(".auth-container", { has: page.locator("#oauth_username") }).locator("button.authorize").click();
  const { refresh_token } = await (await answered).json();
  await page.locator(".btn-done").first().click();

  await page.locator("#operations-tag-me").click();
  await page.locator("#operations-me-me .opblock-summary-control").click();
  await page.locator("#operations-me-me .execute").click();
  const status = page.locator("#operations-me-me .live-responses-table tbody .response-col_status").first();
  await status.waitFor();
  assert.match(await status.textContent(), /^200/);

  // The seat is for those who come next.
  const form = new URLSearchParams({ refresh_token });
  assert.equal((await fetch(`${url}/v1/auth/logout`, { method: "POST", body: form })).status, 204);
  assert.deepEqual({ strangers, faults }, { strangers: [], faults: [] });
});
