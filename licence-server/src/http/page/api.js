// Calls to this server in the name of whoever signed in. The access token stands in this page's memory and
// nowhere else. A person's refresh token is in a cookie that no script can read. An administrator's is in the
// page's memory too: with a cookie every page that may use it, the application's first, could go on with the
// sign-in and administer.

import { sentence } from "./elements.js";

/** The server said no: `problem` is what it said (RFC 9457). */
export class Refused extends Error {
  constructor(problem) {
    super(told(problem));
    this.problem = problem;
  }
}

const UNREACHABLE = { code: "unreachable", title: "the server cannot be reached", mend: "see whether this machine has a network" };

/** A refusal in two sentences: what is wrong, and how to mend it; of a form the first says both. */
function told({ code, title, detail, mend }) {
  const isOfForm = code === "invalid_request" && detail !== undefined;
  return [detail ?? title, isOfForm ? undefined : mend].flatMap((text) => (text ? [sentence(text)] : [])).join(" ");
}

/** Asks the server, and throws what it refuses. */
export async function ask(method, path, options = {}) {
  const response = await fetch(path, { method, cache: "no-store", ...options }).catch(() => undefined);
  if (response?.ok) return response;
  throw new Refused((await response?.json().catch(() => undefined)) ?? UNREACHABLE);
}

/** The licence in force, which everyone may read; nothing where there is none. */
export async function licenceInForce() {
  try {
    return await (await ask("GET", "/v1/licence")).json();
  } catch (failure) {
    if (failure instanceof Refused && failure.problem.code === "no_licence") return undefined;
    throw failure;
  }
}

/** A sign-in that goes on for as long as its cookie is good; an administrator's, for as long as the page is open. */
export class Session {
  #scope;
  #token;
  /** An administrator's refresh token. */
  #refreshToken;
  /** A renewal that is under way: whoever needs one waits for it, and there is never a second. */
  #renewal;
  /** What to do when the sign-in has ended; told why. */
  ended = () => {};

  /** @param {"seat" | "admin"} scope what is asked for */
  constructor(scope) {
    this.#scope = scope;
  }

  /** Signs in; `more` are further fields of the form. */
  async signIn(username, password, more = {}) {
    const delivery = this.#isAdmin ? "body" : "cookie";
    const asked = { grant_type: "password", delivery, scope: this.#scope, username, password, ...more };
    await this.#take(await this.#ask("POST", "/v1/auth/token", { body: new URLSearchParams(asked) }));
  }

  /** Goes on with the refresh token. False where it is another kind of sign-in's. */
  async resume() {
    await this.#take(await this.#ask("POST", "/v1/auth/refresh", { body: this.#shown() }));
    return this.#token !== undefined;
  }

  async signOut() {
    const body = this.#shown();
    this.#token = this.#refreshToken = undefined;
    await this.#ask("POST", "/v1/auth/logout", { body });
  }

  get #isAdmin() {
    return this.#scope === "admin";
  }

  /** The refresh token; where nothing is said, the server looks at the cookie. */
  #shown() {
    return new URLSearchParams(this.#isAdmin ? { refresh_token: this.#refreshToken ?? "" } : {});
  }

  /** The application's cookie has no part in administration: it is neither shown nor replaced. */
  #ask(method, path, options) {
    return ask(method, path, { ...options, credentials: this.#isAdmin ? "omit" : "same-origin" });
  }

  /** The answer to a call, as JSON; `undefined` where there is nothing to say. */
  async call(method, path, options) {
    const response = await this.send(method, path, options);
    return response.status === 204 ? undefined : response.json();
  }

  /** What the server gives at an address: `/v1/admin/seats`. */
  look(path, query = {}) {
    const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    return this.call("GET", asked.length === 0 ? path : `${path}?${new URLSearchParams(asked)}`);
  }

  /** The same with a body of fields. */
  post(path, fields = {}) {
    return this.call("POST", path, { body: JSON.stringify(fields), headers: { "Content-Type": "application/json" } });
  }

  /** Sends a request with the token, and once more with a new one where the old one is good no more. */
  async send(method, path, { headers = {}, ...options } = {}) {
    const token = this.#token;
    const trial = () => this.#ask(method, path, { ...options, headers: { ...headers, Authorization: `Bearer ${this.#token}` } });
    try {
      return await trial();
    } catch (failure) {
      if (failure.problem?.code !== "invalid_token") throw failure;
      await this.#renew(token);
      return trial();
    }
  }

  async #renew(old) {
    if (this.#token !== old) return;
    this.#renewal ??= this.resume().finally(() => (this.#renewal = undefined));
    try {
      if (await this.#renewal) return;
      this.ended();
    } catch (failure) {
      if (failure.problem?.status === 401) this.ended(failure);
      throw failure;
    }
    throw new Refused({ code: "invalid_token", title: "the sign-in has ended", mend: "sign in again" });
  }

  /** An administrator's page has no use for a seat's token; a seat's page can use both. */
  async #take(response) {
    const { access_token: token, refresh_token: refreshToken, scope } = await response.json();
    this.#refreshToken = refreshToken;
    this.#token = this.#scope === "seat" || scope === "admin" ? token : undefined;
  }
}
