/** The test server's routes, and how a refusal is told. */

import { CODES, type Code } from "../codes.js";
import { Refused, type SessionRow } from "./house.js";
import { uuid } from "./keys.js";
import { borrow, giveBack } from "./lending.js";
import { piece } from "./log.js";
import { refresh, signIn, signOut } from "./sign_in.js";
import type { Form, Site, TestBrowser } from "./site.js";

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

/** What is answered to whom. */
export class Routes {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
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
    const { pathname, searchParams } = new URL(request.url);
    const { house, authority, clock } = this.#site;
    const route = `${request.method} ${pathname.replace(/^.*\/v1\//, "")}`;
    const bearer = () => house.bearer(request.headers.get("Authorization")?.replace("Bearer ", ""));
    switch (route) {
      case "POST auth/token":
        return signIn(this.#site, await form(request), browser, request.signal);
      case "POST auth/refresh":
        return refresh(this.#site, await form(request), browser, request.signal);
      case "POST auth/logout":
        return signOut(this.#site, await form(request), browser);
      case "GET licence":
        return Response.json({ file: authority.licence.file, id: authority.licence.claims.jti, seats: house.seats() });
      case "GET log":
        return Response.json(await clock.track(piece(house.store.epoch, house.store.log, searchParams)));
      case "GET me":
        return Response.json({ sub: bearer().user });
      case "GET session/data":
        return data(bearer());
      case "PUT session/data":
        return this.#put(bearer(), request);
      case "POST seats/release":
        house.release(bearer());
        return new Response(null, { status: 204 });
      case "POST seats/borrow":
        return borrow(this.#site, bearer(), (await request.json()) as { days: number; key: object });
      case "GET revoked":
        return this.#revoked();
    }
    const [, loan] = /^DELETE seats\/borrow\/(.+)$/.exec(route) ?? [];
    if (loan === undefined) throw new Refused("not_found");
    return giveBack(this.#site, bearer(), loan);
  }

  async #put(session: SessionRow, request: Request): Promise<Response> {
    const text = await request.text();
    if (text.length > DATA_BYTES_MAX) throw new Refused("too_large");
    const wanted = request.headers.get("If-Match");
    if (wanted !== null && wanted !== session.data?.etag) throw new Refused("precondition_failed");
    session.data = { text, etag: `"${uuid(this.#site.clock.now())}"` };
    this.#site.house.append();
    return new Response(null, { status: 204, headers: { ETag: session.data.etag } });
  }

  async #revoked(): Promise<Response> {
    const { house, authority, clock } = this.#site;
    const iat = clock.secs();
    const claims = { ver: 1, aud: `revoked:${authority.product}`, iat, exp: iat + 3600, revoked: house.store.revoked };
    return new Response(await clock.track(authority.sign("revoked+jwt", claims)));
  }

  #problem({ code, evidence }: Refused): Response {
    const status = STATUS[code] ?? 400;
    const { title, mend } = CODES[code as Code];
    const server_time = this.#site.clock.secs();
    const body = { type: `urn:problem-type:licence:${code}`, title, status, code, mend, server_time, ...evidence };
    const headers = { "Content-Type": "application/problem+json", ...(status === 401 && { "WWW-Authenticate": "Bearer" }) };
    return new Response(JSON.stringify(body), { status, headers });
  }
}

async function form(request: Request): Promise<Form> {
  return Object.fromEntries(new URLSearchParams(await request.text()));
}

function data({ data }: SessionRow): Response {
  if (!data) throw new Refused("not_found");
  return new Response(data.text, { headers: { "Content-Type": "application/json", ETag: data.etag } });
}
