/** What the session client needs of the place it runs in: everything that a test wants to hold in its hand. */

import type { Clock } from "./clock.js";

/** Where a few short texts outlive the page: the last licence, marks, a borrowed lease. Never a token. */
export interface TextStore {
  getItem(name: string): string | null;
  setItem(name: string, text: string): unknown;
  removeItem(name: string): unknown;
}

/** Where a borrowed seat's key lives. It cannot be read out, by anybody: it can only be asked to sign. */
export interface KeyStore {
  get(name: string): Promise<CryptoKeyPair | undefined>;
  put(name: string, key: CryptoKeyPair): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Tabs of one browser that use one server, as far as they can talk to each other. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
}

/** Exclusive locks across tabs (Web Locks). */
export interface Locks {
  request<T>(name: string, options: { readonly signal?: AbortSignal }, work: () => Promise<T>): Promise<T>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

/** What happens to the page. */
export type PageEvent = "activity" | "wake" | "online" | "shown_again" | "hidden";

/** The place a session runs in. */
export interface Environment extends Clock {
  readonly fetch: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;
  /** What relative addresses start from. */
  readonly base: string | undefined;
  /** Absent where the page is not a secure context. */
  readonly locks: Locks | undefined;
  readonly openChannel: ((name: string) => Channel) | undefined;
  readonly store: TextStore;
  /** The browser's own database where it is absent. */
  readonly keys: KeyStore | undefined;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Calls back on each event until the answer is called. */
  readonly watch: (tell: (event: PageEvent) => void) => () => void;
}
