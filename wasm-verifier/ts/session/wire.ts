/** What is asked of the seat server, and what it answers. */

import type { Code } from "../codes.js";
import type { Environment } from "./environment.js";

/** Why something was not done (RFC 9457). */
export interface Problem {
  /** One word that never changes; `offline` where no answer came, or none that the server made. */
  readonly code: Code | "offline";
  readonly title: string;
  readonly status?: number;
  readonly detail?: string;
  readonly mend?: string;
  /** With `no_seat`. */
  readonly seats?: { readonly total: number; readonly in_use: number };
  /** With `no_seat`: when the first seat lapses if nobody renews it, in seconds since 1970. */
  readonly earliest?: number;
  /** With `no_seat`: how many come first, this one among them. */
  readonly place?: number;
  /** With `no_seat`: the session that was made, or goes on. */
  readonly session?: { readonly id: string };
  /** With `no_seat` and `too_many_sessions`: the person's own other sessions. */
  readonly sessions?: readonly { readonly id: string; readonly device?: string | null; readonly auth_time?: number }[];
  /** Seconds after which to come back; 0 where nobody said. */
  readonly retry_after?: number;
}

/** A seat and what is needed to use it. Times are seconds since 1970. */
export interface Grant {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly session: { readonly id: string; readonly expires_at: number };
  readonly seat: Seat;
  readonly licence: { readonly id: string; readonly state: string };
  readonly server_time: number;
}

/** The seat that is held, and how many there are. */
export interface Seat {
  readonly lease_end: number;
  readonly total: number;
  readonly in_use: number;
}

/** The body of a success, or why there is none. */
export type Answer<T> =
  | { readonly ok: true; readonly body: T; readonly etag: string }
  | { readonly ok: false; readonly problem: Problem };

/** Where the refresh token is: in a cookie that no script can read, or in this page's memory. */
export type Delivery = "cookie" | "body";

/** A request that hangs would hold the lock of all tabs: it is given up after this, and what it waited for. */
const TIMEOUT_MILLIS = 15_000;

const OFFLINE: Problem = { code: "offline", title: "the server cannot be reached", mend: "check the network" };

/** A server's routes. */
export class Wire {
  /** The refresh token, where it is not in a cookie. */
  refreshToken: string | undefined;
  readonly delivery: Delivery;
  readonly #environment: Environment;
  readonly #server: string;

  /** The access token of whoever is signed in. */
  readonly bearer: () => Promise<string | undefined>;

  constructor(environment: Environment, server: string, delivery: Delivery, bearer: () => Promise<string | undefined>) {
    this.bearer = bearer;
    this.#environment = environment;
    this.#server = server;
    this.delivery = delivery;
  }

  signIn(form: Record<string, string>, signal: AbortSignal): Promise<Answer<Grant>> {
    return this.#post("token", { grant_type: "password", delivery: this.delivery, ...form }, signal);
  }

  /** Renews the token and the seat, or takes a seat; waits for one at most `waitSecs` seconds. */
  refresh(waitSecs: number, signal: AbortSignal): Promise<Answer<Grant>> {
    return this.#post("refresh", { wait: String(waitSecs) }, signal, waitSecs * 1000);
  }

  signOut(): Promise<Answer<unknown>> {
    return this.#post("logout", {});
  }

  /** Calls a route as whoever is signed in. */
  async signed<T>(method: string, route: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer<T>> {
    const Authorization = `Bearer ${await this.bearer()}`;
    const sent = body !== undefined && { body: JSON.stringify(body) };
    const type = sent && { "Content-Type": "application/json" };
    return this.call(method, route, { credentials: "omit", headers: { ...headers, ...type, Authorization }, ...sent });
  }

  /** Calls a route, with our cookie where nothing else is said. */
  async call<T>(method: string, route: string, { signal, ...request }: RequestInit, patience = 0): Promise<Answer<T>> {
    const { fetch, setTimeout, clearTimeout } = this.#environment;
    const stop = new AbortController();
    const abort = () => stop.abort();
    signal?.addEventListener("abort", abort);
    const timer = setTimeout(abort, TIMEOUT_MILLIS + patience);
    try {
      const address = `${this.#server}/v1/${route}`;
      return await read<T>(await fetch(address, { method, cache: "no-store", credentials: "include", ...request, signal: stop.signal }));
    } catch {
      return { ok: false, problem: OFFLINE };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async #post<T>(route: string, form: Record<string, string>, signal?: AbortSignal, patience = 0): Promise<Answer<T>> {
    const body = new URLSearchParams(form);
    if (this.refreshToken) body.set("refresh_token", this.refreshToken);
    // A sign-out is not given up when its page goes; what waits for a seat is.
    const answer = await this.call<T>("POST", `auth/${route}`, { body, ...(signal ? { signal } : { keepalive: true }) }, patience);
    // A full house brings one along as well: the password was right. What is told of a problem goes without it.
    const given = (answer.ok ? answer.body : answer.problem) as { refresh_token?: string } | undefined;
    this.refreshToken = given?.refresh_token ?? this.refreshToken;
    if (!answer.ok) delete given?.refresh_token;
    return answer;
  }
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  if (response.ok) return { ok: true, body: body as T, etag: response.headers.get("ETag") ?? "" };
  const problem = body as Problem | undefined;
  // What has no code is not from the server but from something before it.
  return { ok: false, problem: { ...(problem?.code ? problem : OFFLINE), retry_after: Number(response.headers.get("Retry-After")) || 0 } };
}
