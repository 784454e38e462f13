/** Signing in and out, renewing, and waiting for a seat, as the routes under `/v1/auth` do it. */

import { Refused, type SessionRow } from "./house.js";
import { head } from "./log.js";
import type { Form, Site, TestBrowser } from "./site.js";

/** The longest that one request waits for a seat. */
const WAIT_SECS_MAX = 30;

/** Who asks for a token, and how. */
interface Asking {
  readonly form: Form;
  readonly browser: TestBrowser;
  readonly signal: AbortSignal;
  readonly isCookie: boolean;
}

/** `POST /v1/auth/token` with a password. */
export async function signIn(site: Site, form: Form, browser: TestBrowser, signal: AbortSignal): Promise<Response> {
  const { username = "", password, grant_type } = form;
  if (grant_type !== "password") throw new Refused("invalid_request");
  if (password !== `${username}-password`) throw new Refused("invalid_grant");
  const session = site.house.open(site.house.userId(username), form["device"] ?? null, form["end_session"]);
  return grant(site, session, { form, browser, signal, isCookie: form["delivery"] === "cookie" });
}

/** `POST /v1/auth/refresh`, with a cookie or the token itself. */
export async function refresh(site: Site, form: Form, browser: TestBrowser, signal: AbortSignal): Promise<Response> {
  const isCookie = form["refresh_token"] === undefined;
  const token = form["refresh_token"] ?? browser.cookie;
  if (token === undefined) throw new Refused("invalid_grant");
  try {
    const { session, rotate } = site.house.shown(token);
    return await grant(site, session, { form, browser, signal, isCookie }, rotate);
  } catch (refused) {
    const code = refused instanceof Refused && refused.code;
    // A cookie goes with its session, and never with a race that was lost.
    if (isCookie && (code === "invalid_grant" || code === "refresh_reused")) browser.cookie = undefined;
    throw refused;
  }
}

/** `POST /v1/auth/logout`. */
export function signOut({ house }: Site, form: Form, browser: TestBrowser): Response {
  const [id] = (form["refresh_token"] ?? browser.cookie ?? "").replace(/^lrt1_/, "").split(".");
  if (id && house.store.sessions[id]) house.end(id);
  if (form["refresh_token"] === undefined) browser.cookie = undefined;
  return new Response(null, { status: 204 });
}

async function grant(site: Site, session: SessionRow, asking: Asking, rotate?: () => void): Promise<Response> {
  const { house, authority, clock } = site;
  const { form, browser, signal, isCookie } = asking;
  try {
    await takeSeat(site, session, Math.min(WAIT_SECS_MAX, Number(form["wait"] ?? 0)), signal);
  } catch (refused) {
    // The password was right: the sign-in stays, and nobody types it again. At a refresh nothing is sent again.
    if (!rotate && isCookie) browser.cookie = house.refreshToken(session);
    if (!rotate && !isCookie && refused instanceof Refused) Object.assign(refused.evidence, { refresh_token: house.refreshToken(session) });
    throw refused;
  }
  rotate?.();
  const claims = house.tokenClaims(session) as { seq: number; exp: number; iat: number };
  const signed = head(house.store.log, claims.seq).then((head) => authority.sign("at+jwt", { ...claims, head }));
  const access_token = await clock.track(signed);
  house.issued(access_token, session, claims.exp);
  if (isCookie) browser.cookie = house.refreshToken(session);
  return Response.json({
    access_token,
    token_type: "bearer",
    expires_in: claims.exp - claims.iat,
    ...(!isCookie && { refresh_token: house.refreshToken(session) }),
    session: { id: session.id, expires_at: session.ends_at },
    seat: { lease_end: session.lease_end, ...house.seats() },
    licence: { id: authority.licence.claims.jti, state: "valid" },
    server_time: claims.iat,
  });
}

async function takeSeat({ house, clock }: Site, session: SessionRow, waitSecs: number, signal: AbortSignal): Promise<void> {
  const until = clock.secs() + waitSecs;
  for (;;) {
    if (clock.secs() >= until) return house.seat(session);
    try {
      return house.seat(session);
    } catch (refused) {
      if (!(refused instanceof Refused) || refused.code !== "no_seat" || signal.aborted) throw refused;
      await house.turn(session.user, within(clock, 1_000, signal));
    }
  }
}

/** A second at a time, so that a lease that lapses is noticed. */
function within(clock: Site["clock"], millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const timer = clock.setTimeout(stop, millis);
    signal.addEventListener("abort", stop);
  });
}
