// The administrator's page, used as an administrator does: with the real server, and in a real browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { Person } from "./built_in.mjs";
import { launch } from "./chromium.mjs";
import { Site } from "./site.mjs";

describe("the administrator's page", () => {
  let site, server, browser, admin;

  before(async () => {
    site = new Site("grace", "linus", "margaret");
    site.add("root", "--role", "admin");
    server = await site.serve(site.data);
    browser = await launch();
    admin = await Person.at(browser, server.url, "/admin");
  });

  after(async () => {
    await browser?.close();
    await site?.close();
  });

  const open = (tab) => admin.page.click(`nav a[href="#${tab}"]`);

  /** Somebody who uses the application. */
  async function work(name) {
    const form = { grant_type: "password", username: name, password: `${name}-site-password`, device: `${name}'s laptop` };
    const answer = await fetch(`${server.url}/v1/auth/token`, { method: "POST", body: new URLSearchParams(form) });
    return answer.json();
  }

  const seatsTaken = (taken, total) => admin.page.locator(`#board[data-taken="${taken}"][data-total="${total}"]`).waitFor();

  test("tells who may not administer so, in the server's words", async () => {
    await admin.isFitForAll("admin-sign-in");
    await admin.signIn("grace");
    await admin.reads("sign-in-trouble", /role|administ/);
    await admin.signIn("root", "wrong-password");
    await admin.reads("sign-in-trouble", /Name and password do not match/);
    await admin.isFitForAll("admin-refused");
  });

  test("shows by itself who comes to sit, and who waits when the house is full", async () => {
    await admin.signIn("root");
    await seatsTaken(0, 3);
    await admin.isFitForAll("admin-empty");
    for (const name of ["grace", "linus", "margaret"]) await work(name);
    await seatsTaken(3, 3);
    site.add("ada");
    assert.equal((await work("ada")).code, "no_seat");
    await admin.row("holders", "grace's laptop").waitFor();
    await admin.row("queue", "ada").waitFor();
    await admin.reads("notice", /The licence ends in \d+ days: ask the vendor for a renewal\. 100 % of the seats are in use\./);
    await admin.isFitForAll("admin-seats");
  });

  test("releases a seat and keeps it for somebody", async () => {
    await admin.row("holders", "grace").getByRole("button").click();
    await admin.isFitForAll("admin-release");
    await admin.page.fill('dialog [name="for"]', "nobody-here");
    await admin.page.locator("dialog button", { hasText: "Release the seat" }).click();
    await admin.page.locator("dialog .trouble", { hasText: "Nobody is registered as `nobody-here`." }).waitFor();
    await admin.answer("Release the seat", { for: "ada" });
    await admin.row("holders", "grace").waitFor({ state: "detached" });
    await admin.row("queue", "reserved").waitFor();
    assert.equal((await work("ada")).scope, "seat");
    await admin.row("holders", "ada").waitFor();
  });

  test("asks for one thing at a time", async () => {
    let open = 0, most = 0;
    admin.page.on("request", (request) => request.url().includes("/v1/admin/") && (most = Math.max(most, ++open)));
    admin.page.on("requestfinished", (request) => request.url().includes("/v1/admin/") && (open -= 1));
    const twice = [1, 2].map(() => admin.page.waitForResponse((response) => response.url().includes("/seats/queue")));
    await Promise.all(twice);
    assert.equal(most, 1);
  });

  test("says what there is to mend, and how", async () => {
    await open("doctor");
    await admin.row("checks", "Ask the vendor for a renewal").getByText("to mend", { exact: true }).waitFor();
    await admin.reads("doctor-story", /^\d things? to mend\.$/);
    await admin.isFitForAll("admin-doctor-ill");
  });

  test("ends a session", async () => {
    await open("sessions");
    await admin.row("signed-in", "linus").waitFor();
    await admin.isFitForAll("admin-sessions");
    await admin.page.fill("#session-user", "linus");
    await admin.page.press("#session-user", "Enter");
    await admin.row("signed-in", "margaret").waitFor({ state: "detached" });
    await admin.row("signed-in", "linus").getByRole("button").click();
    await admin.answer("End the session");
    await admin.reads("signed-in", "Nobody is signed in");
  });

  test("adds a person, who sets a password with the code and signs in", async () => {
    await open("people");
    await admin.row("registered", "grace").waitFor();
    await admin.page.fill("#add-username", "<b>katherine</b>");
    await admin.page.fill("#add-email", "katherine@example.org");
    await admin.page.click("#add-person button[type=submit]");
    const link = await admin.page.locator("dialog .link").innerText();
    await admin.page.getByRole("img", { name: "QR code of the address" }).waitFor();
    await admin.isFitForAll("admin-code");
    await admin.page.emulateMedia({ media: "print" });
    await admin.page.locator("#add-person").waitFor({ state: "hidden" });
    await admin.page.locator("dialog .qr").waitFor();
    await admin.keep("admin-code-printed");
    await admin.page.emulateMedia({ media: "screen" });
    await admin.answer("Close");
    await admin.row("registered", "<b>katherine</b>").getByText("invited", { exact: true }).waitFor();
    const katherine = await Person.at(browser, server.url, new URL(link).pathname + new URL(link).hash);
    assert.equal(await katherine.page.evaluate(() => location.hash), "", "the code stays in no history");
    const set = async (password) => {
      for (const id of ["password", "again"]) await katherine.page.fill(`#${id}`, password);
      await katherine.page.press("#again", "Enter");
    };
    await set("password1234");
    await katherine.reads("trouble", /guessed first.*each other\.$/);
    await katherine.isFitForAll("set-password");
    await set("four other words here");
    await katherine.reads("whose", "<b>katherine</b>");
    await katherine.isFitForAll("set-password-done");
    await katherine.page.click("#done a");
    await katherine.signIn("katherine@example.org", "four other words here");
    await katherine.reads("devices", "Account page");
    await katherine.page.click("#sign-out");
    katherine.assertIsClean();
  });

  test("searches people, keeps one out and lets them in again, makes a reset, and erases one", async () => {
    const search = async (text) => {
      await admin.page.fill("#search", text);
      await admin.page.press("#search", "Enter");
    };
    await search("katherine@");
    await admin.row("registered", "grace").waitFor({ state: "detached" });
    const katherine = admin.row("registered", "katherine");
    await katherine.getByText("can sign in", { exact: true }).waitFor();
    await katherine.getByRole("button", { name: "Reset" }).click();
    await admin.page.locator("dialog .code").waitFor();
    await admin.answer("Close");
    await katherine.getByText("new password asked for", { exact: true }).waitFor();
    await katherine.getByRole("button", { name: "Disable" }).click();
    await admin.answer("Keep out");
    await katherine.getByText("disabled", { exact: true }).waitFor();
    await katherine.getByRole("button", { name: "Enable" }).click();
    await katherine.getByRole("button", { name: "Erase" }).click();
    await admin.answer("Erase");
    await admin.reads("registered", "Nobody of that kind");
    await search("");
    await admin.row("registered", "grace").waitFor();
    await admin.isFitForAll("admin-people");
  });

  test("imports a table after it has shown what it would do, and shows the codes", async () => {
    await open("import");
    const table = "username,email\ndorothy,dorothy@example.org\nmary,no address\nannie,annie@example.org\n";
    await admin.page.setInputFiles("#import-file", { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
    await admin.reads("import-story", "2 people would be added");
    await admin.row("import-rows", "mary").getByText("refused", { exact: true }).waitFor();
    await admin.isFitForAll("admin-import");
    await admin.page.check("#import-codes");
    await admin.page.click("#import-acts button");
    await admin.reads("import-story", "2 people added");
    assert.match(await admin.row("import-rows", "dorothy").locator("code").innerText(), /^([0-9A-Z]{4}-){5}[0-9A-Z]{4}$/);
    await admin.isFitForAll("admin-imported");
    await open("people");
    await admin.row("registered", "annie").getByText("invited", { exact: true }).waitFor();
  });

  test("shows the licence's chain, refuses a wrong file in the server's words, and installs a renewal", async () => {
    await open("licence");
    await admin.reads("chain", "Root key");
    await admin.reads("chain", "This server's key");
    await admin.reads("licence-facts", /\(\d+ days left\)/);
    const choose = (file) => admin.page.setInputFiles("#licence-file", file);
    await choose({ name: "holiday.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no licence at all") });
    await admin.page.locator("#trouble:visible").waitFor();
    await admin.isFitForAll("admin-licence-refused");
    const { serial } = await (await fetch(`${server.url}/v1/licence`)).json();
    const today = new Date().toISOString().slice(0, 10);
    await choose(site.renew(serial, "--seats", "8", "--days", "90", "--from", today));
    await admin.reads("installed", "with 8 seats is in force");
    await admin.row("licences", "superseded").waitFor();
    await admin.isFitForAll("admin-licence");
    await open("seats");
    await admin.page.locator('#board[data-total="8"]').waitFor();
  });

  test("takes a licence that is dropped", async () => {
    await open("licence");
    const { serial } = await (await fetch(`${server.url}/v1/licence`)).json();
    const today = new Date().toISOString().slice(0, 10);
    const text = readFileSync(site.renew(serial, "--seats", "9", "--days", "90", "--from", today), "utf8");
    const dropped = await admin.page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "licence.pem"));
      return transfer;
    }, text);
    await admin.page.dispatchEvent("#drop", "drop", { dataTransfer: dropped });
    await admin.reads("installed", "with 9 seats is in force");
  });

  test("filters the audit log, and exports what the filter lets through", async () => {
    await open("audit");
    await admin.row("entries", "licence installed").first().waitFor();
    await admin.page.fill("#act", "signed in");
    await admin.page.click("#find-entry button[type=submit]");
    await admin.row("entries", "licence installed").first().waitFor({ state: "detached" });
    await admin.isFitForAll("admin-audit");
    const saved = admin.page.waitForEvent("download");
    await admin.page.click("#export");
    const download = await saved;
    const lines = readFileSync(await download.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(download.suggestedFilename(), "audit.ndjson");
    assert.deepEqual(new Set(lines.map(({ act }) => act)), new Set(["signed_in"]));
    assert.equal(lines.length, await admin.page.locator("#entries tbody tr").count());
  });

  test("draws how the seats were used, and says it in words", async () => {
    await open("usage");
    const peak = /^Most seats in use today: [1-9]\d* of 9, from \d\d:00 on\. Refusals today: [1-9]\d*\.$/;
    await admin.page.getByRole("img", { name: peak }).waitFor();
    await admin.page.getByRole("img", { name: /^The highest peak is [1-9]/ }).waitFor();
    await admin.row("usage-days", " of 9").waitFor();
    await admin.reads("unused-story", "never had a seat");
    assert.equal(await admin.page.locator("#unused tbody tr").count(), 0, "names are hidden by default");
    await admin.page.click("#show-unused");
    await admin.row("unused", "dorothy").waitFor();
    await admin.isFitForAll("admin-usage");
  });

  test("says what time the server goes by", async () => {
    await open("clock");
    await admin.reads("clock-story", "agree");
    await admin.isFitForAll("admin-clock");
  });

  test("says what is well in the words of the command, and looks again", async () => {
    await open("doctor");
    await admin.row("checks", "disk space").waitFor();
    await admin.row("checks", "days left").getByText("well", { exact: true }).waitFor();
    const told = await admin.page.locator("#checks tbody td:nth-child(3)").allInnerTexts();
    assert.ok(told.includes("The server speaks no TLS itself."), told.join());
    await admin.page.click("#look-again");
    await admin.reads("doctor-story", /mend/);
    await admin.isFitForAll("admin-doctor");
  });

  test("keeps its sign-in in no cookie, and shows nothing after a sign-out", async () => {
    assert.deepEqual(await admin.page.context().cookies(), []);
    assert.equal(await admin.page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    await open("seats");
    await admin.row("holders", "ada").waitFor();
    await admin.page.click("#sign-out");
    await admin.page.locator("#sign-in").waitFor();
    assert.equal(await admin.page.locator("tbody tr").count(), 0);
    await admin.page.reload();
    await admin.page.locator("#sign-in").waitFor();
  });

  test("can be used with the keyboard alone", async () => {
    const { keyboard } = admin.page;
    await admin.page.focus("#username");
    await keyboard.type("root");
    await keyboard.press("Tab");
    await keyboard.type("root-site-password");
    await keyboard.press("Enter");
    await admin.row("holders", "ada").waitFor();
    await admin.page.focus('nav a[href="#seats"]');
    const isThere = () => admin.page.evaluate(() => document.activeElement.hash === "#sessions");
    for (let step = 0; step < 7 && !(await isThere()); step += 1) await keyboard.press("Tab");
    await keyboard.press("Enter");
    await admin.page.locator('nav a[href="#sessions"][aria-current="page"]').waitFor();
    await admin.row("signed-in", "margaret").getByRole("button").focus();
    await keyboard.press("Enter");
    await admin.page.locator("dialog[open]").waitFor();
    await keyboard.press("Escape");
    await admin.page.locator("dialog").waitFor({ state: "detached" });
  });

  test("fails in no script, breaks no policy, and asks nobody else for anything", () => admin.assertIsClean());
});
