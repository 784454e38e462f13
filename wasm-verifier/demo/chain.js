import { make, sentence } from "./elements.js";
import { day, time } from "./times.js";

/** @typedef {import("./wasm-verifier/browser.js").Link} Link */
/** @typedef {import("./wasm-verifier/browser.js").Refusal} Refusal */

/** @type {Record<Link["link"], string>} */
const TITLES = {
  root: "Root key",
  issuer: "Issuing key",
  licence: "Licence",
  site: "Site key",
  access: "Access token",
};

/** Which link a refusal breaks. @type {Partial<Record<Refusal["at"], Link["link"]>>} */
const BROKEN = { file: "licence", revocations: "licence", issuer: "issuer", licence: "licence", access: "access" };

/**
 * The chain as a list, each link with what it proved.
 *
 * @param {readonly Link[]} chain
 * @param {string} username
 * @param {Refusal} [refusal] looked for from the root downwards, so the links above it held
 */
export function chainItems(chain, username, refusal) {
  const broken = refusal && BROKEN[refusal.at];
  const at = chain.findIndex(({ link }) => link === broken);
  return chain.map((link, index) => {
    if (refusal && index === at) return item(link, "broken", refusal.code, []);
    if (refusal && index > at) return item(link, "idle", "Not looked at: what it rests on does not hold.", []);
    return item(link, "held", sentence(link.proves), facts(link, username));
  });
}

/**
 * @param {Link} link
 * @param {"held" | "broken" | "idle"} state
 * @param {string} story
 * @param {[string, string][]} rows
 */
function item(link, state, story, rows) {
  const mark = { held: "✓", broken: "✕", idle: "–" }[state];
  const list = rows.flatMap(([name, value]) => [make("dt", {}, [name]), make("dd", {}, [value])]);
  return make("li", { class: `link ${state}`, "data-link": link.link, "data-state": state }, [
    make("span", { class: "mark", "aria-hidden": "true" }, [mark]),
    make("div", {}, [
      make("h3", {}, [TITLES[link.link], ...key(link)]),
      make("p", { class: "story" }, [story]),
      ...(list.length > 0 ? [make("dl", {}, list)] : []),
    ]),
  ]);
}

/** @param {Link} link */
function key(link) {
  return "kid" in link ? [make("code", { title: link.kid }, [`${link.kid.slice(0, 10)}…`])] : [];
}

/**
 * @param {Link} link
 * @param {string} username
 * @returns {[string, string][]}
 */
function facts(link, username) {
  switch (link.link) {
    case "issuer": {
      const { nbf, exp, products, seats_max: seats } = link.claims;
      return [
        ["may sign", `${products?.join(", ") ?? "every product"}${seats === undefined ? "" : `, up to ${seats} seats`}`],
        ["window", `${day(nbf)} to ${day(exp)}`],
      ];
    }
    case "licence": {
      const { iss, aud, institute, seats, nbf, exp, serial, revision } = link.claims;
      const registered = seats.registered_max === undefined ? "" : ` of ${seats.registered_max} registered`;
      return [
        ["for", institute.name],
        ["product", `${aud}, by ${iss}`],
        ["seats", `${seats.active_max} people at once${registered}`],
        ["time", `${day(nbf)} to ${exp === undefined ? "for ever" : day(exp)}`],
        ["serial", `${serial}, revision ${revision}`],
      ];
    }
    case "access":
      return [
        ["person", `${username} (${link.claims.sub})`],
        ["time", `${time(link.claims.iat)} to ${time(link.claims.exp)}`],
      ];
    case "root":
    case "site":
      return [];
  }
}
