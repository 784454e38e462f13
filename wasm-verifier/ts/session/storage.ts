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

/** A browser's store for one server. A store that is full forgets, and breaks nothing. */
export class Memory {
  readonly #store: TextStore;
  readonly #prefix: string;

  constructor(store: TextStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  get<K extends keyof Kept>(name: K): Kept[K] | undefined {
    try {
      return (JSON.parse(this.#store.getItem(this.#prefix + name) ?? "null") as Kept[K] | null) ?? undefined;
    } catch {
      return undefined;
    }
  }

  set<K extends keyof Kept>(name: K, value: Kept[K] | undefined): void {
    try {
      if (value === undefined) this.#store.removeItem(this.#prefix + name);
      else this.#store.setItem(this.#prefix + name, JSON.stringify(value));
    } catch {
      // A full disk: the next page asks the server for what this one could not keep.
    }
  }
}
