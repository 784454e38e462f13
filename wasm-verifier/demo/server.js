/**
 * What the seat server answers: the body of a success, or a problem (RFC 9457).
 *
 * @template T
 * @typedef {{ ok: true, body: T } | { ok: false, problem: Problem }} Answer
 */

/**
 * @typedef {object} Problem
 * @property {string} code `offline` where no answer came at all
 * @property {string} title
 * @property {string} [detail]
 * @property {string} [mend]
 * @property {{ total: number, in_use: number }} [seats] with `no_seat`
 * @property {number} [earliest] when the first seat lapses, with `no_seat`
 * @property {number} [place] in the queue, with `no_seat`
 */

/**
 * @typedef {object} Grant
 * @property {string} access_token
 * @property {number} expires_in seconds
 * @property {{ total: number, in_use: number, lease_end: number }} seat
 */

/**
 * @typedef {object} LicenceInForce
 * @property {string} file
 * @property {{ total: number, in_use?: number }} seats
 */

/** @type {Problem} */
const OFFLINE = {
  code: "offline",
  title: "the server cannot be reached",
  mend: "check that it runs",
};

/**
 * The refresh token stays in a cookie that no script can read.
 *
 * @param {string} username
 * @param {string} password
 * @returns {Promise<Answer<Grant>>}
 */
export const signIn = (username, password) =>
  post("/v1/auth/token", { grant_type: "password", delivery: "cookie", username, password });

/** @returns {Promise<Answer<Grant>>} */
export const refresh = () => post("/v1/auth/refresh", {});

/** @returns {Promise<Answer<undefined>>} */
export const signOut = () => post("/v1/auth/logout", {});

/**
 * @param {string} token
 * @returns {Promise<Answer<LicenceInForce>>}
 */
export const licence = (token) => call("/v1/licence", { headers: bearer(token) });

/**
 * @param {string} token
 * @returns {Promise<Answer<{ username: string }>>}
 */
export const me = (token) => call("/v1/me", { headers: bearer(token) });

/** @param {string} token */
const bearer = (token) => ({ Authorization: `Bearer ${token}` });

/**
 * @param {string} path
 * @param {Record<string, string>} form
 */
const post = (path, form) => call(path, { method: "POST", body: new URLSearchParams(form) });

/**
 * @param {string} path
 * @param {RequestInit} request
 * @returns {Promise<Answer<any>>}
 */
async function call(path, request) {
  try {
    const response = await fetch(path, { cache: "no-store", ...request });
    const text = await response.text();
    const body = text === "" ? undefined : JSON.parse(text);
    if (response.ok) return { ok: true, body };
    // What is no problem body is not from the server but from something before it.
    return { ok: false, problem: body?.code ? body : OFFLINE };
  } catch {
    return { ok: false, problem: OFFLINE };
  }
}
