// oauth4webapi as its documentation shows it, against a server.
//
// {"issuer": URL, "product": AUD, "refreshToken": TOKEN, "service": {"name": NAME, "key": KEY}} -> what each call gave

import { createInterface } from "node:readline";
import * as oauth from "oauth4webapi";

// The tests' server speaks plain http, on this machine.
const http = { [oauth.allowInsecureRequests]: true };

async function discover(issuer) {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { algorithm: "oauth2", ...http });
  return oauth.processDiscoveryResponse(url, response);
}

async function refresh(as, client, refreshToken, additionalParameters) {
  const options = { additionalParameters, ...http };
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, options);
  return oauth.processRefreshTokenResponse(as, client, response);
}

// What a service does with a request. Tokens name the site, whose address may change.
function validate(as, product, accessToken) {
  const headers = { authorization: `Bearer ${accessToken}` };
  const request = new Request("https://service.example/", { headers });
  const tokens = { ...as, issuer: as.access_token_issuer };
  return oauth.validateJwtAccessToken(tokens, request, product, http);
}

async function introspect(as, { name, key }, token) {
  const client = { client_id: name };
  const response = await oauth.introspectionRequest(as, client, oauth.ClientSecretBasic(key), token, http);
  return oauth.processIntrospectionResponse(as, client, response);
}

async function revoke(as, client, token) {
  const response = await oauth.revocationRequest(as, client, oauth.None(), token, http);
  await oauth.processRevocationResponse(response);
}

// The kind of the error and RFC 6749's word for it.
async function refused(calling) {
  try {
    return await calling;
  } catch (error) {
    const isRead = error instanceof oauth.ResponseBodyError;
    const body = isRead ? error.cause : await (error.response ?? error.cause).json();
    return { kind: error.constructor.name, error: body.error };
  }
}

async function visit({ issuer, product, refreshToken, service }) {
  const as = await discover(issuer);
  const client = { client_id: product };
  const { access_token, refresh_token } = await refresh(as, client, refreshToken);
  const answers = {
    claims: await validate(as, product, access_token),
    accessToken: await introspect(as, service, access_token),
    refreshToken: await introspect(as, service, refresh_token),
    wrongRequest: await refused(refresh(as, client, refresh_token, { wait: "x" })),
    wrongKey: await refused(introspect(as, { ...service, key: "x" }, access_token)),
  };
  await revoke(as, client, refresh_token);
  await revoke(as, client, "of another server");
  return {
    ...answers,
    revoked: await introspect(as, service, access_token),
    refreshed: await refused(refresh(as, client, refresh_token)),
    revokedKey: await refused(revoke(as, client, service.key)),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await visit(JSON.parse(line)))}\n`);
}
