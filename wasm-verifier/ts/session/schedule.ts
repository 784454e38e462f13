/** When to do what is due, on a machine whose timers sleep when it sleeps. */

import type { Clock } from "./clock.js";
import type { Problem } from "./wire.js";

/** How long a timer is trusted: after a sleep this is the longest that what is due stays undone. */
const TICK_MILLIS = 15_000;

/** Tries after a failure. The first five are inside the 30 s in which the server repeats an answer that was lost. */
const BACK_OFF_MILLIS = [1_000, 2_000, 4_000, 8_000, 12_000, 30_000, 60_000];

/** How long to wait before the next try; up to a tenth more, so that a house full of clients does not come at once. */
export function backOff(failures: number, random: number): number {
  const millis = BACK_OFF_MILLIS[Math.min(failures, BACK_OFF_MILLIS.length) - 1] ?? 1_000;
  return millis * (1 + random / 10);
}

/** When to look again where only others can mend it, as with a licence that has ended. */
const REFUSED_MILLIS = 60_000;

/** How many milliseconds after a problem it is tried again; a full house is left alone until somebody asks. */
export function pauseAfter({ code, status = code === "offline" ? 503 : 0, retry_after = 0 }: Problem, failures: number, random: number): number {
  if (code === "no_seat") return Infinity;
  return Math.max(retry_after * 1000, status >= 429 ? backOff(failures, random) : REFUSED_MILLIS);
}

/** One thing that is due at a time. */
export class Schedule {
  #due = Infinity;
  #seen = 0;
  #timer: unknown;
  readonly #clock: Clock;
  readonly #run: () => void;

  constructor(clock: Clock, run: () => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** When it is due, in milliseconds since 1970; `Infinity` for never. */
  get due(): number {
    return this.#due;
  }

  set due(at: number) {
    this.#due = at;
    this.#seen = this.#clock.now();
    this.#wind();
  }

  /** Looks at the clock on the wall: it may have gone on without us, or been set back. */
  check(): void {
    if (this.#due === Infinity) return;
    const now = this.#clock.now();
    const isSetBack = now < this.#seen - TICK_MILLIS;
    this.#seen = now;
    if (now < this.#due && !isSetBack) return this.#wind();
    this.due = Infinity;
    this.#run();
  }

  #wind(): void {
    this.#clock.clearTimeout(this.#timer);
    if (this.#due === Infinity) return;
    const millis = Math.max(0, Math.min(this.#due - this.#clock.now(), TICK_MILLIS));
    this.#timer = this.#clock.setTimeout(() => this.check(), millis);
  }
}
