/** What an application sees of its session. */

import type { Link } from "../chain.js";
import type { AccessClaims, LeaseClaims } from "../claims.js";
import type { Licence } from "../licence.js";
import type { Refusal } from "../refusal.js";
import type { Rollback } from "./rollback.js";
import type { Problem, Seat } from "./wire.js";

/**
 * Where a session stands.
 *
 * - `starting`: nothing is known yet
 * - `signed_out`: somebody has to sign in
 * - `active`: a seat is held, and there is a verified token
 * - `borrowed`: a seat was taken along, and its lease holds without the server
 * - `no_seat`: signed in, and all seats are taken
 * - `idle`: signed in, and the seat was given back; the next activity takes one again
 * - `offline`: signed in, no token holds any longer, and the server does not answer
 * - `refused`: the server gives no token, or one that does not hold; `problem` says why
 */
export type Status = "starting" | "signed_out" | "active" | "borrowed" | "no_seat" | "idle" | "offline" | "refused";

/** A snapshot that never changes; a new one comes with `change`. */
export interface State {
  readonly status: Status;
  /** Who may do what, verified; present while `active`. */
  readonly claims?: AccessClaims | undefined;
  /** What stands behind it, from the pinned root down; present while `active`. */
  readonly chain?: readonly Link[] | undefined;
  /** The lease that was verified, where a seat is borrowed. */
  readonly lease?: LeaseClaims | undefined;
  /** The licence that was verified last, if it holds. It is there offline too, and says what may be shown. */
  readonly licence?: Licence | undefined;
  readonly seat?: Seat | undefined;
  /** Why the last request was not granted; gone as soon as one is. */
  readonly problem?: Problem | Refusal | undefined;
  /** When the token is renewed or the next try is made, in milliseconds since 1970 by this machine's clock; or never. */
  readonly due: number;
}

/** What happens to a session. */
export interface SessionEvents {
  /** Anything that is seen in `state`. */
  change: State;
  /** All seats are taken; told at each answer that says so. */
  no_seat: Problem;
  /** Nobody was seen for the licence's `idle_secs`, or the seat was parked: it is free for others. */
  idle: State;
  /** Why, where it was not asked for: `invalid_grant`, `refresh_reused` or `store_behind`. */
  signed_out: { readonly reason?: Problem };
  /** Another licence, or another state of it; or why it no longer holds. */
  licence: Licence | Refusal;
  /** The server does not answer (`true`), or does again (`false`). */
  offline: boolean;
  /** This machine's clock differs from the server's by so many seconds (0: no longer). */
  clock: { readonly skew_secs: number };
  /** The server's log did not go on from where it was. */
  rollback: Rollback;
}
