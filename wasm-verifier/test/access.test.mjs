import assert from "node:assert/strict";
import { test } from "node:test";

import { init, inspect, verifyAccess, verifyLicence } from "wasm-verifier";

import { Authority, jws, NOW, tampered } from "./authority.mjs";

await init();

/** The licence verified, and a check of tokens under it. */
function under(vendor, options = {}) {
  const licence = verifyLicence(vendor.file, vendor.options);
  assert.ok(licence.ok);
  return (token) => verifyAccess(token, { licence, now: NOW, ...options });
}

function refused(result) {
  assert.equal(result.ok, false);
  const { ok, message, mend, ...finding } = result;
  return finding;
}

test("a token that holds says who may do what", () => {
  const vendor = new Authority();
  const access = under(vendor)(vendor.access);
  assert.equal(access.ok, true);
  assert.deepEqual(access.claims, vendor.accessClaims);
  assert.ok(Object.isFrozen(access.claims.roles));
});

test("the chain ends in the token", () => {
  const vendor = new Authority();
  const { chain } = under(vendor)(vendor.access);
  assert.deepEqual(chain.map(({ link }) => link), ["root", "issuer", "licence", "site", "access"]);
  assert.equal(chain.at(-1).claims.jti, vendor.accessClaims.jti);
});

test("a licence given as text comes to the same", () => {
  const vendor = new Authority();
  const once = verifyAccess(vendor.access, { licence: vendor.file, ...vendor.options });
  assert.deepEqual(once, under(vendor)(vendor.access));
  const foreign = verifyAccess(vendor.access, { licence: new Authority().file, ...vendor.options });
  assert.deepEqual([foreign.at, foreign.code], ["issuer", "unknown_key"]);
});

test("a token that was made in time outlives its licence", () => {
  const vendor = new Authority();
  const now = vendor.licenceClaims.grace_until + 60;
  Object.assign(vendor.accessClaims, { iat: now - 120, exp: now + 60 });
  assert.equal(verifyLicence(vendor.file, { ...vendor.options, now }).code, "expired");
  const options = { licence: vendor.file, ...vendor.options, now };
  assert.equal(verifyAccess(vendor.access, options).ok, true);
  Object.assign(vendor.accessClaims, { iat: now - 30 });
  const late = refused(verifyAccess(vendor.access, options));
  assert.deepEqual([late.at, late.code, late.now], ["licence", "expired", now - 30]);
});

test("every refusal says where, why and with what evidence", () => {
  const vendor = new Authority();
  const foreign = new Authority();
  const { accessClaims: claims } = vendor;
  const check = (changes) => refused(under(vendor)(jws(vendor.site, "at+jwt", { ...claims, ...changes })));
  const given = (token) => refused(under(vendor)(token));
  assert.deepEqual(given("x".repeat(8193)), { at: "access", code: "too_large", bytes_max: 8192 });
  assert.deepEqual(given("a.b"), { at: "access", code: "malformed", flaw: "segments" });
  assert.deepEqual(given(vendor.licence), { at: "access", code: "wrong_type", expected: "at+jwt" });
  assert.deepEqual(given(foreign.access), { at: "access", code: "unknown_key", kid: foreign.site.kid });
  assert.deepEqual(check({ sid: undefined }), { at: "access", code: "malformed", flaw: "missing", claim: "sid" });
  assert.deepEqual(check({ iat: NOW + 31 }), { at: "access", code: "not_yet_valid", now: NOW, from: NOW + 31 });
  assert.deepEqual(check({ exp: NOW }), { at: "access", code: "expired", now: NOW, until: NOW });
  assert.deepEqual(check({ aud: "other" }), { at: "access", code: "exceeds_licence", claim: "aud" });
  assert.deepEqual(check({ exp: claims.iat + 3601 }), { at: "access", code: "exceeds_licence", claim: "exp" });
  assert.deepEqual(check({ features: { import: true } }), { at: "access", code: "exceeds_licence", claim: "features" });
  const licence = "01922f2e-7a00-7000-8000-00000000000f";
  assert.deepEqual(check({ lic: licence }), { at: "access", code: "licence_changed", licence });
});

test("no changed character is ever taken", () => {
  const vendor = new Authority();
  const [check, token] = [under(vendor), vendor.access];
  for (let at = 0; at < token.length; at += 1) {
    assert.equal(check(tampered(token, at)).ok, false, `character ${at}`);
  }
});

test("the vendor's keys make no tokens", () => {
  const vendor = new Authority();
  for (const key of [vendor.root, vendor.issuing]) {
    const token = jws(key, "at+jwt", vendor.accessClaims);
    assert.deepEqual(refused(under(vendor)(token)), { at: "access", code: "unknown_key", kid: key.kid });
  }
});

test("a token is read unverified under names that say so", () => {
  const vendor = new Authority();
  const said = inspect(jws(new Authority().site, "at+jwt", vendor.accessClaims));
  assert.equal(said.verified, false);
  assert.equal(said.unverified_header.typ, "at+jwt");
  assert.deepEqual(said.unverified_claims, vendor.accessClaims);
  assert.deepEqual(refused(inspect("a.b.c")), { at: "access", code: "malformed", flaw: "base64" });
});
