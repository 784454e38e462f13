/** `fetch` with the access token, for those that it is meant for. */

import type { Environment } from "./environment.js";

/** What gives a token, and a newer one in place of one that was refused. */
export interface Tokens {
  token(): Promise<string | undefined>;
  /** A token other than this one, if there is one to be had. */
  instead(of: string): Promise<string | undefined>;
}

/**
 * Adds the token to requests to the origins that were listed, and to no others.
 *
 * A 401 is answered by one renewal and one repetition, once a token: a service that refuses good tokens is not asked
 * in a circle. A 403 says that who it is was understood, so it goes to the caller as it is.
 */
export function authorised(environment: Environment, origins: ReadonlySet<string>, tokens: Tokens): Environment["fetch"] {
  const spent = new Set<string>();
  return async (input, init) => {
    const request = new Request(typeof input === "string" ? new URL(input, environment.base) : input, init);
    const token = origins.has(new URL(request.url).origin) && !request.headers.has("Authorization") ? await tokens.token() : undefined;
    if (token === undefined) return environment.fetch(request);
    const again = request.clone();
    const response = await environment.fetch(bearing(request, token));
    if (response.status !== 401 || spent.has(token)) return response;
    const other = await tokens.instead(token);
    if (other === undefined || other === token) {
      spent.add(token);
      return response;
    }
    const second = await environment.fetch(bearing(again, other));
    if (second.status === 401) spent.add(other);
    return second;
  };
}

function bearing(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
