// The chain of a licence file, as it says of itself: which key signed what. The server has verified it; an
// application does so again, in the browser, with the package that is made for it.

const BLOCK = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/g;

/**
 * The links of a licence file, from the root key down.
 *
 * @param {string} file RFC 7468 text, or the bare compact form
 * @returns {{ what: string, who: string, key: string }[]}
 */
export function chain(file) {
  const found = Object.fromEntries([...file.matchAll(BLOCK)].map(([, name, body]) => [name, atob(body.replace(/\s/g, ""))]));
  const licence = read(found["LICENCE"] ?? file.trim());
  const issuer = found["ISSUER KEY"] ? read(found["ISSUER KEY"]) : undefined;
  const site = licence.claims.cnf?.jwk;
  return [
    { what: "Root key", who: `${(issuer ?? licence).claims.iss}, offline`, key: (issuer ?? licence).key },
    ...(issuer ? [{ what: "Issuing key", who: issuer.claims.iss, key: licence.key }] : []),
    { what: "Licence", who: `${licence.claims.serial}, revision ${licence.claims.revision}`, key: "" },
    ...(site ? [{ what: "This server's key", who: licence.claims.institute.name, key: site.kid ?? site.x ?? "" }] : []),
  ];
}

/** Who says they signed a compact JWS, and what it says; the signature is not looked at. */
function read(jws) {
  const [header, claims] = jws.split(".").slice(0, 2).map(decoded);
  return { key: header.kid, claims };
}

function decoded(part) {
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
