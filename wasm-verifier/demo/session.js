import * as server from "./server.js";

/** How long before a token ends it is renewed. */
const MARGIN_SECS = 60;

/** How long after a failure it is tried again. */
const RETRY_MILLIS = 5_000;

/** Codes after which only a new sign-in helps. Whatever else fails is tried again. */
const ENDED = new Set([
  "invalid_grant",
  "refresh_reused",
  "store_behind",
  // The browser keeps cookies by host alone: this one is of another server that used to listen here.
  "malformed",
]);

/**
 * @typedef {object} Handlers
 * @property {(grant: server.Grant) => Promise<server.Problem | undefined>} granted a seat is held, and here is the token; answers why it cannot be used
 * @property {(problem: server.Problem) => void} full signed in, without a seat
 * @property {(problem: server.Problem | undefined) => void} ended
 * @property {(problem: server.Problem) => void} retrying for a while: it is tried again without being asked
 * @property {(problem: server.Problem) => void} troubled what was asked for was not done
 */

/** A sign-in that stays: the access token is renewed before it ends, and taken up again on reload. */
export class Session {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #handlers;

  /** When the token is renewed, in milliseconds since 1970. */
  renewsAt = 0;

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    // Timers stand still while a machine sleeps.
    document.addEventListener("visibilitychange", () => {
      if (this.renewsAt > 0 && Date.now() >= this.renewsAt) void this.refresh();
    });
  }

  /**
   * @param {string} username
   * @param {string} password
   * @returns {Promise<server.Problem | undefined>} why not
   */
  async signIn(username, password) {
    const answer = await server.signIn(username, password);
    if (answer.ok) await this.#granted(answer.body);
    else if (answer.problem.code === "no_seat") this.#handlers.full(answer.problem);
    else return answer.problem;
    return undefined;
  }

  /** Renews the token and the seat, or takes a seat, with the cookie of an earlier sign-in. */
  async refresh() {
    clearTimeout(this.#timer);
    const answer = await server.refresh();
    if (answer.ok) return this.#granted(answer.body);
    const { problem } = answer;
    if (problem.code === "no_seat") return this.#handlers.full(problem);
    if (ENDED.has(problem.code)) return this.#end(this.renewsAt > 0 ? problem : undefined);
    this.#retry(problem);
  }

  async signOut() {
    const answer = await server.signOut();
    if (answer.ok) this.#end(undefined);
    else this.#handlers.troubled(answer.problem);
  }

  /** @param {server.Grant} grant */
  async #granted(grant) {
    const millis = Math.max(1, grant.expires_in - MARGIN_SECS) * 1000;
    this.renewsAt = Date.now() + millis;
    this.#wake(millis);
    const problem = await this.#handlers.granted(grant);
    if (problem) this.#retry(problem);
  }

  /** @param {server.Problem} problem */
  #retry(problem) {
    this.#handlers.retrying(problem);
    this.#wake(RETRY_MILLIS);
  }

  /** @param {server.Problem | undefined} problem */
  #end(problem) {
    clearTimeout(this.#timer);
    this.renewsAt = 0;
    this.#handlers.ended(problem);
  }

  /** @param {number} millis */
  #wake(millis) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), millis);
  }
}
