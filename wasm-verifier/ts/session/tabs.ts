/** The tabs of one browser act as one: one of them asks the server, all of them have the answer. */

import { pause } from "./clock.js";
import type { Channel, Environment, Locks } from "./environment.js";
import type { Distrust } from "./trust.js";
import type { Grant, Problem } from "./wire.js";

/** What one tab tells the others. `news` names what the server said last: a token's `jti`, or a mark of a problem. */
export type Message =
  /** A tab that has just come, or is about to ask the server: does anybody know more than this? */
  | { readonly kind: "ask"; readonly news: string }
  /** A tab without locks is about to ask the server. */
  | { readonly kind: "asking" }
  /** What the server gave. Each tab verifies it for itself. */
  | { readonly kind: "grant"; readonly grant: Grant; readonly sent: number; readonly received: number }
  /** What the server, or the network, said instead; with what it takes to ask again, where no cookie has that. */
  | {
      readonly kind: "problem";
      readonly problem: Distrust["problem"];
      readonly news: string;
      readonly due: number;
      readonly refreshToken: string | undefined;
    }
  | { readonly kind: "signed_out"; readonly reason: Problem | undefined; readonly session: string | undefined }
  | { readonly kind: "active"; readonly at: number }
  | { readonly kind: "parked" };

/** How long a tab stays known as the one that has asked last: longer than a message takes to any tab that is awake. */
const DONE_MILLIS = 10_000;

/** How long to wait for a message that was sent before we were let in. */
const MESSAGE_MILLIS = 3_000;

/** How long the tabs of a browser without locks let chance decide who goes first. */
const JITTER_MILLIS = 400;

/** The other tabs, as one of them sees them. */
export class Tabs {
  #channel: Channel | undefined;
  #waiting: (() => void) | undefined;
  #isOtherAsking = false;
  #release: () => void = () => {};
  readonly #environment: Environment;
  readonly #name: string;
  readonly #hear: (message: Message) => void;

  constructor(environment: Environment, name: string, hear: (message: Message) => void) {
    this.#environment = environment;
    this.#name = name;
    this.#hear = hear;
    this.open();
  }

  open(): void {
    this.#channel ??= this.#environment.openChannel?.(this.#name);
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#take(data as Message);
  }

  /** Lets go of what would keep a page that is left from being kept for its return. */
  close(): void {
    this.#release();
    this.#channel?.close();
    this.#channel = undefined;
  }

  tell(message: Message): void {
    this.#channel?.postMessage(message);
  }

  /** Says that a newer answer has been taken over, so that nobody need wait for it, or go on saying it was first. */
  settled(): void {
    this.#isOtherAsking = false;
    this.#release();
    this.#waiting?.();
  }

  /** Asks the other tabs what they know, and gives them a moment to answer. */
  async ask(news: string, millis: number): Promise<void> {
    if (!this.#channel) return;
    const heard = this.#settledWithin(millis);
    this.tell({ kind: "ask", news });
    await heard;
  }

  /**
   * Runs `work` while no other tab does.
   *
   * `news` says what is known here, before and after. With `once`, `work` is left out where another tab has just asked
   * the server: then its answer counts.
   */
  async alone(news: () => string, signal: AbortSignal, once: boolean, work: () => Promise<void>): Promise<void> {
    const before = news();
    const { locks } = this.#environment;
    if (!locks) return this.#byChance(before, news, signal, work);
    await locks.request(this.#name, { signal }, async () => {
      // Whoever asked before us said so by a lock before it let go of this one, and told us what it got. The lock
      // manager's word is exact where a message may still be under way.
      const done = once ? await this.#lastDone(locks) : undefined;
      if (done !== undefined && done !== news()) await this.ask(news(), MESSAGE_MILLIS);
      if (signal.aborted || (once && news() !== before)) return;
      await work();
      if (news() !== before) await this.#sayDone(locks, news());
    });
  }

  async #lastDone(locks: Locks): Promise<string | undefined> {
    const prefix = `${this.#name} done `;
    const { held = [] } = await locks.query();
    return held.find(({ name }) => name?.startsWith(prefix))?.name?.slice(prefix.length);
  }

  #sayDone(locks: Locks, news: string): Promise<void> {
    this.#release();
    const { over, end } = pause(this.#environment, DONE_MILLIS);
    this.#release = end;
    return new Promise((isHeld) => {
      void locks.request(`${this.#name} done ${news}`, {}, () => {
        isHeld();
        return over;
      });
    });
  }

  /** Without locks: chance decides who goes first, and two at once get the same answer from the server. */
  async #byChance(before: string, news: () => string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    if (this.#channel) await this.#settledWithin(this.#environment.random() * JITTER_MILLIS);
    if (this.#isOtherAsking && news() === before) await this.#settledWithin(MESSAGE_MILLIS);
    if (signal.aborted || news() !== before) return;
    this.tell({ kind: "asking" });
    await work();
  }

  #take(message: Message): void {
    if (message.kind === "asking") this.#isOtherAsking = true;
    else this.#hear(message);
  }

  #settledWithin(millis: number): Promise<void> {
    const { over, end } = pause(this.#environment, millis);
    this.#waiting = end;
    return over;
  }
}
