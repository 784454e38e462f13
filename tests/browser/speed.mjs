// The package beside the jose library, in Node.js and in a page, in slices in turn.
//
// speed.mjs REPETITIONS ROUNDS MILLIS -> lines `WHERE CONTENDER REPETITION MICROS`, one for each slice

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Authority, NOW } from "../../wasm-verifier/test/authority.mjs";
import { launch } from "./chromium.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Any address will do, as long as WebCrypto is there: jose needs it. */
const PAGE = "https://speed.test/";

const [repetitions, rounds, millis] = process.argv.slice(2).map(Number);

const vendor = new Authority();
const sample = {
  file: vendor.file,
  roots: [vendor.root.jwk],
  site: vendor.site.jwk,
  token: vendor.access,
  issuer: vendor.accessClaims.iss,
  audience: vendor.accessClaims.aud,
  now: NOW,
};

/** Measures one repetition. It runs in a page as well, so it uses nothing from around it. */
async function repetition({ sample, rounds, millis, ours, theirs }) {
  const [verifier, jose] = await Promise.all([import(ours), import(theirs)]);
  await verifier.init();
  const { roots, now, token, issuer, audience } = sample;
  const licence = verifier.verifyLicence(sample.file, { roots, now });
  const key = await jose.importJWK(sample.site, "EdDSA");
  const options = { algorithms: ["EdDSA"], typ: "at+jwt", issuer, audience, currentDate: new Date(now * 1000) };
  const contenders = {
    ours() {
      if (!verifier.verifyAccess(token, { licence, now }).ok) throw new Error("a genuine token was refused");
    },
    async jose() {
      await jose.jwtVerify(token, key, options);
    },
  };
  const slice = async (verify) => {
    const start = performance.now();
    let times = 0;
    while (performance.now() - start < millis || times === 0) {
      // What answers at once is not made to wait for the event loop, as nobody who calls it would.
      const answer = verify();
      if (answer) await answer;
      times += 1;
    }
    return ((performance.now() - start) * 1000) / times;
  };
  for (const verify of Object.values(contenders)) await slice(verify);
  const slices = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, verify] of Object.entries(contenders)) slices.push([name, await slice(verify)]);
  }
  return slices;
}

function tell(where, number, slices) {
  for (const [name, micros] of slices) console.log(`${where} ${name} ${number} ${micros}`);
}

const files = { ours: "wasm-verifier/dist", theirs: "tests/node/node_modules/jose/dist/webapi" };
const chromium = await launch();
for (let number = 0; number < repetitions; number += 1) {
  const inNode = { ours: join(ROOT, files.ours, "node.js"), theirs: join(ROOT, files.theirs, "index.js") };
  tell("node", number, await repetition({ sample, rounds, millis, ...inNode }));
  const page = await chromium.newPage();
  await page.route("**", (route) => {
    const { pathname } = new URL(route.request().url());
    return pathname === "/" ? route.fulfill({ contentType: "text/html", body: "<!doctype html>" }) : route.fulfill({ path: join(ROOT, pathname) });
  });
  await page.goto(PAGE);
  const inPage = { ours: `/${files.ours}/browser.js`, theirs: `/${files.theirs}/index.js` };
  const program = `(${repetition})(${JSON.stringify({ sample, rounds, millis, ...inPage })})`;
  tell("chromium", number, await page.evaluate(program));
  await page.close();
}
await chromium.close();
