// Somebody at one of the pages that the server brings along, and what such a page never does.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ARTEFACTS = fileURLToPath(new URL("../artefacts", import.meta.url));

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How a page is looked at: on a desk and on a telephone, by day and by night. */
const LOOKS = [
  { scheme: "light", width: 1200 },
  { scheme: "dark", width: 1200 },
  { scheme: "light", width: 375 },
  { scheme: "dark", width: 375 },
];

export class Person {
  /** Failed scripts, and breaches of the content security policy. */
  faults = [];
  /** Addresses of other origins that were asked. */
  strangers = [];

  static async at(browser, url, path) {
    const context = await browser.newContext({ locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"] });
    return new Person(await context.newPage(), url).#open(path);
  }

  constructor(page, url) {
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      // A refusal is told in the page; that the browser writes its status down as well is no fault of it.
      const isRefusal = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
      if (message.type() === "error" && !isRefusal) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      const asked = new URL(request.url());
      if (asked.origin !== url && asked.protocol !== "blob:") this.strangers.push(request.url());
    });
  }

  async #open(path) {
    await this.page.goto(`${this.url}${path}`);
    return this;
  }

  async signIn(name, password = `${name}-site-password`) {
    await this.page.fill("#username", name);
    await this.page.fill("#password", password);
    await this.page.press("#password", "Enter");
  }

  /** A row of a table, by a word that stands in it. */
  row(place, word) {
    return this.page.locator(`#${place} tbody tr`, { hasText: word });
  }

  /** Waits until an element says something. */
  async reads(id, text) {
    await this.page.locator(`#${id}`).filter({ hasText: text, visible: true }).waitFor();
  }

  /** Answers the question that is open. */
  async answer(text, fields = {}) {
    for (const [name, value] of Object.entries(fields)) await this.page.fill(`dialog [name="${name}"]`, value);
    await this.page.locator("dialog button", { hasText: text }).click();
    await this.page.locator("dialog").waitFor({ state: "detached" });
  }

  /** Everybody can use what is shown, however they look at it; keeps a picture of each. */
  async isFitForAll(name) {
    mkdirSync(ARTEFACTS, { recursive: true });
    for (const { scheme, width } of LOOKS) {
      await this.page.emulateMedia({ colorScheme: scheme });
      await this.page.setViewportSize({ width, height: 850 });
      const look = `${name}-${scheme}-${width}`;
      await this.page.screenshot({ path: join(ARTEFACTS, `${look}.png`), fullPage: true });
      const found = await this.page.evaluate(`${AXE}; axe.run(document, { resultTypes: ["violations"] })`);
      const told = found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
      assert.deepEqual(told, [], look);
      const needed = await this.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(needed <= width, `${look} needs ${needed} px`);
    }
    await this.page.emulateMedia({ colorScheme: "light" });
    await this.page.setViewportSize({ width: 1200, height: 850 });
  }

  /** Keeps a picture of what is shown, as it is. */
  async keep(name) {
    mkdirSync(ARTEFACTS, { recursive: true });
    await this.page.screenshot({ path: join(ARTEFACTS, `${name}.png`), fullPage: true });
  }

  /** Nothing failed, and nobody else was asked for anything. */
  assertIsClean() {
    assert.deepEqual({ faults: this.faults, strangers: this.strangers }, { faults: [], strangers: [] });
  }
}
