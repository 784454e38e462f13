/** Data that belongs to the session: kept by the server, gone with the sign-in. */

import type { Answer, Problem, Wire } from "./wire.js";

/** A value and the version that it has. */
export type Stored =
  | { readonly ok: true; readonly value: unknown; readonly etag: string }
  | { readonly ok: false; readonly problem: Problem };

/** What became of a value that was put. */
export type Put = { readonly ok: true; readonly etag: string } | { readonly ok: false; readonly problem: Problem };

/** JSON of at most 64 KiB. */
export interface SessionData {
  /** The value; `not_found` where none was put. */
  get(): Promise<Stored>;
  /** Puts a value. With `etag` only over that version: where somebody was faster it is `precondition_failed`. */
  put(value: unknown, etag?: string): Promise<Put>;
}

const ROUTE = "session/data";

/** The data of the session whose token `token` gives. */
export function sessionData(wire: Wire, token: () => Promise<string | undefined>): SessionData {
  const call = async <T>(method: string, request: RequestInit): Promise<Answer<T>> => {
    const bearer = await token();
    return wire.call<T>(method, ROUTE, { credentials: "omit", ...request, ...(bearer !== undefined && { token: bearer }) });
  };
  return {
    async get() {
      const answer = await call<unknown>("GET", {});
      return answer.ok ? { ok: true, value: answer.body, etag: answer.etag ?? "" } : answer;
    },
    async put(value, etag) {
      const headers = { "Content-Type": "application/json", ...(etag !== undefined && { "If-Match": etag }) };
      const answer = await call<unknown>("PUT", { headers, body: JSON.stringify(value) });
      return answer.ok ? { ok: true, etag: answer.etag ?? "" } : answer;
    },
  };
}
