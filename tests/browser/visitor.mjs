// People with a browser each.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch } from "./chromium.mjs";

const ARTEFACTS = fileURLToPath(new URL("../artefacts", import.meta.url));

/** As `cargo xtask demo` prints it. */
const password = (name) => `${name}-demo-password`;

/** A browser that is started once; each visitor gets a jar of cookies of their own. */
export class Browser {
  #browser;
  #visitors = [];

  static async start() {
    const browser = new Browser();
    browser.#browser = await launch();
    mkdirSync(ARTEFACTS, { recursive: true });
    return browser;
  }

  /** Somebody who opens the page. */
  async visitor(url, options = {}) {
    const context = await this.#browser.newContext({ viewport: { width: 1200, height: 900 }, locale: "en-GB", ...options });
    const visitor = new Visitor(context);
    this.#visitors.push(visitor);
    await visitor.open(url);
    return visitor;
  }

  /** What went wrong in any page: failed scripts and breaches of the content security policy. */
  get faults() {
    return this.#visitors.flatMap(({ faults }) => faults);
  }

  close() {
    return this.#browser.close();
  }
}

export class Visitor {
  faults = [];
  #context;

  constructor(context) {
    this.#context = context;
  }

  async open(url) {
    this.page = await this.#context.newPage();
    this.page.setDefaultTimeout(60_000);
    this.page.on("pageerror", (error) => this.faults.push(error.message));
    this.page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) this.faults.push(message.text());
    });
    await this.page.goto(url);
  }

  /** Waits for one of the page's views: `signed-out`, `full`, `inside`. */
  async sees(view) {
    await this.page.locator(`#${view}`).waitFor({ state: "visible" });
  }

  async signIn(name, typed = password(name)) {
    await this.sees("signed-out");
    await this.page.fill("#username", name);
    await this.page.fill("#password", typed);
    await this.page.press("#password", "Enter");
  }

  /** From now on no server can be reached. */
  loseNetwork() {
    return this.#context.setOffline(true);
  }

  findNetwork() {
    return this.#context.setOffline(false);
  }

  cookies() {
    return this.#context.cookies();
  }

  click(id) {
    return this.page.click(`#${id}`);
  }

  /** Waits until the page says who is signed in. */
  async isNamed(name) {
    await this.page.locator(`#who:text-is("${name}")`).waitFor();
  }

  text(id) {
    return this.page.locator(`#${id}`).innerText();
  }

  /** The chain as it is shown: `root held`. */
  async chain() {
    const items = await this.page.locator("#chain > li").all();
    return Promise.all(items.map(async (item) => `${await item.getAttribute("data-link")} ${await item.getAttribute("data-state")}`));
  }

  /** How many seats are shown as taken. */
  async seesTaken(place, taken, total) {
    await this.page.locator(`#${place}[data-taken="${taken}"][data-total="${total}"]`).waitFor();
  }

  /** Changes one byte of a part and returns what the page says of it, by name. */
  async tamper(part) {
    await this.page.check(`#targets input[value="${part}"]`);
    // What an earlier change came to is shown until this one is refused.
    await this.page.evaluate(() => document.querySelector("#refusal dl")?.setAttribute("data-earlier", ""));
    await this.click("flip");
    await this.page.locator("#refusal dl:not([data-earlier])").waitFor({ state: "visible" });
    const facts = await this.page.locator("#refusal dd").all();
    const told = facts.map(async (fact) => [await fact.getAttribute("data-fact"), await fact.innerText()]);
    return Object.fromEntries(await Promise.all(told));
  }

  async keepPicture(name) {
    await this.page.screenshot({ path: join(ARTEFACTS, `${name}.png`), fullPage: true });
  }

  async fitsItsWidth() {
    const [needed, given] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(needed <= given, `the page is ${needed} px wide in a window of ${given} px`);
  }
}
