/** Time as the server has it, and time that nobody can set back. */

/** A source of time and of timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setTimeout: (run: () => void, millis: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/** A time that passes, or is ended early. */
export function pause(clock: Clock, millis: number): { readonly over: Promise<void>; readonly end: () => void } {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    const timer = clock.setTimeout(resolve, millis);
    end = () => {
      clock.clearTimeout(timer);
      resolve();
    };
  });
  return { over, end };
}

/** A clock this far from the server's is told of: much further, and signed times stop making sense. */
export const SKEW_SECS_MAX = 30;

/** The machine's clock, corrected by what the server says of its own. */
export class ServerClock {
  #offset = 0;
  #toldSecs = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whole seconds since 1970, by the server's clock as far as it is known. */
  secs(): number {
    return Math.floor((this.#clock.now() + this.#offset) / 1000);
  }

  /**
   * Learns from an answer what time the server has.
   *
   * @returns the skew in seconds where it is news: the machine's clock is wrong, or right again.
   */
  learn(serverSecs: number, sent: number, received: number): number | undefined {
    // The answer was made somewhere between: half of the way is the best guess.
    this.#offset = serverSecs * 1000 + 500 - (sent + received) / 2;
    const skew = Math.round(-this.#offset / 1000);
    const told = Math.abs(skew) > SKEW_SECS_MAX ? skew : 0;
    if (Math.abs(told - this.#toldSecs) <= SKEW_SECS_MAX) return undefined;
    this.#toldSecs = told;
    return told;
  }
}
