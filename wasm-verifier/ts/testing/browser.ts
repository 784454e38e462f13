/** A browser with tabs, made up: what they share is shared, and a test says when they look. */

import type { Channel, Environment, KeyStore, Locks, PageEvent, TextStore } from "../session/environment.js";
import type { FakeClock } from "./clock.js";
import type { TestBrowser } from "./site.js";

/** What a made-up browser can do; all of it where nothing is said. */
export interface Abilities {
  /** Web Locks, which need a secure context. */
  readonly locks?: boolean;
  readonly storage?: boolean;
}

/** A tab, with the events that a person or the browser would cause. */
export interface TestTab {
  /** Pass it as `environment` to `createSession`. */
  readonly environment: Environment;
  happen(event: PageEvent): void;
}

/** The tabs of one browser over one jar of cookies. */
export interface TestTabs {
  tab(): TestTab;
  readonly store: TextStore;
  /** How far this machine's clock is ahead of the right time, in milliseconds; to set it moves no timer. */
  skew: number;
}

/** Tabs that share locks, channels, storage and cookies, as those of one browser do. */
export function createTestTabs(network: TestBrowser, clock: FakeClock, abilities: Abilities = {}): TestTabs {
  const { locks = true, storage = true } = abilities;
  const shared = { locks: fakeLocks(), open: fakeChannels(), store: fakeStore(), keys: fakeKeys() };
  const tabs: TestTabs = {
    store: shared.store,
    skew: 0,
    tab() {
      const listeners = new Set<(event: PageEvent) => void>();
      /** What became due in a page that is kept for its return, where no script runs. */
      let frozen: (() => void)[] | undefined;
      const environment: Environment = {
        fetch: (input, init) => network.fetch(input, init),
        base: "https://app.test/",
        now: () => clock.now() + tabs.skew,
        setTimeout: (run, millis) => clock.setTimeout(() => (frozen ? void frozen.push(run) : run()), millis),
        clearTimeout: clock.clearTimeout,
        locks: locks ? shared.locks : undefined,
        openChannel: shared.open,
        store: storage ? shared.store : fakeStore(),
        keys: shared.keys,
        random: Math.random,
        watch(tell) {
          listeners.add(tell);
          return () => void listeners.delete(tell);
        },
      };
      const happen = (event: PageEvent) => {
        const late = event === "shown_again" ? frozen : undefined;
        if (late) frozen = undefined;
        listeners.forEach((tell) => tell(event));
        if (event === "hidden") frozen = [];
        late?.forEach((run) => run());
      };
      return { environment, happen };
    },
  };
  return tabs;
}

/** Exclusive locks by name, first come first served. */
function fakeLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  const held = new Set<string>();
  return {
    async request(name, { signal }, work) {
      const before = tails.get(name) ?? Promise.resolve();
      const run = async () => {
        if (signal?.aborted) throw new DOMException("the request was taken back", "AbortError");
        held.add(name);
        try {
          return await work();
        } finally {
          held.delete(name);
        }
      };
      const turn = before.then(run, run);
      tails.set(name, turn.catch(() => {}));
      return turn;
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
}

/** Channels that tell everybody but the one who speaks, a moment later and by copy. */
function fakeChannels(): (name: string) => Channel {
  const open = new Map<string, Set<Channel>>();
  return (name) => {
    const others = open.get(name) ?? new Set();
    open.set(name, others);
    const channel: Channel = {
      onmessage: null,
      postMessage(message) {
        const data: unknown = structuredClone(message);
        for (const other of others) if (other !== channel) queueMicrotask(() => others.has(other) && other.onmessage?.({ data }));
      },
      close: () => void others.delete(channel),
    };
    others.add(channel);
    return channel;
  };
}

function fakeStore(): TextStore {
  const texts = new Map<string, string>();
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, text),
    removeItem: (name) => void texts.delete(name),
  };
}

function fakeKeys(): KeyStore {
  const keys = new Map<string, CryptoKeyPair>();
  return {
    get: async (name) => keys.get(name),
    put: async (name, key) => void keys.set(name, key),
    delete: async (name) => void keys.delete(name),
  };
}
