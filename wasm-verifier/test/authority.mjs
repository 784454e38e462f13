// A vendor and a site made up for a test: they sign with node:crypto, which is not the code that is tested.

import { createHash, generateKeyPairSync, sign } from "node:crypto";

/** 2031-05-01T12:00:00Z: the time at which everything here is judged. */
export const NOW = 1935403200;

const DAY = 86_400;

const base64url = (data) => Buffer.from(data).toString("base64url");

/** An Ed25519 key that knows its thumbprint (RFC 7638). */
export function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { crv, kty, x } = publicKey.export({ format: "jwk" });
  const jwk = { crv, kty, x };
  const kid = createHash("sha256").update(JSON.stringify(jwk)).digest("base64url");
  return { privateKey, jwk, kid, pem: publicKey.export({ format: "pem", type: "spki" }) };
}

/** A compact JWS; `header` changes what would be signed properly. */
export function jws(key, typ, claims, header = {}) {
  const parts = [{ typ, alg: "EdDSA", kid: key.kid, ...header }, claims].map((part) => JSON.stringify(part));
  const input = parts.map(base64url).join(".");
  return `${input}.${base64url(sign(null, Buffer.from(input), key.privateKey))}`;
}

/** An RFC 7468 block. */
export function armour(label, text) {
  const lines = Buffer.from(text).toString("base64").match(/.{1,64}/g);
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** A text with its `at`-th character changed to another of the same alphabet. */
export function tampered(text, at) {
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

/** A vendor and a site with everything that they sign, each part open to change. */
export class Authority {
  root = newKey();
  issuing = newKey();
  site = newKey();

  issuerClaims = {
    ver: 1,
    iss: "Acme Software",
    aud: "issuer:Acme Software",
    jti: "01922f2e-7a00-7000-8000-000000000001",
    iat: NOW - 90 * DAY,
    nbf: NOW - 90 * DAY,
    exp: NOW + 275 * DAY,
    cnf: { jwk: this.issuing.jwk },
    products: ["acme-lab"],
    seats_max: 50,
  };

  licenceClaims = {
    ver: 1,
    iss: "Acme Software",
    sub: "01922f2e-7a00-7000-8000-000000000002",
    aud: "acme-lab",
    jti: "01922f2e-7a00-7000-8000-000000000003",
    iat: NOW - 30 * DAY,
    nbf: NOW - 30 * DAY,
    warn_at: NOW + 305 * DAY,
    exp: NOW + 335 * DAY,
    grace_until: NOW + 349 * DAY,
    serial: "7K3M-9QWD-X2TB-0F50",
    revision: 1,
    institute: { name: "Universität Łódź", affiliation: "Faculty of Physics" },
    seats: { active_max: 25, registered_max: 60 },
    features: { export: true, projects_max: 12, tier: "campus", formats: ["csv", "hdf5"] },
    cnf: { jwk: this.site.jwk },
  };

  accessClaims = {
    iss: "https://licences.example.org",
    aud: "acme-lab",
    sub: "01922f2e-7a00-7000-8000-000000000004",
    client_id: "acme-lab-web",
    iat: NOW - 60,
    exp: NOW + 840,
    jti: "01922f2e-7a00-7000-8000-000000000005",
    sid: "01922f2e-7a00-7000-8000-000000000006",
    auth_time: NOW - 60,
    scope: "app",
    roles: ["member"],
    lic: this.licenceClaims.jti,
    features: { export: true },
    epoch: "1-0011223344556677",
    seq: 7,
    head: base64url(Buffer.alloc(16, 7)),
  };

  /** The licence file as a vendor sends it. */
  get file() {
    return armour("LICENCE", this.licence) + armour("ISSUER KEY", this.issuer);
  }

  get licence() {
    return jws(this.issuing, "licence+jwt", this.licenceClaims);
  }

  get issuer() {
    return jws(this.root, "issuer+jwt", this.issuerClaims);
  }

  get access() {
    return jws(this.site, "at+jwt", this.accessClaims);
  }

  /** A licence that the root itself signed: no issuing key, no armour. */
  get bareLicence() {
    return jws(this.root, "licence+jwt", this.licenceClaims);
  }

  revocations(claims = {}) {
    const iat = NOW - DAY;
    const list = { ver: 1, iss: "Acme Software", aud: "revocations:Acme Software", iat, seq: 1, licences: [], keys: [] };
    return jws(this.root, "revocations+jwt", { ...list, ...claims });
  }

  /** What a caller passes. */
  get options() {
    return { roots: [this.root.pem], now: NOW };
  }
}
