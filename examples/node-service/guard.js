// Verifies access tokens without asking for each: the licence and the list of revoked tokens are fetched now and then.

import { init, verifyAccess, verifyLicence, verifyRevoked } from "wasm-verifier";

/** How long a list is relied on before another is fetched: how long a sign-out may take to be known here. */
const LIST_SECS = 10;

/** A guard for the tokens of one seat server. */
export class Guard {
  #licence;
  #revoked;
  #fetchedAt = -Infinity;
  #server;
  #options;
  #fetch;
  #now;

  /** `roots` are the vendor's, written into the service's own settings. */
  constructor({ server, roots, product, allowTest = false, fetch = globalThis.fetch, now = () => Math.floor(Date.now() / 1000) }) {
    this.#server = server;
    this.#options = { roots, allowTest, ...(product && { product }) };
    this.#fetch = fetch;
    this.#now = now;
  }

  /** Who sent a request: `{ok: true, claims}`, or `{ok: false, code}` to answer 401 with. */
  async check(authorization = "") {
    await init();
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? "";
    await this.#refresh(false);
    const first = this.#verify(token);
    // A renewal has put another licence in force.
    if (first.ok || first.code !== "licence_changed") return first;
    await this.#refresh(true);
    return this.#verify(token);
  }

  #verify(token) {
    return verifyAccess(token, { licence: this.#licence, revoked: this.#revoked, now: this.#now() });
  }

  async #refresh(isForced) {
    const isRecent = this.#now() - this.#fetchedAt < LIST_SECS;
    if (isRecent && !isForced) return;
    const [licence, list] = await Promise.all([this.#get("/v1/licence"), this.#get("/v1/revoked")]);
    this.#licence = good(verifyLicence(JSON.parse(licence).file, { ...this.#options, now: this.#now() }));
    this.#revoked = good(verifyRevoked(list.trim(), { licence: this.#licence, now: this.#now() }));
    this.#fetchedAt = this.#now();
  }

  async #get(path) {
    const response = await this.#fetch(`${this.#server}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.text();
  }
}

/** A service that cannot verify lets nobody in. */
function good(result) {
  if (!result.ok) throw new Error(`${result.message}: ${result.mend}`);
  return result;
}
