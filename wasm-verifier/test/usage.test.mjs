import assert from "node:assert/strict";
import { test } from "node:test";

import { init, inspect, verifyAccess, verifyLicence } from "wasm-verifier";

import { Authority, newKey, NOW } from "./authority.mjs";

const vendor = new Authority();

test("before `init` everything says what is missing", async () => {
  for (const call of [() => verifyLicence("", vendor.options), () => verifyAccess("", {}), () => inspect("")]) {
    assert.throws(call, /`await init\(\)` first/);
  }
  await Promise.all([init(), init()]);
  assert.equal(verifyLicence(vendor.file, vendor.options).ok, true);
});

test("an option that is not what it should be is a mistake of the program", () => {
  const nine = Array.from({ length: 9 }, newKey).map(({ jwk }) => jwk);
  const { jwk, pem } = vendor.root;
  const wrong = {
    roots: [undefined, [], "x", ["x"], [{}], [pem, jwk], nine, [{ ...jwk, d: "x" }]],
    product: [1, "", "a b"],
    site: ["x", {}],
    revocations: [1],
    allowUnbound: ["yes", 1],
    allowTest: ["no", 0],
    now: [0, NOW * 1000, 1.5, NaN, "1", Infinity],
    prodcut: ["acme-lab"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const call = () => verifyLicence(vendor.file, { ...vendor.options, [name]: value });
      assert.throws(call, (thrown) => thrown instanceof TypeError && thrown.message.includes(`\`${name}\``), name);
    }
  }
});

test("an option that is missing is named", () => {
  for (const options of [undefined, null, {}, { now: NOW }]) {
    assert.throws(() => verifyLicence(vendor.file, options), { name: "TypeError", message: /^option `roots` is missing: give an array/ });
    const token = () => verifyAccess(vendor.access, options);
    assert.throws(token, { name: "TypeError", message: /^option `licence` is missing: give what `verifyLicence` returned/ });
  }
  assert.throws(() => verifyAccess(vendor.access, { licence: vendor.file }), /^TypeError: option `roots` is missing/);
});

test("what is not text is a mistake of the program", () => {
  const licence = verifyLicence(vendor.file, vendor.options);
  for (const value of [undefined, null, 1, {}, new Uint8Array(3)]) {
    assert.throws(() => verifyLicence(value, vendor.options), TypeError);
    assert.throws(() => verifyAccess(value, { licence, now: NOW }), TypeError);
    assert.throws(() => inspect(value), TypeError);
  }
});

test("a licence cannot be made up, copied or sent", () => {
  const licence = verifyLicence(vendor.file, vendor.options);
  for (const forged of [{ ok: true }, { ...licence }, JSON.parse(JSON.stringify(licence)), Object.create(licence), null]) {
    assert.throws(() => verifyAccess(vendor.access, { licence: forged, now: NOW }), /`licence` is not one/);
  }
  const refusal = verifyLicence("", vendor.options);
  assert.throws(() => verifyAccess(vendor.access, { licence: refusal, now: NOW }), /`licence` is not one/);
});

test("a verified licence brings its roots along, and takes no others", () => {
  const { roots, now } = vendor.options;
  const licence = verifyLicence(vendor.file, vendor.options);
  assert.equal(verifyAccess(vendor.access, { licence, roots, now }).ok, true);
  const others = () => verifyAccess(vendor.access, { licence, roots: [newKey().pem], now });
  assert.throws(others, /`roots` are not those/);
});

test("an option without effect is not passed over in silence", () => {
  const licence = verifyLicence(vendor.file, vendor.options);
  const call = () => verifyAccess(vendor.access, { licence, product: "acme-lab" });
  assert.throws(call, /`product` has no effect/);
});
