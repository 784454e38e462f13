/** The rules of a seat server, as far as a client can tell them from the real ones. Times are seconds since 1970. */

import type { LicenceClaims } from "../claims.js";
import { randomText, uuid } from "./keys.js";

const REPLAY_SECS = 30;
const REPLAYS_MAX = 20;
const PLACE_KEPT_SECS = 60;
const TOKEN_SECS = 900;
const SESSION_SECS = 180 * 86_400;

/** One sign-in. */
export interface SessionRow {
  readonly id: string;
  readonly user: string;
  readonly device: string | null;
  readonly auth_time: number;
  readonly ends_at: number;
  secret: string;
  parent?: { readonly secret: string; readonly at: number; replays: number };
  lease_end: number;
  data?: { readonly text: string; readonly etag: string };
}

/** All that a copy of the store would hold. */
export interface Store {
  epoch: string;
  /** Digests of the log's entries. */
  log: string[];
  sessions: Record<string, SessionRow>;
  /** Sessions by each access token that is out. */
  tokens: Record<string, { readonly session: string; readonly exp: number }>;
  loans: Record<string, { readonly user: string; readonly exp: number; isReturned: boolean }>;
  /** What services that verify offline are told: tokens of these sessions made earlier are taken back. */
  revoked: { readonly sid: string; readonly before: number; readonly until: number }[];
}

/** What is refused, by the code that a client is told. */
export class Refused {
  readonly code: string;
  readonly evidence: object;

  constructor(code: string, evidence: object = {}) {
    this.code = code;
    this.evidence = evidence;
  }
}

interface Place {
  readonly user: string;
  keptUntil: number;
  wake: (() => void) | undefined;
}

/** Seats, sessions, and who waits. */
export class House {
  store: Store;
  readonly #queue: Place[] = [];
  readonly #users = new Map<string, string>();
  readonly #secs: () => number;
  readonly #licence: () => LicenceClaims;

  constructor(secs: () => number, licence: () => LicenceClaims) {
    this.#secs = secs;
    this.#licence = licence;
    this.store = { epoch: newEpoch(1), log: [], sessions: {}, tokens: {}, loans: {}, revoked: [] };
    this.append();
  }

  /** Seats there are, and those that are held. */
  seats(): { total: number; in_use: number } {
    return { total: this.#licence().seats.active_max, in_use: this.#holders().size };
  }

  /** Everybody is known here, from the first time that they are named. */
  userId(username: string): string {
    const id = this.#users.get(username) ?? uuid(this.#secs() * 1000);
    this.#users.set(username, id);
    return id;
  }

  /** One more line in the log. */
  append(): void {
    this.store.log.push(randomText(32));
  }

  /** A session for somebody whose password was right. */
  open(user: string, device: string | null, endSession: string | undefined): SessionRow {
    const now = this.#secs();
    if (endSession !== undefined && this.store.sessions[endSession]?.user === user) this.end(endSession);
    const active = Object.values(this.store.sessions).filter((session) => session.user === user && session.lease_end > now);
    if (active.length >= this.#licence().seats.sessions_max) {
      const sessions = active.map(({ id, device, auth_time }) => ({ id, device, auth_time }));
      throw new Refused("too_many_sessions", { sessions });
    }
    const [id, secret] = [uuid(now * 1000), randomText(32)];
    const session: SessionRow = { id, user, device, auth_time: now, ends_at: now + SESSION_SECS, secret, lease_end: 0 };
    this.store.sessions[id] = session;
    this.append();
    return session;
  }

  /** The session of a genuine refresh token, rotated unless it is a repetition. */
  shown(token: string): { session: SessionRow; rotate: () => void } {
    const [id = "", secret = ""] = token.replace(/^lrt1_/, "").split(".");
    if (!token.startsWith("lrt1_")) throw new Refused("malformed");
    const session = this.store.sessions[id];
    const now = this.#secs();
    if (!session || session.ends_at <= now) throw new Refused("invalid_grant");
    if (session.secret === secret) return { session, rotate: () => this.#rotate(session) };
    const { parent } = session;
    if (parent?.secret === secret && now - parent.at < REPLAY_SECS && parent.replays < REPLAYS_MAX) {
      parent.replays += 1;
      return { session, rotate: () => {} };
    }
    this.end(id);
    throw new Refused("refresh_reused");
  }

  /** Takes a seat, or renews it. */
  seat(session: SessionRow): void {
    const now = this.#secs();
    if (!this.#mayTake(session.user)) throw this.noSeat(session);
    this.#leaveQueue(session.user);
    session.lease_end = Math.max(session.lease_end, now + this.#licence().seats.lease_secs);
    this.append();
  }

  /** A full house, as it is told; asking is what gets a place in the queue. */
  noSeat(session: SessionRow): Refused {
    const now = this.#secs();
    const place = this.#place(session.user);
    place.keptUntil = now + PLACE_KEPT_SECS;
    const leases = Object.values(this.store.sessions).map(({ lease_end }) => lease_end);
    const earliest = Math.min(...leases.filter((end) => end > now));
    return new Refused("no_seat", {
      seats: this.seats(),
      ...(earliest < Infinity && { earliest }),
      place: this.#queue.indexOf(place) + 1,
      session: { id: session.id, expires_at: session.ends_at },
    });
  }

  /** Waits until it may be this one's turn. */
  async turn(user: string, elapsed: Promise<void>): Promise<void> {
    const place = this.#place(user);
    const woken = new Promise<void>((resolve) => (place.wake = resolve));
    place.keptUntil = Infinity;
    await Promise.race([woken, elapsed]);
    place.wake = undefined;
    place.keptUntil = this.#secs() + PLACE_KEPT_SECS;
  }

  /** Has those at the head of the queue look again. */
  callNext(): void {
    this.#dropLapsed();
    for (const { wake, user } of [...this.#queue]) if (this.#mayTake(user)) wake?.();
  }

  /** Ends a session with its tokens; its seat is free at once. */
  end(id: string): void {
    delete this.store.sessions[id];
    this.#revokeTokens(id);
    this.append();
    this.callNext();
  }

  /** Gives the seat of a session back, and keeps the sign-in. */
  release(session: SessionRow): void {
    session.lease_end = 0;
    this.#revokeTokens(session.id);
    this.append();
    this.callNext();
  }

  /** Writes an access token down, so that it can be told and taken back. */
  issued(text: string, session: SessionRow, exp: number): void {
    this.store.tokens[text] = { session: session.id, exp };
  }

  /** The session of an access token that is good now. */
  bearer(token: string | undefined): SessionRow {
    const known = this.store.tokens[token ?? ""];
    const session = known && known.exp > this.#secs() ? this.store.sessions[known.session] : undefined;
    if (!session) throw new Refused("invalid_token");
    return session;
  }

  /** What a token says of the session; the log's head is left to whoever signs it. */
  tokenClaims(session: SessionRow): object {
    const iat = this.#secs();
    const { aud, jti: lic } = this.#licence();
    const { epoch, log } = this.store;
    const who = { iss: "https://seats.test", aud, sub: session.user, client_id: aud, iat, exp: iat + TOKEN_SECS, jti: uuid(iat * 1000) };
    const sign_in = { sid: session.id, auth_time: session.auth_time, scope: "seat", roles: [] };
    return { ...who, ...sign_in, lic, epoch, seq: log.length };
  }

  refreshToken({ id, secret }: SessionRow): string {
    return `lrt1_${id}.${secret}`;
  }

  #rotate(session: SessionRow): void {
    session.parent = { secret: session.secret, at: this.#secs(), replays: 0 };
    session.secret = randomText(32);
  }

  #revokeTokens(session: string): void {
    const now = this.#secs();
    this.store.revoked = this.store.revoked.filter(({ until }) => until > now);
    this.store.revoked.push({ sid: session, before: now + 1, until: now + TOKEN_SECS + 60 });
    for (const [text, token] of Object.entries(this.store.tokens)) if (token.session === session) delete this.store.tokens[text];
  }

  #holders(): Set<string> {
    const now = this.#secs();
    const seated = Object.values(this.store.sessions).filter(({ lease_end }) => lease_end > now);
    const away = Object.values(this.store.loans).filter(({ exp, isReturned }) => exp > now && !isReturned);
    return new Set([...seated, ...away].map(({ user }) => user));
  }

  /** Whoever has a seat keeps it; the others go in the order of the queue. */
  #mayTake(user: string): boolean {
    const holders = this.#holders();
    if (holders.has(user)) return true;
    this.#dropLapsed();
    const { active_max, overage } = this.#licence().seats;
    const index = this.#queue.findIndex((place) => place.user === user);
    const ahead = index < 0 ? this.#queue.length : index;
    return holders.size + ahead < active_max + overage;
  }

  #place(user: string): Place {
    this.#dropLapsed();
    const known = this.#queue.find((place) => place.user === user);
    if (known) return known;
    const place: Place = { user, keptUntil: this.#secs() + PLACE_KEPT_SECS, wake: undefined };
    this.#queue.push(place);
    return place;
  }

  #leaveQueue(user: string): void {
    const index = this.#queue.findIndex((place) => place.user === user);
    if (index >= 0) this.#queue.splice(index, 1);
  }

  #dropLapsed(): void {
    for (const { user, keptUntil } of [...this.#queue]) if (keptUntil <= this.#secs()) this.#leaveQueue(user);
  }
}

/** A new life of a store. */
export function newEpoch(counter: number): string {
  const tag = crypto.getRandomValues(new Uint8Array(8));
  return `${counter}-${[...tag].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
