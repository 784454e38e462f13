// Which page may use whose cookie, with a real server, real pages on other origins, and a real browser between them.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { launch } from "./chromium.mjs";
import { Pages, RESOLVER_FLAG, freePort } from "./pages.mjs";
import { Site } from "./site.mjs";

const PERSON = "grace";
const PASSWORD = "grace-site-password";

describe("a page and the server's cookie", () => {
  let site, browser, plain, otherPlain, secure, context, server;

  before(async () => {
    browser = await launch({ flags: [RESOLVER_FLAG] });
    [plain, otherPlain, secure] = await Promise.all([Pages.plain(), Pages.plain(), Pages.secure()]);
  });

  after(async () => {
    await Promise.all([plain, otherPlain, secure].map((pages) => pages?.close()));
    await browser?.close();
  });

  beforeEach(async () => {
    // Of its own for each test: what one signs in holds a seat for a while.
    site = new Site(PERSON);
    // The certificates are ours; who trusts them is another test's question.
    context = await browser.newContext({ ignoreHTTPSErrors: true });
  });

  afterEach(async () => {
    await context.close();
    await site.close();
  });

  /** A server at an address that the test chose, with TLS where the address says so. */
  async function serveAt(host, settings = {}) {
    const port = await freePort();
    const url = `${host}:${port}`;
    server = await site.serve(site.data, port, { public_url: url, tls_self: url.startsWith("https:"), ...settings });
    return url;
  }

  async function open(url) {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  test("a page of the server's own signs in by a cookie that no script sees", async () => {
    const url = await serveAt("http://localhost");
    const page = await open(url);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    const [cookie] = await kept(context, "refresh");
    assert.equal(cookie.name, `refresh-${new URL(url).port}`);
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], [true, false, "Strict", "/"]);
    assert.equal(await page.evaluate(() => document.cookie), "");
    assert.equal((await refresh(page, url)).status, 200);
    const me = await ask(page, `${url}/v1/me`);
    assert.deepEqual([me.status, me.body.code], [401, "invalid_token"], "the refresh token's cookie opens nothing else");
    assert.equal((await ask(page, `${url}/v1/auth/logout`, {})).status, 204);
    assert.deepEqual(await kept(context, "refresh"), []);
    assert.equal((await refresh(page, url)).status, 401);
  });

  test("on localhost a page on another port may where it is named, and no other", async () => {
    const [named, other] = [plain, otherPlain].map(({ port }) => `http://localhost:${port}`);
    const url = await serveAt("http://localhost", { origins: named });
    const page = await open(named);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    assert.equal((await refresh(page, url)).status, 200);
    await assertIsKeptOut(await open(other), url);
    assert.equal((await refresh(page, url)).status, 200, "the sign-in goes on");
  });

  test("over TLS a page on a neighbouring host may where it is named, and no other", async () => {
    const [named, other] = ["app", "other"].map((host) => `https://${host}.institute.test:${secure.port}`);
    const url = await serveAt("https://seats.institute.test", { origins: named });
    const page = await open(named);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    const [cookie] = await kept(context, "__Host-refresh");
    assert.deepEqual([cookie.domain, cookie.httpOnly, cookie.secure, cookie.sameSite], ["seats.institute.test", true, true, "Strict"]);
    assert.equal((await refresh(page, url)).status, 200);
    await assertIsKeptOut(await open(other), url);
    assert.equal((await refresh(page, url)).status, 200, "the sign-in goes on");
  });

  test("a page of another site has a jar of its own where the server allows that", async () => {
    const [named, other] = ["elsewhere", "stranger"].map((site) => `https://app.${site}.test:${secure.port}`);
    const url = await serveAt("https://seats.institute.test", { origins: named, cross_site: true });
    const page = await open(named);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    const [cookie] = await kept(context, "__Host-refresh");
    assert.deepEqual([cookie.secure, cookie.sameSite, cookie.partitionKey], [true, "None", "https://elsewhere.test"]);
    assert.equal((await refresh(page, url)).status, 200);
    const own = await open(url);
    assert.equal((await refresh(own, url)).status, 401, "another site's jar is not the server's own");
    assert.equal((await signIn(await open(other), url, "body")).body, undefined, "and nobody else may read an answer");
  });

  test("without that a page of another site keeps its refresh token itself", async () => {
    const named = `https://app.elsewhere.test:${secure.port}`;
    const url = await serveAt("https://seats.institute.test", { origins: named });
    const page = await open(named);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    assert.deepEqual(await kept(context, "__Host-refresh"), [], "the browser takes no such cookie");
    assert.equal((await refresh(page, url)).status, 401);
    const { body } = await signIn(page, url, "body");
    const renewed = await refresh(page, url, { refresh_token: body.refresh_token });
    assert.equal(renewed.status, 200);
    assert.notEqual(renewed.body.refresh_token, body.refresh_token);
    const me = await ask(page, `${url}/v1/me`, undefined, { authorization: `Bearer ${renewed.body.access_token}` });
    assert.deepEqual([me.status, me.body.username], [200, PERSON]);
  });

  test("over plain http on a network nobody signs in unless an administrator allowed it", async () => {
    const refused = await serveAt("http://seats.lan.test");
    for (const delivery of ["body", "cookie"]) {
      const { status, body } = await signIn(await open(refused), refused, delivery);
      assert.deepEqual([status, body.code], [400, "insecure_transport"]);
      for (const flag of ["--tls-self", "--tls-cert", "--public-url"]) assert.match(body.mend, new RegExp(flag));
    }
    assert.deepEqual(await context.cookies(), []);
    await server.stop();
    const url = await serveAt("http://seats.lan.test", { insecure_lan: true });
    const page = await open(url);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    assert.equal((await refresh(page, url)).status, 200);
  });

  test("where it was switched on, the access token goes along by itself and opens what it opens", async () => {
    const url = await serveAt("http://localhost", { access_cookie: true });
    const page = await open(url);
    assert.equal((await signIn(page, url, "cookie")).status, 200);
    const me = await ask(page, `${url}/v1/me`);
    assert.deepEqual([me.status, me.body.username], [200, PERSON]);
    assert.equal(await page.evaluate(() => document.cookie), "");
    const stranger = await open(`http://localhost:${plain.port}`);
    assert.equal(await send(stranger, `${url}/v1/seats/release`), 403);
    assert.equal((await ask(page, `${url}/v1/me`)).status, 200, "and the seat is still held");
  });
});

/** Asks as an application does. A browser that keeps the answer to itself throws: then nothing is told. */
function ask(page, url, form, headers = {}) {
  return page.evaluate(
    async ([url, form, headers]) => {
      const body = form && new URLSearchParams(form);
      try {
        const response = await fetch(url, { method: form ? "POST" : "GET", body, headers, credentials: "include" });
        return { status: response.status, body: response.status === 204 ? null : await response.json() };
      } catch {
        return {};
      }
    },
    [url, form, headers],
  );
}

function signIn(page, url, delivery) {
  return ask(page, `${url}/v1/auth/token`, { grant_type: "password", username: PERSON, password: PASSWORD, delivery });
}

function refresh(page, url, form = {}) {
  return ask(page, `${url}/v1/auth/refresh`, form);
}

/** Sends what any page may send without asking first, and looks over the browser's shoulder at the answer's status. */
async function send(page, url) {
  const answered = page.waitForResponse(url);
  await page.evaluate((url) => fetch(url, { method: "POST", mode: "no-cors", credentials: "include" }).then(() => undefined), url);
  return (await answered).status();
}

/** The browser sends the neighbour's cookie along, without which the answers are 401, 204 and 400; the server does nothing for it. */
async function assertIsKeptOut(page, url) {
  for (const path of ["refresh", "logout", "token"]) assert.equal(await send(page, `${url}/v1/auth/${path}`), 403, path);
  assert.equal((await signIn(page, url, "cookie")).body, undefined, "the browser keeps the answer to itself");
}

async function kept(context, name) {
  return (await context.cookies()).filter((cookie) => cookie.name.startsWith(`${name}-`));
}
