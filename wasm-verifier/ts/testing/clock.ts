/** A clock that stands until it is told to go. */

import type { Clock } from "../session/clock.js";

/** A clock for tests: nothing is due until `advance` makes it so. */
export interface FakeClock extends Clock {
  /** Whole seconds since 1970. */
  secs(): number;
  /** Goes on by so many milliseconds, runs what becomes due in its order, and lets all that follows from it happen. */
  advance(millis: number): Promise<void>;
  /** Goes on at once, as a machine does that slept: what was due in between is late. */
  sleep(millis: number): Promise<void>;
  /** Sets the clock, as a person does: no timer notices. */
  set(millis: number): void;
  /** Lets all that is under way come to rest, without time going on. */
  settle(): Promise<void>;
  /** Has `settle` wait for work that no timer shows. */
  track<T>(work: Promise<T>): Promise<T>;
}

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly run: () => void;
}

/** Turns of the event loop after which nothing that was begun is under way any more. */
const QUIET_TURNS = 8;

/** A fake clock that starts at a time: milliseconds since 1970. */
export function createFakeClock(start = Date.UTC(2031, 4, 1, 12)): FakeClock {
  let now = start;
  /** Time that has really gone by: setting a clock moves no timer. */
  let elapsed = 0;
  let last = 0;
  let timers: Timer[] = [];
  const underWay = new Set<Promise<unknown>>();

  const settle = async () => {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      if (underWay.size > 0) {
        await Promise.allSettled([...underWay]);
        quiet = 0;
      }
      await turn();
    }
  };
  const go = (millis: number) => {
    now += millis;
    elapsed += millis;
  };
  const runDue = async () => {
    for (;;) {
      const next = timers.filter(({ at }) => at <= elapsed).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) return;
      timers = timers.filter((timer) => timer !== next);
      next.run();
      await settle();
    }
  };

  return {
    now: () => now,
    secs: () => Math.floor(now / 1000),
    setTimeout(run, millis) {
      last += 1;
      timers.push({ id: last, at: elapsed + Math.max(0, millis), run });
      return last;
    },
    clearTimeout(id) {
      timers = timers.filter((timer) => timer.id !== id);
    },
    async advance(millis) {
      const end = elapsed + millis;
      await settle();
      for (;;) {
        const next = Math.min(...timers.map(({ at }) => at));
        if (next > end) break;
        go(Math.max(0, next - elapsed));
        await runDue();
      }
      go(end - elapsed);
      await settle();
    },
    async sleep(millis) {
      await settle();
      go(millis);
      await runDue();
      await settle();
    },
    set(millis) {
      now = millis;
    },
    settle,
    track(work) {
      const tracked = work.finally(() => underWay.delete(tracked));
      underWay.add(tracked);
      return tracked;
    },
  };
}

/** One turn of the event loop, after all that is due at once. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
