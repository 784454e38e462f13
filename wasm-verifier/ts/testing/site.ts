/** What the routes of the test server work on. */

import type { Environment } from "../session/environment.js";
import type { TestAuthority } from "./authority.js";
import type { FakeClock } from "./clock.js";
import type { House } from "./house.js";

/** One institute: its rules, its keys, its time. */
export interface Site {
  readonly house: House;
  readonly authority: TestAuthority;
  readonly clock: FakeClock;
}

/** A person's browser: its cookies, and its way to the server. */
export interface TestBrowser {
  readonly fetch: Environment["fetch"];
  /** The refresh token in its cookie. */
  cookie: string | undefined;
}

/** A posted form. */
export type Form = Readonly<Record<string, string | undefined>>;
