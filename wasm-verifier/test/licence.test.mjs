import assert from "node:assert/strict";
import { test } from "node:test";

import { init, verifyLicence } from "wasm-verifier";

import { armour, Authority, jws, newKey, NOW, tampered } from "./authority.mjs";

await init();

/** What the refusal says, without its sentences. */
function refused(result) {
  assert.equal(result.ok, false);
  const { ok, message, mend, ...finding } = result;
  assert.match(message, /^the .+ is refused: /);
  assert.notEqual(mend, "");
  return finding;
}

test("a licence that holds says what it grants", () => {
  const vendor = new Authority();
  const licence = verifyLicence(vendor.file, vendor.options);
  assert.equal(licence.ok, true);
  assert.equal(licence.state, "valid");
  assert.equal(licence.claims.institute.name, "Universität Łódź");
  assert.equal(licence.claims.seats.active_max, 25);
  assert.equal(licence.claims.seats.lease_secs, 930, "what the file leaves out has the format's default");
  assert.deepEqual(licence.claims.cnf, { jwk: vendor.site.jwk });
});

test("features are looked up by name", () => {
  const vendor = new Authority();
  const licence = verifyLicence(vendor.file, vendor.options);
  assert.equal(licence.feature("export"), true);
  assert.equal(licence.feature("projects_max"), 12);
  assert.equal(licence.feature("tier"), "campus");
  assert.deepEqual(licence.feature("formats"), ["csv", "hdf5"]);
  assert.equal(licence.feature("import"), undefined);
});

test("a feature is never something that JavaScript's objects bring along", () => {
  const vendor = new Authority();
  const licence = verifyLicence(vendor.file, vendor.options);
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.equal(licence.feature(name), undefined);
  }
});

test("what was verified cannot be changed afterwards", () => {
  const vendor = new Authority();
  const licence = verifyLicence(vendor.file, vendor.options);
  for (const part of [licence, licence.claims, licence.claims.seats, licence.claims.features, licence.chain]) {
    assert.ok(Object.isFrozen(part));
  }
});

test("the chain is told step by step, from the pinned root down", () => {
  const vendor = new Authority();
  const { chain } = verifyLicence(vendor.file, vendor.options);
  assert.deepEqual(chain.map(({ link }) => link), ["root", "issuer", "licence", "site"]);
  const [root, issuer, licence, site] = chain;
  assert.equal(root.kid, vendor.root.kid);
  assert.equal(issuer.kid, vendor.issuing.kid);
  assert.equal(issuer.claims.exp, vendor.issuerClaims.exp);
  assert.equal(licence.claims.serial, vendor.licenceClaims.serial);
  assert.equal(site.kid, vendor.site.kid);
  assert.ok(chain.every(({ proves }) => proves !== ""));
});

test("a bare licence signed by the root has a chain without an issuing key", () => {
  const vendor = new Authority();
  const { ok, chain } = verifyLicence(vendor.bareLicence, vendor.options);
  assert.ok(ok);
  assert.deepEqual(chain.map(({ link }) => link), ["root", "licence", "site"]);
});

test("a root may be PEM, a JWK or a JWK's text, and one of several", () => {
  const vendor = new Authority();
  const { root } = vendor;
  for (const key of [root.pem, root.jwk, JSON.stringify(root.jwk), { ...root.jwk, kid: root.kid, alg: "EdDSA", use: "sig" }]) {
    const licence = verifyLicence(vendor.file, { roots: [newKey().jwk, key], now: NOW });
    assert.equal(licence.chain[0].kid, root.kid);
  }
});

test("the state follows the licence's dates", () => {
  const vendor = new Authority();
  const { nbf, warn_at, exp, grace_until } = vendor.licenceClaims;
  const at = (now) => verifyLicence(vendor.file, { ...vendor.options, now });
  assert.equal(at(nbf).state, "valid");
  assert.equal(at(warn_at).state, "expiring");
  assert.equal(at(exp).state, "grace");
  assert.deepEqual(refused(at(grace_until)), { at: "licence", code: "expired", now: grace_until, until: grace_until });
  const early = nbf - 2 * 86_400;
  assert.deepEqual(refused(at(early)), { at: "licence", code: "not_yet_valid", now: early, from: nbf });
});

test("every refusal says where, why and with what evidence", () => {
  const vendor = new Authority();
  const foreign = new Authority();
  const check = (file, options = {}) => refused(verifyLicence(file, { ...vendor.options, ...options }));
  assert.deepEqual(check("x".repeat(2 * 1024 * 1024 + 1)), { at: "file", code: "too_large", bytes_max: 2 * 1024 * 1024 });
  assert.deepEqual(check(""), { at: "licence", code: "malformed", flaw: "segments" });
  assert.deepEqual(check(armour("CERTIFICATE", "x")), { at: "file", code: "malformed", flaw: "blocks" });
  assert.deepEqual(check(vendor.access), { at: "licence", code: "wrong_type", expected: "licence+jwt" });
  assert.deepEqual(check(foreign.file), { at: "issuer", code: "unknown_key", kid: foreign.root.kid });
  assert.deepEqual(check(vendor.licence), { at: "licence", code: "unknown_key", kid: vendor.issuing.kid });
  assert.deepEqual(check(vendor.file, { product: "other" }), { at: "licence", code: "wrong_product", product: "acme-lab" });
  assert.deepEqual(check(vendor.file, { site: foreign.site.jwk }), { at: "licence", code: "wrong_site", site: vendor.site.kid });
  vendor.licenceClaims.seats = { active_max: 51 };
  assert.deepEqual(check(vendor.file), { at: "issuer", code: "exceeds_licence", claim: "seats" });
  vendor.licenceClaims.seats = { active_max: 0 };
  assert.deepEqual(check(vendor.file), { at: "licence", code: "malformed", flaw: "claim", claim: "seats" });
  vendor.licenceClaims.ver = 2;
  assert.deepEqual(check(vendor.file), { at: "licence", code: "unsupported_version", ver: 2 });
});

test("a header that asks for anything is refused", () => {
  const vendor = new Authority();
  const file = jws(vendor.root, "licence+jwt", vendor.licenceClaims, { crit: ["b64"], b64: false });
  assert.deepEqual(refused(verifyLicence(file, vendor.options)), { at: "licence", code: "malformed", flaw: "header" });
});

test("no changed character is ever taken", () => {
  const vendor = new Authority();
  const text = vendor.bareLicence;
  for (let at = 0; at < text.length; at += 1) {
    assert.equal(verifyLicence(tampered(text, at), vendor.options).ok, false, `character ${at}`);
  }
});

test("a change in the claims is a bad signature, and nothing more is said", () => {
  const vendor = new Authority();
  const text = vendor.bareLicence;
  const file = tampered(text, text.indexOf(".") + 40);
  assert.deepEqual(refused(verifyLicence(file, vendor.options)), { at: "licence", code: "bad_signature" });
});

test("a licence that names no site is taken only where the caller says so", () => {
  const vendor = new Authority();
  delete vendor.licenceClaims.cnf;
  assert.deepEqual(refused(verifyLicence(vendor.file, vendor.options)), { at: "licence", code: "unbound" });
  const unnamed = verifyLicence(vendor.file, { ...vendor.options, allowUnbound: true });
  assert.deepEqual(unnamed.chain.map(({ link }) => link), ["root", "issuer", "licence"]);
  const named = verifyLicence(vendor.file, { ...vendor.options, allowUnbound: true, site: vendor.site.pem });
  assert.equal(named.chain.at(-1).kid, vendor.site.kid);
});

test("a licence for tests is taken only where the caller says so", () => {
  const vendor = new Authority();
  vendor.licenceClaims.env = "test";
  assert.deepEqual(refused(verifyLicence(vendor.file, vendor.options)), { at: "licence", code: "test_licence" });
  assert.equal(verifyLicence(vendor.file, { ...vendor.options, allowTest: true }).ok, true);
});

test("a revocation list counts, in the file or beside it", () => {
  const vendor = new Authority();
  const list = vendor.revocations({ licences: [{ jti: vendor.licenceClaims.jti }] });
  const inside = vendor.file + armour("REVOCATIONS", list);
  assert.deepEqual(refused(verifyLicence(inside, vendor.options)), { at: "licence", code: "revoked" });
  const beside = { ...vendor.options, revocations: list };
  assert.deepEqual(refused(verifyLicence(vendor.file, beside)), { at: "licence", code: "revoked" });
  const newer = { ...vendor.options, revocations: vendor.revocations({ seq: 2 }) };
  assert.equal(verifyLicence(inside, newer).ok, true, "the newest list counts");
  const broken = { ...vendor.options, revocations: tampered(list, 150) };
  assert.deepEqual(refused(verifyLicence(vendor.file, broken)), { at: "revocations", code: "bad_signature" });
});
