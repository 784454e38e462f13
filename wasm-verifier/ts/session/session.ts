/** The session client's door: what an application calls. */

import type { AccessClaims } from "../claims.js";
import { Client } from "./client.js";
import type { Borrowed } from "./borrow.js";
import type { SessionData } from "./data.js";
import type { Environment } from "./environment.js";
import { page } from "./page.js";
import type { SessionEvents, State } from "./state.js";
import type { Anchors, Distrust } from "./trust.js";
import type { Delivery, Problem } from "./wire.js";

/** What a session is made with. The roots are shipped with the application, never fetched. */
export interface SessionOptions extends Anchors {
  /** The seat server's address; the page's own where it is absent. */
  readonly server?: string;
  /** Origins that get the token too, such as `https://api.example.org`. */
  readonly apis?: readonly string[];
  /**
   * `cookie` (the default) keeps the refresh token out of every script's reach, across reloads. `body` keeps it in the
   * memory of the open tabs: for pages whose server's cookies the browser does not take; a reload signs out.
   */
  readonly delivery?: Delivery;
  /** Where it runs: the page; tests bring their own. */
  readonly environment?: Environment;
}

/** A person who signs in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Whether to stay signed in on this device; `true` where it is absent. */
  readonly remember?: boolean;
  /** What the person calls this device. */
  readonly device?: string;
  /** Another session of theirs to end in the same step, after `too_many_sessions`. */
  readonly endSession?: string;
}

/** Whether it was done. */
export type Done = { readonly ok: true } | { readonly ok: false; readonly problem: Problem };

/** One sign-in that stays, in all tabs of this browser. */
export interface Session {
  /** Where it stands: a frozen snapshot, replaced at each `change`. */
  readonly state: State;
  /** The first state that is not `starting`; rejects where the verifier cannot be loaded. */
  readonly ready: Promise<State>;
  /** Signs in. After `no_seat` the login is kept: `takeSeat` goes on from there. */
  signIn(person: Credentials): Promise<{ readonly ok: true } | Distrust>;
  /** Signs out in every tab at once; `ok` says whether the server knows yet. It is told as soon as it can be. */
  signOut(): Promise<Done>;
  /** Takes a seat where none is held; `wait` stays in the queue until there is one, or `signal` says stop. */
  takeSeat(options?: { readonly wait?: boolean; readonly signal?: AbortSignal }): Promise<State>;
  /** Gives the seat back at once and keeps the login; the next activity takes one again. */
  park(): Promise<Done>;
  /** Keeps the seat through a job that nobody watches, until the answer is called. */
  busy(): () => void;
  /** Says that somebody is there, where no key or pointer shows it: a film that plays, a sensor. */
  active(): void;
  /** `fetch` with the token, for the server and the listed `apis` only; renews once on a 401. */
  readonly fetch: Environment["fetch"];
  /** A verified access token that holds now, renewed if need be. */
  token(): Promise<string | undefined>;
  /** What the token says, while it holds. */
  claims(): AccessClaims | undefined;
  /** Whole seconds since 1970 by the server's clock, as far as it is known; by this machine's before. */
  now(): number;
  /** JSON that belongs to this session. */
  readonly data: SessionData;
  /** Takes the seat along for whole days, to work without a network. */
  borrow(days: number): Promise<Borrowed>;
  /** Brings a borrowed seat back. */
  giveBack(): Promise<Done>;
  /** Calls `listener` at each event until the answer is called. */
  on<K extends keyof SessionEvents>(event: K, listener: (told: SessionEvents[K]) => void): () => void;
  /** Lets go of timers and listeners; the sign-in stays. */
  close(): void;
}

/** Makes `createSession` of what loads the verifier. */
export function sessions(load: () => Promise<void>): (options: SessionOptions) => Session {
  return ({ environment = page(), ...options }) => new Client(load, environment, options);
}
