// A house of tests: an authority, a server, a clock, and people with browsers.

import assert from "node:assert/strict";

import { createSession } from "wasm-verifier/session";
import { createFakeClock, createTestAuthority, createTestServer, createTestTabs } from "wasm-verifier/testing";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How long a token holds, and how long before its end it is renewed. */
export const RENEWAL = 14 * MINUTE;

export class World {
  static async create(terms = {}) {
    const world = new World();
    world.clock = createFakeClock();
    world.authority = await createTestAuthority({ now: world.clock.now() - DAY, ...terms });
    world.server = createTestServer(world.authority, world.clock);
    return world;
  }

  /** Somebody's browser. */
  browser(abilities) {
    const network = this.server.browser();
    const tabs = createTestTabs(network, this.clock, abilities);
    return { network, tabs, open: (options) => this.open(tabs.tab(), options) };
  }

  /** Lets everything that a promise needs happen, with as much time as it takes. */
  async during(promise) {
    let isDone = false;
    const done = promise.finally(() => (isDone = true));
    done.catch(() => {});
    for (let turns = 0; turns < 600 && !isDone; turns += 1) {
      await this.clock.settle();
      if (!isDone) await this.clock.advance(100);
    }
    return done;
  }

  /** A tab with the application in it. */
  async open(tab, options = {}) {
    const { url } = this.server;
    const { roots } = this.authority;
    const session = createSession({ server: url, roots, allowTest: true, environment: tab.environment, ...options });
    const told = [];
    for (const name of ["no_seat", "idle", "signed_out", "licence", "offline", "clock", "rollback"]) {
      session.on(name, (what) => told.push([name, what]));
    }
    await this.during(session.ready);
    return Object.assign(session, { tab, told, events: () => told.map(([name]) => name) });
  }

  /** Somebody signed in, in a browser of their own. */
  async person(name, options) {
    const browser = this.browser();
    const session = await browser.open(options);
    assert.deepEqual(await this.during(session.signIn({ username: name, password: `${name}-password` })), { ok: true });
    return Object.assign(session, { browser });
  }

  /** How often the server was asked for a token since the last count. */
  counted(route = "refresh") {
    const before = this.count ?? 0;
    this.count = this.server.served.length;
    return this.server.served.slice(before).filter(({ path }) => path.endsWith(route)).length;
  }
}
