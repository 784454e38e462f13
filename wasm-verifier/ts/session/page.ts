/** The page that a session runs in, with what this browser gives it. */

import type { Channel, Environment, KeyStore, PageEvent } from "./environment.js";

/** What counts as somebody being there. */
const ACTIVITY = ["keydown", "pointerdown", "pointermove", "wheel"];

const DATABASE = "licence-seat";
const KEYS = "keys";

/** The environment of this page; of Node.js, as far as that has one. */
export function page(): Environment {
  const { navigator, location, BroadcastChannel } = globalThis;
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    base: location?.href,
    now: () => Date.now(),
    setTimeout: (run, millis) => globalThis.setTimeout(run, millis),
    clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
    // Node.js has these too, across threads: there, no two sessions are tabs of one another.
    locks: location && (navigator?.locks as Environment["locks"]),
    openChannel: location && BroadcastChannel && ((name) => new BroadcastChannel(name) as Channel),
    store: location && store(),
    keys: location && globalThis.indexedDB && indexedKeys(),
    random: () => Math.random(),
    watch: (tell) => (typeof document === "undefined" ? () => {} : watch(tell)),
  };
}

function store(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    // Where the person has forbidden it, even asking throws.
    return undefined;
  }
}

function watch(tell: (event: PageEvent) => void): () => void {
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, run: (event: Event) => void) =>
    target.addEventListener(name, run, { signal: stop.signal, passive: true, capture: true });
  for (const name of ACTIVITY) on(window, name, () => tell("activity"));
  for (const name of ["focus", "pageshow"]) on(window, name, () => tell("wake"));
  on(document, "visibilitychange", () => document.visibilityState === "visible" && tell("wake"));
  on(window, "online", () => tell("online"));
  on(window, "pagehide", () => tell("hidden"));
  on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && tell("shown_again"));
  return () => stop.abort();
}

/** Keys in IndexedDB, which alone can hold one without showing it. */
function indexedKeys(): KeyStore {
  const open = () => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(KEYS);
    return done(request);
  };
  const run = async <T>(work: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const database = await open();
    try {
      return await done(work(database.transaction(KEYS, "readwrite").objectStore(KEYS)));
    } finally {
      database.close();
    }
  };
  return {
    get: (name) => run((keys) => keys.get(name) as IDBRequest<CryptoKeyPair | undefined>),
    put: (name, key) => run((keys) => keys.put(key, name)).then(() => {}),
    delete: (name) => run((keys) => keys.delete(name)),
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}
