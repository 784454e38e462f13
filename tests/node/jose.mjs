// The jose library with ordinary options, asked in JSON lines.
//
// {"verify": TOKEN, "key": JWK, "audience": AUD, "now": SECS} -> {"claims": {…}} or {"error": CODE}
// {"sign": CLAIMS, "header": {…}, "key": PRIVATE JWK}         -> {"token": TOKEN}

import { createInterface } from "node:readline";
import { errors, importJWK, jwtVerify, SignJWT } from "jose";

async function verify({ verify: token, key, audience, now }) {
  const options = { algorithms: ["EdDSA"], audience, currentDate: new Date(now * 1000) };
  try {
    const { payload } = await jwtVerify(token, await importJWK(key, "EdDSA"), options);
    return { claims: payload };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    return { error: error.claim ? `${error.code} ${error.claim}` : error.code };
  }
}

async function sign({ sign: claims, header, key }) {
  const signing = new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", ...header });
  return { token: await signing.sign(await importJWK(key, "EdDSA")) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = await ("verify" in asked ? verify(asked) : sign(asked));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
