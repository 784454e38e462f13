/** What outlives the page. Texts only, and no token among them but a borrowed lease, which works only with its key. */

import type { TextStore } from "./environment.js";
import type { Mark } from "./rollback.js";

/** What is kept for a server, by name. */
interface Kept {
  /** The licence file that was verified last. */
  licence: string;
  /** The highest signed time that was seen, in seconds since 1970. */
  time: number;
  /** The highest log position that was seen. */
  log: Mark;
  /** The session that this browser is signed in to. */
  session: string;
  /** A sign-out that the server does not know of yet. */
  leaving: true;
  /** A borrowed seat's lease. */
  lease: { readonly id: string; readonly token: string };
}

/** A browser's store for one server. A store that is full, forbidden or absent forgets, and breaks nothing. */
export class Memory {
  readonly #store: TextStore | undefined;
  readonly #prefix: string;
  /** What this page has set itself, for where there is no store, or one that refuses. */
  readonly #own = new Map<string, unknown>();

  constructor(store: TextStore | undefined, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  get<K extends keyof Kept>(name: K): Kept[K] | undefined {
    try {
      const text = this.#store?.getItem(this.#prefix + name);
      if (text) return JSON.parse(text) as Kept[K];
      return this.#store ? undefined : (this.#own.get(name) as Kept[K] | undefined);
    } catch {
      return this.#own.get(name) as Kept[K] | undefined;
    }
  }

  set<K extends keyof Kept>(name: K, value: Kept[K] | undefined): void {
    this.#own.set(name, value);
    try {
      if (value === undefined) this.#store?.removeItem(this.#prefix + name);
      else this.#store?.setItem(this.#prefix + name, JSON.stringify(value));
    } catch {
      // Private windows and full disks: this page still knows, and the next one asks the server.
    }
  }
}
