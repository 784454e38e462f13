/** The page that a session runs in, with what this browser gives it. */

import type { Channel, Environment, PageEvent, TextStore } from "./environment.js";

/** What counts as somebody being there. */
const ACTIVITY = ["keydown", "pointerdown", "pointermove", "wheel"];

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
    store: store(),
    keys: undefined,
    random: () => Math.random(),
    watch: (tell) => (typeof document === "undefined" ? () => {} : watch(tell)),
  };
}

/** Where there is none, or the person has forbidden it, so that even asking throws, the page's memory has to do. */
function store(): TextStore {
  try {
    if (globalThis.localStorage) return globalThis.localStorage;
  } catch {}
  const texts = new Map<string, string>();
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => texts.set(name, text),
    removeItem: (name) => texts.delete(name),
  };
}

function watch(tell: (event: PageEvent) => void): () => void {
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, run: (event: Event) => void) =>
    target.addEventListener(name, run, { signal: stop.signal, passive: true, capture: true });
  for (const name of ACTIVITY) on(window, name, () => tell("activity"));
  on(window, "focus", () => tell("wake"));
  on(document, "visibilitychange", () => tell("wake"));
  on(window, "online", () => tell("online"));
  on(window, "pagehide", () => tell("hidden"));
  on(window, "pageshow", (event) => tell((event as PageTransitionEvent).persisted ? "shown_again" : "wake"));
  return () => stop.abort();
}
