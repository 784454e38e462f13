/** Whether somebody is there. */

import type { Clock } from "./clock.js";

/** How often activity is told to the other tabs: more often than any licence's `idle_secs` could notice. */
const TELL_MILLIS = 20_000;

/** When somebody was last seen in any tab, and who is busy without being seen. */
export class Activity {
  #last: number;
  #told = -Infinity;
  #jobs = 0;
  readonly #clock: Clock;
  readonly #tell: (at: number) => void;

  /** Opening the page is activity. */
  constructor(clock: Clock, tell: (at: number) => void) {
    this.#clock = clock;
    this.#last = clock.now();
    this.#tell = tell;
  }

  /** When somebody was last seen, in milliseconds since 1970. */
  get last(): number {
    if (this.#jobs > 0) this.touch();
    return this.#last;
  }

  /** Somebody did something here. */
  touch(): void {
    const now = this.#clock.now();
    this.#last = now;
    if (Math.abs(now - this.#told) < TELL_MILLIS) return;
    this.#told = now;
    this.#tell(now);
  }

  /** Somebody did something in another tab. */
  seen(at: number): void {
    this.#last = Math.max(this.#last, at);
  }

  /** Whether nobody was seen for so long. */
  isIdle(secs: number): boolean {
    return this.#clock.now() - this.last >= secs * 1000;
  }

  /** A job that needs the seat while nobody touches anything; it ends when the answer is called. */
  busy(): () => void {
    let isRunning = true;
    this.#jobs += 1;
    this.touch();
    return () => {
      if (!isRunning) return;
      isRunning = false;
      this.touch();
      this.#jobs -= 1;
    };
  }
}
