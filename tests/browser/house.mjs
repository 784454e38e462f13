// The package's made-up seat server behind the addresses of real pages, so that a test can be the network and the clock.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { createFakeClock, createTestAuthority, createTestServer } from "../../wasm-verifier/dist/testing/index.js";

const PACKAGE = fileURLToPath(new URL("../../wasm-verifier", import.meta.url));

/** A host that cannot exist (RFC 6761): no page gets anywhere but here. */
export const SECURE = "https://seats.test";

/** The same without TLS: no WebCrypto, no Web Locks. */
export const PLAIN = "http://seats.test";

/** What the package's README asks of a page's policy, and no more. */
const POLICY = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";

/** An application of ten lines: it shows what its session says. */
const APPLICATION = `<!doctype html>
<title>application</title>
<p id="status"></p><p id="secret"></p><ol id="told"></ol>
<script type="module">
  import { createSession } from "/dist/session/browser.js";
  const options = await (await fetch("/options.json")).json();
  const session = (window.session = createSession(options));
  const tell = (...words) => document.querySelector("#told").append(Object.assign(document.createElement("li"), { textContent: words.join(" ") }));
  const show = () => {
    document.querySelector("#status").textContent = session.state.status;
    document.querySelector("#secret").textContent = session.claims()?.sub ?? "";
    document.querySelector("#secret").dataset.jti = session.claims()?.jti ?? "";
  };
  for (const name of ["no_seat", "idle", "signed_out", "offline", "clock", "rollback"]) session.on(name, (what) => tell(name, typeof what === "boolean" ? what : ""));
  session.on("change", show);
  await session.ready;
  document.body.dataset.ready = "";
</script>`;

export class House {
  static async create(terms = {}) {
    const house = new House();
    house.clock = createFakeClock(Date.now());
    house.authority = await createTestAuthority({ now: house.clock.now() - 3_600_000, ...terms });
    house.server = createTestServer(house.authority, house.clock, SECURE);
    return house;
  }

  /** A browser of its own, for somebody; `options` are those of Playwright's contexts. */
  async browser(chromium, options = {}) {
    const context = await chromium.newContext(options);
    const network = this.server.browser();
    await context.route("**", (route) => this.#serve(route, network));
    return { context, network, open: (url = SECURE) => this.#open(context, url) };
  }

  async #open(context, url) {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    await page.locator("body[data-ready]").waitFor();
    return page;
  }

  async #serve(route, network) {
    const request = route.request();
    const { pathname, origin } = new URL(request.url());
    if (pathname.startsWith("/v1/")) return this.#answer(route, request, network);
    if (pathname.startsWith("/dist/")) return route.fulfill({ path: join(PACKAGE, pathname) });
    if (pathname === "/options.json") {
      const { roots } = this.authority;
      return route.fulfill({ json: { server: origin, roots, allowTest: true, ...this.options } });
    }
    if (pathname === "/elsewhere") return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>elsewhere</title>" });
    return route.fulfill({ contentType: "text/html", headers: { "Content-Security-Policy": POLICY }, body: APPLICATION });
  }

  async #answer(route, request, network) {
    try {
      const { authorization = "", "content-type": type = "", "if-match": match } = request.headers();
      const headers = { ...(authorization && { authorization }), ...(type && { "content-type": type }), ...(match && { "if-match": match }) };
      const body = request.postDataBuffer() ?? undefined;
      const response = await network.fetch(request.url(), { method: request.method(), headers, body });
      const { origin } = request.headers();
      const cors = origin ? { "access-control-allow-origin": origin, "access-control-allow-credentials": "true" } : {};
      const told = { ...Object.fromEntries(response.headers), ...cors };
      await route.fulfill({ status: response.status, headers: told, body: Buffer.from(await response.arrayBuffer()) });
    } catch {
      // What a test lets fail fails as a network does; whoever has gone hears of nothing.
      await route.abort("connectionfailed").catch(() => {});
    }
  }
}

/** Signs somebody in, in a page with the application. */
export function signIn(page, name) {
  return page.evaluate((name) => window.session.signIn({ username: name, password: `${name}-password` }), name);
}

/** Waits until the application shows a status. */
export function sees(page, status) {
  return page.locator(`#status:text-is("${status}")`).waitFor();
}
