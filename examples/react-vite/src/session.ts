import { useSyncExternalStore } from "react";
import { createSession, type State } from "wasm-verifier/session";

/**
 * One session for the whole application. The server is on another origin: it names this one in its `origins`, and
 * `VITE_ROOTS` holds the vendor's root keys as JSON at build time.
 */
export const session = createSession({
  server: import.meta.env.VITE_SERVER,
  roots: JSON.parse(import.meta.env.VITE_ROOTS),
  allowTest: import.meta.env.VITE_ALLOW_TEST === "true",
});

const subscribe = (listener: () => void) => session.on("change", listener);

/** Where the session stands; the component is drawn again at each change. */
export function useSession(): State {
  return useSyncExternalStore(subscribe, () => session.state);
}

/** What the licence grants under a name. */
export function useFeature(name: string) {
  return useSession().licence?.feature(name);
}
