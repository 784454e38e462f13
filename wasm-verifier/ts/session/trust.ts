/** What the server says counts once it is verified against the pinned roots. */

import type { AccessClaims } from "../claims.js";
import type { Licence } from "../licence.js";
import type { LicenceOptions } from "../options.js";
import type { Refusal } from "../refusal.js";
import { verifyAccess, verifyLicence } from "../verifier.js";
import type { ServerClock } from "./clock.js";
import type { Memory } from "./storage.js";
import type { Answer, Problem, Wire } from "./wire.js";

/** What the licence is checked against; its time is the session's business. */
export type Anchors = Omit<LicenceOptions, "now">;

/** A token that holds. */
export interface Trusted {
  readonly ok: true;
  readonly claims: AccessClaims;
  readonly chain: import("../verifier.js").Access["chain"];
}

/** A refusal of the verifier, or a problem that kept it from looking. */
export type Distrust = { readonly ok: false; readonly problem: Problem | Refusal };

/** The licence at hand, and the marks that time leaves. */
export class Trust {
  /** The last licence file that was looked at, and what came of it. */
  licence: Licence | Refusal | undefined;
  #file: string | undefined;
  readonly #anchors: Anchors;
  readonly #clock: ServerClock;
  readonly #memory: Memory;
  readonly #wire: Wire;

  constructor(anchors: Anchors, clock: ServerClock, memory: Memory, wire: Wire) {
    this.#anchors = anchors;
    this.#clock = clock;
    this.#memory = memory;
    this.#wire = wire;
  }

  /** Verifies a token, and the licence that it was made under, fetched anew where that is another one. */
  async verify(token: string, licence: string): Promise<Trusted | Distrust> {
    this.look();
    if (!this.#isOf(licence)) {
      const problem = await this.#fetch();
      if (problem) return { ok: false, problem };
    }
    const first = this.#access(token);
    if (first.ok || first.problem.code !== "licence_changed") return first;
    const problem = await this.#fetch();
    return problem ? { ok: false, problem } : this.#access(token);
  }

  /**
   * Verifies the licence at hand for the time that it is: the one of an earlier visit, where there is no other.
   */
  look(file: string | undefined = this.#file ?? this.#memory.get("licence")): void {
    if (file === undefined) return;
    this.#file = file;
    this.licence = verifyLicence(file, { ...this.#anchors, now: this.secs() });
  }

  /** The time that nobody can set back: the later of the clock and the highest signed time, in seconds since 1970. */
  secs(): number {
    return Math.max(this.#clock.secs(), this.#memory.get("time") ?? 0);
  }

  #access(token: string): Trusted | Distrust {
    // A licence that has ended still carries the tokens that were made in time, and only its file says so.
    const options = { ...this.#anchors, now: this.#clock.secs() };
    const access = this.licence?.ok
      ? verifyAccess(token, { licence: this.licence, now: options.now })
      : verifyAccess(token, { ...options, licence: this.#file ?? "" });
    if (!access.ok) return { ok: false, problem: access };
    this.#memory.set("time", Math.max(access.claims.iat, this.#memory.get("time") ?? 0));
    this.#memory.set("licence", this.#file);
    return access;
  }

  #isOf(id: string): boolean {
    return this.licence?.ok === true && this.licence.claims.jti === id;
  }

  async #fetch(): Promise<Problem | undefined> {
    const answer: Answer<{ file: string }> = await this.#wire.call("GET", "licence", { credentials: "omit" });
    if (!answer.ok) return answer.problem;
    this.look(answer.body.file);
    return undefined;
  }
}
