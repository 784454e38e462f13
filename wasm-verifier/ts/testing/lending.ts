/** Seats that are taken along, as the routes under `/v1/seats/borrow` lend them. */

import { Refused, type SessionRow } from "./house.js";
import { uuid } from "./keys.js";
import type { Site } from "./site.js";

const DAY_SECS = 86_400;

/** Lends a seat, bound to a key. */
export async function borrow({ house, authority, clock }: Site, session: SessionRow, { days, key }: { days: number; key: object }): Promise<Response> {
  const { aud, jti: lic, seats } = authority.licence.claims;
  const out = Object.values(house.store.loans).filter(({ exp }) => exp > clock.secs());
  if (!seats.borrow || out.length >= seats.borrow.seats_max) throw new Refused("forbidden");
  const [iat, id] = [clock.secs(), uuid(clock.now())];
  const exp = iat + Math.min(days, seats.borrow.days_max) * DAY_SECS;
  const who = { ver: 1, iss: "https://seats.test", aud: `lease:${aud}`, sub: session.user, jti: id, sid: session.id };
  const lease = await clock.track(authority.sign("lease+jwt", { ...who, iat, exp, lic, cnf: { jwk: key } }));
  house.store.loans[id] = { user: session.user, exp, isReturned: false };
  house.append();
  return Response.json({ id, lease, expires_at: exp, server_time: iat }, { status: 201 });
}

/** Takes it back. */
export function giveBack({ house }: Site, session: SessionRow, id: string): Response {
  const loan = house.store.loans[id];
  if (loan?.user !== session.user) throw new Refused("not_found");
  loan.isReturned = true;
  house.callNext();
  return new Response(null, { status: 204 });
}
