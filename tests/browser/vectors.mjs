// The package in a page, asked in JSON lines: a vector without its expectation -> {"name": …, "verdict": …}

import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { launch } from "./chromium.mjs";

const PACKAGE = fileURLToPath(new URL("../../wasm-verifier", import.meta.url));

/** A host that cannot exist (RFC 6761), over plain HTTP: the package needs neither a network nor a secure context. */
const PAGE = "http://verifier.test/";

/** What the package's README asks of a page's policy, and no more. */
const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

const browser = await launch();
const page = await browser.newPage();
await page.route("**", serve);
await page.goto(PAGE);

const verifier = await page.evaluateHandle(async () => {
  const [browser, { verdictOn }] = await Promise.all([import("/dist/browser.js"), import("/test/vectors/verdict.mjs")]);
  await browser.init();
  return (vector) => verdictOn(browser, vector);
});

for await (const line of createInterface({ input: process.stdin })) {
  const vector = JSON.parse(line);
  const verdict = await verifier.evaluate((verdictOn, vector) => verdictOn(vector), vector);
  process.stdout.write(`${JSON.stringify({ name: vector.name, verdict })}\n`);
}
await browser.close();

/** An empty page, and the package's folder below it. */
function serve(route) {
  const { pathname } = new URL(route.request().url());
  if (pathname !== "/") return route.fulfill({ path: join(PACKAGE, pathname) });
  return route.fulfill({ contentType: "text/html", headers: { "Content-Security-Policy": POLICY }, body: "<!doctype html>" });
}
