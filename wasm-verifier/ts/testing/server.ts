/** A seat server behind `fetch`: the same routes, the same answers, no process and no port. */

import { CODES, type Code } from "../codes.js";
import type { Environment } from "../session/environment.js";
import type { TestAuthority } from "./authority.js";
import { House, newEpoch, Refused, type SessionRow, type Store } from "./house.js";
import { uuid } from "./keys.js";
import type { FakeClock } from "./clock.js";

const STATUS: Partial<Record<string, number>> = {
  invalid_grant: 401,
  refresh_reused: 401,
  store_behind: 401,
  malformed: 401,
  invalid_token: 401,
  not_found: 404,
  no_seat: 409,
  too_many_sessions: 409,
  precondition_failed: 412,
  invalid_request: 400,
  forbidden: 403,
  licence_expired: 403,
};

const DATA_BYTES_MAX = 65_536;
const DAY_SECS = 86_400;

/** A person's browser: its cookies, and its way to the server. */
export interface TestBrowser {
  readonly fetch: Environment["fetch"];
  /** The refresh token in its cookie. */
  cookie: string | undefined;
}

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
  const routes = new Routes(house, authority, clock);
  const served: Served[] = [];
  const server: TestServer = {
    url,
    served,
    intercept: (_request, next) => next(),
    seats: () => house.seats(),
    browser: () => browser(server, routes, served),
    signOut(username) {
      for (const session of Object.values(house.store.sessions)) if (session.user === routes.userId(username)) house.end(session.id);
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

class Routes {
  readonly #house: House;
  readonly #authority: TestAuthority;
  readonly #clock: FakeClock;
  readonly #users = new Map<string, string>();

  constructor(house: House, authority: TestAuthority, clock: FakeClock) {
    this.#house = house;
    this.#authority = authority;
    this.#clock = clock;
  }

  userId(username: string): string {
    const id = this.#users.get(username) ?? uuid(this.#clock.now());
    this.#users.set(username, id);
    return id;
  }

  async answer(request: Request, browser: TestBrowser): Promise<Response> {
    try {
      return await this.#route(request, browser);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      return this.#problem(refused);
    }
  }

  async #route(request: Request, browser: TestBrowser): Promise<Response> {
    const route = `${request.method} ${new URL(request.url).pathname.replace(/^.*\/v1\//, "")}`;
    const bearer = () => this.#house.bearer(request.headers.get("Authorization")?.replace("Bearer ", ""));
    switch (route) {
      case "POST auth/token":
        return this.#signIn(await form(request), request.signal, browser);
      case "POST auth/refresh":
        return this.#refresh(await form(request), request.signal, browser);
      case "POST auth/logout":
        return this.#logout(await form(request), browser);
      case "GET licence":
        return Response.json({ file: this.#authority.licence.file, id: this.#authority.licence.claims.jti, seats: this.#house.seats() });
      case "GET me":
        return Response.json({ sub: bearer().user });
      case "GET session/data":
        return data(bearer());
      case "PUT session/data":
        return this.#put(bearer(), request);
      case "POST seats/release":
        this.#house.release(bearer());
        return new Response(null, { status: 204 });
      case "POST seats/borrow":
        return this.#borrow(bearer(), (await request.json()) as { days: number; key: object });
      case "GET revoked":
        return this.#revoked();
    }
    const [, loan] = /^DELETE seats\/borrow\/(.+)$/.exec(route) ?? [];
    if (loan === undefined) throw new Refused("not_found");
    return this.#giveBack(bearer(), loan);
  }

  async #signIn(form: Form, signal: AbortSignal, browser: TestBrowser): Promise<Response> {
    const { username = "", password, grant_type } = form;
    if (grant_type !== "password") throw new Refused("invalid_request");
    if (password !== `${username}-password`) throw new Refused("invalid_grant");
    const session = this.#house.open(this.userId(username), form["device"] ?? null, form["end_session"]);
    return this.#grant(session, form, signal, browser, form["delivery"] === "cookie");
  }

  async #refresh(form: Form, signal: AbortSignal, browser: TestBrowser): Promise<Response> {
    const isCookie = form["refresh_token"] === undefined;
    const token = form["refresh_token"] ?? browser.cookie;
    if (token === undefined) throw new Refused("invalid_grant");
    try {
      const { session, rotate } = this.#house.shown(token);
      return await this.#grant(session, form, signal, browser, isCookie, rotate);
    } catch (refused) {
      const code = refused instanceof Refused && refused.code;
      // A cookie goes with its session, and never with a race that was lost.
      if (isCookie && (code === "invalid_grant" || code === "refresh_reused")) browser.cookie = undefined;
      throw refused;
    }
  }

  async #grant(
    session: SessionRow,
    form: Form,
    signal: AbortSignal,
    browser: TestBrowser,
    isCookie: boolean,
    rotate?: () => void,
  ): Promise<Response> {
    const house = this.#house;
    try {
      await this.#takeSeat(session, Math.min(30, Number(form["wait"] ?? 0)), signal);
    } catch (refused) {
      // The password was right: the sign-in stays, and nobody types it again. At a refresh nothing is sent again.
      if (!rotate && isCookie) browser.cookie = house.refreshToken(session);
      if (!rotate && !isCookie && refused instanceof Refused) Object.assign(refused.evidence, { refresh_token: house.refreshToken(session) });
      throw refused;
    }
    rotate?.();
    const claims = house.tokenClaims(session) as { exp: number; iat: number };
    const access_token = await this.#clock.track(this.#authority.sign("at+jwt", claims));
    house.issued(access_token, session, claims.exp);
    if (isCookie) browser.cookie = house.refreshToken(session);
    return Response.json({
      access_token,
      token_type: "bearer",
      expires_in: claims.exp - claims.iat,
      ...(!isCookie && { refresh_token: house.refreshToken(session) }),
      session: { id: session.id, expires_at: session.ends_at },
      seat: { lease_end: session.lease_end, ...house.seats() },
      licence: { id: this.#authority.licence.claims.jti, state: "valid" },
      server_time: claims.iat,
    });
  }

  async #takeSeat(session: SessionRow, waitSecs: number, signal: AbortSignal): Promise<void> {
    const until = this.#clock.secs() + waitSecs;
    for (;;) {
      if (this.#clock.secs() >= until) return this.#house.seat(session);
      try {
        return this.#house.seat(session);
      } catch (refused) {
        if (!(refused instanceof Refused) || refused.code !== "no_seat" || signal.aborted) throw refused;
        await this.#house.turn(session.user, this.#within(1_000, signal));
      }
    }
  }

  /** A second at a time, so that a lease that lapses is noticed. */
  #within(millis: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = () => {
        this.#clock.clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const timer = this.#clock.setTimeout(stop, millis);
      signal.addEventListener("abort", stop);
    });
  }

  #logout(form: Form, browser: TestBrowser): Response {
    const [id] = (form["refresh_token"] ?? browser.cookie ?? "").replace(/^lrt1_/, "").split(".");
    if (id && this.#house.store.sessions[id]) this.#house.end(id);
    if (form["refresh_token"] === undefined) browser.cookie = undefined;
    return new Response(null, { status: 204 });
  }

  async #put(session: SessionRow, request: Request): Promise<Response> {
    const text = await request.text();
    if (text.length > DATA_BYTES_MAX) throw new Refused("too_large");
    const wanted = request.headers.get("If-Match");
    if (wanted !== null && wanted !== session.data?.etag) throw new Refused("precondition_failed");
    session.data = { text, etag: `"${uuid(this.#clock.now())}"` };
    this.#house.append();
    return new Response(null, { status: 204, headers: { ETag: session.data.etag } });
  }

  async #borrow(session: SessionRow, { days, key }: { days: number; key: object }): Promise<Response> {
    const { aud, jti: lic, seats } = this.#authority.licence.claims;
    const out = Object.values(this.#house.store.loans).filter(({ exp }) => exp > this.#clock.secs());
    if (!seats.borrow || out.length >= seats.borrow.seats_max) throw new Refused("forbidden");
    const [iat, id] = [this.#clock.secs(), uuid(this.#clock.now())];
    const exp = iat + Math.min(days, seats.borrow.days_max) * DAY_SECS;
    const who = { ver: 1, iss: "https://seats.test", aud: `lease:${aud}`, sub: session.user, jti: id, sid: session.id };
    const lease = await this.#clock.track(this.#authority.sign("lease+jwt", { ...who, iat, exp, lic, cnf: { jwk: key } }));
    this.#house.store.loans[id] = { user: session.user, exp, isReturned: false };
    this.#house.append();
    return Response.json({ id, lease, expires_at: exp, server_time: iat }, { status: 201 });
  }

  #giveBack(session: SessionRow, id: string): Response {
    const loan = this.#house.store.loans[id];
    if (loan?.user !== session.user) throw new Refused("not_found");
    loan.isReturned = true;
    this.#house.callNext();
    return new Response(null, { status: 204 });
  }

  async #revoked(): Promise<Response> {
    const iat = this.#clock.secs();
    const claims = { ver: 1, aud: `revoked:${this.#authority.product}`, iat, exp: iat + 3600, revoked: this.#house.store.revoked };
    return new Response(await this.#clock.track(this.#authority.sign("revoked+jwt", claims)));
  }

  #problem({ code, evidence }: Refused): Response {
    const status = STATUS[code] ?? 400;
    const { title, mend } = CODES[code as Code];
    const body = { type: `urn:problem-type:licence:${code}`, title, status, code, mend, server_time: this.#clock.secs(), ...evidence };
    const headers = { "Content-Type": "application/problem+json", ...(status === 401 && { "WWW-Authenticate": "Bearer" }) };
    return new Response(JSON.stringify(body), { status, headers });
  }
}

type Form = Readonly<Record<string, string | undefined>>;

async function form(request: Request): Promise<Form> {
  return Object.fromEntries(new URLSearchParams(await request.text()));
}

function data({ data }: SessionRow): Response {
  if (!data) throw new Refused("not_found");
  return new Response(data.text, { headers: { "Content-Type": "application/json", ETag: data.etag } });
}

