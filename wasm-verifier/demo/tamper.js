/**
 * @typedef {object} Evidence what the page holds: the licence file and the access token
 * @property {string} file
 * @property {string} token
 */

/**
 * @typedef {object} Change one byte of what was signed
 * @property {Evidence} evidence with the byte changed
 * @property {string} before
 * @property {string} after
 */

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} wish what a cheat would want of it
 * @property {(evidence: Evidence) => Change | undefined} change `undefined` where there is no such part
 */

/** @type {readonly Target[]} */
export const TARGETS = [
  { name: "licence", wish: "The licence: more seats", change: inFile("LICENCE", /"active_max":(\d)\d*/) },
  { name: "issuer", wish: "The issuing key: for longer", change: inFile("ISSUER KEY", /"exp":(\d)\d*/) },
  { name: "access", wish: "The access token: for longer", change: inToken(/"exp":(\d)\d*/) },
];

/**
 * @param {RegExp} claim finds a number whose first digit is changed
 * @returns {Target["change"]}
 */
function inToken(claim) {
  return ({ file, token }) => {
    const change = changed(token, claim);
    return change && { ...change, evidence: { file, token: change.text } };
  };
}

/**
 * @param {string} label of the block in the file
 * @param {RegExp} claim finds a number whose first digit is changed
 * @returns {Target["change"]}
 */
function inFile(label, claim) {
  return ({ file, token }) => {
    const found = block(file, label);
    const change = found && changed(atob(found.base64), claim);
    return change && { ...change, evidence: { file: found.replaced(btoa(change.text)), token } };
  };
}

/**
 * A block of an RFC 7468 file.
 *
 * @param {string} file
 * @param {string} label
 */
function block(file, label) {
  const [begin, end] = [`-----BEGIN ${label}-----\n`, `\n-----END ${label}-----`];
  const [before, rest] = split(file.replaceAll("\r\n", "\n"), begin);
  const [body, after] = split(rest, end);
  if (body === "" || after === "") return undefined;
  /** @param {string} base64 */
  const replaced = (base64) => `${before}${begin}${base64.match(/.{1,64}/g)?.join("\n")}${end}${after}`;
  return { base64: body.replaceAll("\n", ""), replaced };
}

/**
 * @param {string} text
 * @param {string} at
 * @returns {[string, string]}
 */
function split(text, at) {
  const place = text.indexOf(at);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + at.length)];
}

/**
 * Changes one digit in the claims of a compact JWS, and leaves its signature as it is.
 *
 * @param {string} jws
 * @param {RegExp} claim
 */
function changed(jws, claim) {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const claims = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
  const found = claim.exec(claims);
  if (!found) return undefined;
  const [before, digit = ""] = found;
  const after = before.replace(digit, digit === "9" ? "8" : "9");
  const forged = btoa(claims.replace(before, after)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return { text: [header, forged, signature].join("."), before, after };
}
