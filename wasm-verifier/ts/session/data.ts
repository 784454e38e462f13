/** Data that belongs to the session: kept by the server, gone with the sign-in. */

import type { Problem, Wire } from "./wire.js";

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

/** The data of the session whose token a server's routes are called with. */
export function sessionData(wire: Wire): SessionData {
  return {
    async get() {
      const answer = await wire.signed<unknown>("GET", ROUTE);
      return answer.ok ? { ok: true, value: answer.body, etag: answer.etag } : answer;
    },
    async put(value, etag) {
      const answer = await wire.signed("PUT", ROUTE, etag === undefined ? {} : { "If-Match": etag }, value);
      return answer.ok ? { ok: true, etag: answer.etag } : answer;
    },
  };
}
