/** A seat server behind `fetch`: the same routes, the same answers, no process and no port. */

import type { TestAuthority } from "./authority.js";
import type { FakeClock } from "./clock.js";
import { House, newEpoch, type Store } from "./house.js";
import { Routes } from "./routes.js";
import type { TestBrowser } from "./site.js";

/** A request that was answered. */
export interface Served {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A server for tests. Everybody's password is their name and `-password`. */
export interface TestServer {
  readonly url: string;
  /** A browser that nobody has used. */
  browser(): TestBrowser;
  seats(): { total: number; in_use: number };
  /** What was answered, oldest first. */
  readonly served: Served[];
  /** Stands between the network and the server: fails, delays or changes what it wants. */
  intercept: (request: Request, next: () => Promise<Response>) => Promise<Response>;
  /** Ends somebody's sessions, as an administrator does. */
  signOut(username: string): void;
  /** A copy of the store, as a backup takes one. */
  backup(): Store;
  /** Puts a copy back; `recorded` as the server's own command does, otherwise as a copied file does. */
  restore(store: Store, recorded: "recorded" | "unrecorded"): void;
}

/** A test server for the sites of an authority. */
export function createTestServer(authority: TestAuthority, clock: FakeClock, url = "https://seats.test"): TestServer {
  const house = new House(() => clock.secs(), () => authority.licence.claims);
  const routes = new Routes({ house, authority, clock });
  const served: Served[] = [];
  const server: TestServer = {
    url,
    served,
    intercept: (_request, next) => next(),
    seats: () => house.seats(),
    browser: () => browser(server, routes, served),
    signOut(username) {
      for (const session of Object.values(house.store.sessions)) if (session.user === house.userId(username)) house.end(session.id);
    },
    backup: () => structuredClone(house.store),
    restore(store, recorded) {
      const counter = Number.parseInt(house.store.epoch, 10) + 1;
      house.store = structuredClone(store);
      if (recorded === "recorded") house.store.epoch = newEpoch(counter);
      house.append();
    },
  };
  return server;
}

function browser(server: TestServer, routes: Routes, served: Served[]): TestBrowser {
  const own: TestBrowser = {
    cookie: undefined,
    async fetch(input, init) {
      const request = new Request(input, init);
      const next = async () => {
        const response = await routes.answer(request, own);
        served.push({ method: request.method, path: new URL(request.url).pathname, status: response.status });
        return response;
      };
      return untilAborted(server.intercept(request, next), request.signal);
    },
  };
  return own;
}

/** What a browser does with a request that its page gave up. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DOMException("the request was given up", "AbortError"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
