// The examples, and the packed package behind two bundlers, in a real browser over the package's made-up server.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch } from "./chromium.mjs";
import { House } from "./house.mjs";

const PACKAGE = fileURLToPath(new URL("../../wasm-verifier", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const APP = "https://app.test";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** An application of five lines, as a bundler is given it. */
const MAIN = `
import { createSession } from "wasm-verifier/session";
const { roots } = await (await fetch("/options.json")).json();
const session = (window.session = createSession({ roots, allowTest: true }));
session.on("change", () => (document.body.dataset.status = session.state.status));
`;

const PAGE = (head, script) => `<!doctype html><title>application</title>${head}<body><p>application</p>${script}`;

describe("in a real browser", () => {
  let chromium, house, place;

  const run = (program, words, cwd, env = {}) => execFileSync(program, words, { cwd, stdio: "pipe", env: { ...process.env, ...env } });

  before(async () => {
    chromium = await launch();
    house = await House.create();
    place = mkdtempSync(join(tmpdir(), "licence-examples-"));
    const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", "--json", "--pack-destination", place], { cwd: PACKAGE }));
    writeFileSync(join(place, "package.json"), JSON.stringify({ private: true, type: "module" }));
    run("npm", ["install", "--no-audit", "--no-fund", "--offline", `./${filename}`], place);
    writeFileSync(join(place, "main.js"), MAIN);
  });

  after(async () => {
    await chromium?.close();
    if (place) rmSync(place, { recursive: true });
  });

  /** Opens a folder as the application's own origin; faults of its scripts are failures. */
  async function visit(folder, files = {}) {
    const { context } = await house.browser(chromium);
    const faults = [];
    await context.route(`${APP}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname.startsWith("/v1/") || pathname === "/options.json") return route.fallback();
      const body = files[pathname] ?? readFileSync(join(folder, pathname === "/" ? "index.html" : pathname));
      return route.fulfill({ body, contentType: TYPES[extname(pathname)] ?? "text/html" });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${APP}/`);
    return { page, faults, close: () => context.close() };
  }

  async function holdsASeat(folder, files) {
    const { page, faults, close } = await visit(folder, files);
    await page.locator('body[data-status="signed_out"]').waitFor();
    const answer = await page.evaluate(() => window.session.signIn({ username: "ada", password: "ada-password" }));
    assert.deepEqual([answer, faults], [{ ok: true }, []]);
    await page.locator('body[data-status="active"]').waitFor();
    await close();
  }

  test("the packed package works behind an import map, without a bundler", async () => {
    const map = { imports: { "wasm-verifier/session": "/node_modules/wasm-verifier/dist/session/browser.js" } };
    const head = `<script type="importmap">${JSON.stringify(map)}</script>`;
    await holdsASeat(place, { "/": PAGE(head, `<script type="module" src="/main.js"></script>`) });
  });

  test("the packed package works in what Vite makes of it", async () => {
    writeFileSync(join(place, "index.html"), PAGE("", `<script type="module" src="/main.js"></script>`));
    run(join(PACKAGE, "node_modules/.bin/vite"), ["build", "--outDir", "vite", "--target", "es2022"], place);
    await holdsASeat(join(place, "vite"));
  });

  test("the packed package works in what webpack makes of it", async () => {
    const webpack = createRequire(join(PACKAGE, "package.json"))("webpack");
    const output = { path: join(place, "webpack"), filename: "bundle.js", publicPath: "/" };
    const settings = { mode: "production", context: place, entry: "./main.js", output, experiments: { topLevelAwait: true } };
    const stats = await new Promise((resolve, reject) => webpack(settings, (failure, stats) => (failure ? reject(failure) : resolve(stats))));
    assert.deepEqual(stats.toJson().errors, []);
    await holdsASeat(output.path, { "/": PAGE("", `<script src="/bundle.js"></script>`) });
  });

  test("the lines that the README begins with work as they stand", async () => {
    const [, lines] = /```js\n([^]*?)```/.exec(readFileSync(join(PACKAGE, "README.md"), "utf8"));
    assert.ok(lines.trim().split("\n").filter((line) => line !== "").length <= 15);
    const roots = JSON.stringify(house.authority.roots);
    const program = lines.replaceAll("https://seats.example.org", house.server.url).replace(/roots: \[.*\]/, `roots: ${roots}, allowTest: true`);
    const map = { imports: { "wasm-verifier/session": "/node_modules/wasm-verifier/dist/session/browser.js" } };
    const head = `<script type="importmap">${JSON.stringify(map)}</script>`;
    const { page, faults, close } = await visit(place, { "/": PAGE(head, `<script type="module">${program}</script>`) });
    await page.locator('body[data-status="active"][data-may-export="true"]').waitFor();
    assert.deepEqual(faults, []);
    await close();
  });

  test("the plain page signs in, shows what the licence grants, and signs out", async () => {
    const { roots, product } = house.authority;
    const pinned = `export const roots = ${JSON.stringify(roots)}; export const product = ${JSON.stringify(product)}; export const allowTest = true;`;
    cpSync(join(PACKAGE, "dist"), join(place, "plain/wasm-verifier"), { recursive: true });
    cpSync(join(EXAMPLES, "plain-html"), join(place, "plain"), { recursive: true });
    const { page, faults, close } = await visit(join(place, "plain"), { "/roots.js": pinned });
    await page.fill("[name=username]", "boris");
    await page.fill("[name=password]", "boris-password");
    await page.click("#sign-in button");
    await page.locator("#institute:text-is('Institute of Tests')").waitFor();
    await page.locator("#export").waitFor();
    await page.click("#sign-out");
    await page.locator("#sign-in").waitFor();
    assert.deepEqual(faults, []);
    await close();
  });

  test("the React application signs in on a server of another origin, shows what the licence grants, and signs out", async () => {
    const project = join(EXAMPLES, "react-vite");
    const env = { VITE_SERVER: house.server.url, VITE_ROOTS: JSON.stringify(house.authority.roots), VITE_ALLOW_TEST: "true" };
    run("npm", ["run", "build", "--", "--outDir", join(place, "react"), "--emptyOutDir"], project, env);
    const { page, faults, close } = await visit(join(place, "react"));
    await page.fill("[name=username]", "chen");
    await page.fill("[name=password]", "chen-password");
    await page.click("button");
    await page.locator("h1:text-is('Institute of Tests')").waitFor();
    await page.locator("button:text-is('Export')").waitFor();
    await page.click("button:text-is('Sign out')");
    await page.locator("[name=username]").waitFor();
    assert.deepEqual(faults, []);
    await close();
  });
});
