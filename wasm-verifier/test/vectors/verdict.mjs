// What the package says of a conformance vector (docs/FORMAT.md, section 9), in Node.js as in a browser.

/** The verdict on a vector, by the functions that everyone has who installs the package. */
export function verdictOn(verifier, { verify, input, licence, roots, policy = {}, now }) {
  const options = { ...optionsOf(policy), roots, now };
  switch (verify) {
    case "licence":
      return verdict(verifier.verifyLicence(text(input), options), factsOfLicence);
    case "access":
      return verdict(access(verifier, text(input), text(licence), options), factsOfAccess);
    default:
      throw new Error(`the package has no function for \`${verify}\``);
  }
}

/** A token under a licence given as text and, where that is verified now, as the object: both must come to the same. */
function access({ verifyAccess, verifyLicence }, token, file, options) {
  const underText = verifyAccess(token, { ...options, licence: file });
  const licence = verifyLicence(file, options);
  if (licence.ok) {
    const [said, also] = [underText, verifyAccess(token, { licence, now: options.now })].map((each) => JSON.stringify(each));
    if (said !== also) throw new Error(`under a licence's text ${said}, under the verified licence ${also}`);
  }
  return underText;
}

function optionsOf({ product, site, allow_unbound: allowUnbound, allow_test: allowTest, revocations }) {
  const given = { product, site, allowUnbound, allowTest, revocations: revocations && text(revocations) };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function verdict(result, facts) {
  return result.ok ? { ok: facts(result) } : { refused: { at: result.at, code: result.code } };
}

function factsOfLicence({ state, claims: { jti, seats }, chain: [root] }) {
  return { state, jti, seats: seats.active_max, root: root.kid };
}

function factsOfAccess({ claims: { jti, sub } }) {
  return { jti, sub };
}

/** A text as a vector writes it: whole, or in pieces of which some are said once for many. */
function text(written) {
  const pieces = typeof written === "string" ? [written] : written;
  return pieces.map((piece) => (typeof piece === "string" ? piece : piece.repeat.repeat(piece.times))).join("");
}
