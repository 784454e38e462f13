/** Where a sign-in stands: what is held, until when, and what the application is told of it. */

import type { Link } from "../chain.js";
import type { AccessClaims, LeaseClaims } from "../claims.js";
import type { ServerClock } from "./clock.js";
import type { Environment } from "./environment.js";
import type { Events } from "./events.js";
import type { SessionEvents, State, Status } from "./state.js";
import type { Distrust, Trust } from "./trust.js";
import type { Grant } from "./wire.js";

/** How long before a token ends it is renewed. */
export const MARGIN_SECS = 60;

/** What is wanted: to sign in, a seat, a place in the queue, or nothing until somebody is there. */
export type Phase = "starting" | "out" | "in" | "full" | "idle";

/** A verified token, with when it was asked for and when it came, by this machine's clock. */
export interface Held {
  readonly grant: Grant;
  readonly claims: AccessClaims;
  readonly chain: readonly Link[];
  readonly sent: number;
  readonly received: number;
}

/** What is known of one sign-in. */
export class Standing {
  state: State = Object.freeze({ status: "starting", due: Infinity });
  phase: Phase = "starting";
  /** The token, which may have ended. */
  held: Held | undefined;
  /** The lease of a borrowed seat, which may have ended. */
  lent: LeaseClaims | undefined;
  /** Why the last request was not granted. */
  problem: Distrust["problem"] | undefined;
  #isOffline = false;
  #toldLicence: string | undefined;
  readonly #environment: Environment;
  readonly #clock: ServerClock;
  readonly #trust: Trust;
  readonly #events: Events<SessionEvents>;

  constructor(environment: Environment, clock: ServerClock, trust: Trust, events: Events<SessionEvents>) {
    this.#environment = environment;
    this.#clock = clock;
    this.#trust = trust;
    this.#events = events;
  }

  /** What is held, if it holds now by the server's time. */
  valid(): Held | undefined {
    return this.held && this.#clock.secs() < this.held.claims.exp ? this.held : undefined;
  }

  /** Whether a token holds, and need not be renewed yet. */
  isFresh(): boolean {
    return this.valid() !== undefined && this.#environment.now() < this.end(MARGIN_SECS);
  }

  /** When what is held ends, or is to be renewed: `margin` seconds earlier, or half of its life if that is shorter. */
  end(margin = 0): number {
    const lease = this.#lease();
    if (!this.held) return lease ? this.#environment.now() + (lease.exp - this.#trust.secs()) * 1000 : Infinity;
    const { grant, received } = this.held;
    return received + Math.max(grant.expires_in - margin, grant.expires_in / 2) * 1000;
  }

  /** Whether the server can be reached, told where it is news. */
  setOffline(isOffline: boolean): void {
    if (isOffline === this.#isOffline) return;
    this.#isOffline = isOffline;
    this.#events.emit("offline", isOffline);
  }

  /** Makes the snapshot anew and tells of it. */
  show(due: number): void {
    const { licence } = this.#trust;
    const [held, before] = [this.valid(), this.state];
    const status = this.#status();
    this.state = Object.freeze({
      status,
      claims: held?.claims,
      chain: held?.chain,
      seat: held?.grant.seat,
      lease: this.#lease(),
      licence: licence?.ok ? licence : undefined,
      problem: this.problem,
      due,
    });
    const named = licence && (licence.ok ? licence.claims.jti + licence.state : licence.code);
    if (licence && named !== this.#toldLicence) this.#events.emit("licence", licence);
    this.#toldLicence = named;
    this.#events.emit("change", this.state);
    if (status === "idle" && before.status !== "idle") this.#events.emit("idle", this.state);
  }

  #status(): Status {
    const { phase } = this;
    if (phase === "out") return "signed_out";
    if (this.valid()) return "active";
    if (this.#lease()) return "borrowed";
    if (phase === "full") return "no_seat";
    if (phase === "idle") return phase;
    if (!this.problem) return "starting";
    return this.#isOffline ? "offline" : "refused";
  }

  #lease(): LeaseClaims | undefined {
    return this.lent && this.#trust.secs() < this.lent.exp ? this.lent : undefined;
  }
}

/** Tokens of one session are made one after the other: the later in the log is the newer. */
export function isNewer(token: AccessClaims, other: AccessClaims): boolean {
  return token.iat > other.iat || (token.iat === other.iat && token.seq > other.seq);
}
