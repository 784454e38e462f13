/** Who wants to know what. */

/** Listeners by the name of the event, each with what it tells. */
export class Events<E extends object> {
  readonly #listeners = new Map<keyof E, Set<(told: never) => void>>();

  /** Calls `listener` on each event until the answer is called. */
  on<K extends keyof E>(name: K, listener: (told: E[K]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<K extends keyof E>(name: K, told: E[K]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (told: E[K]) => void)(told);
      } catch (failure) {
        // One listener's fault is reported as any other and keeps neither the next nor the session from going on.
        queueMicrotask(() => {
          throw failure;
        });
      }
    }
  }
}
