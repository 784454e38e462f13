/** Where a borrowed seat's key lives in a browser. */

import type { KeyStore } from "./environment.js";

const DATABASE = "licence-seat";
const KEYS = "keys";

/** Keys in IndexedDB, which alone can hold one without showing it. */
export function indexedKeys(): KeyStore {
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
