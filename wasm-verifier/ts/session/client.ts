/** The life of one sign-in: what is held, what is due, and what is told. */

import type { AccessClaims } from "../claims.js";
import type { Borrowed, Place } from "./borrow.js";
import { pause, ServerClock } from "./clock.js";
import { sessionData, type SessionData } from "./data.js";
import type { Environment, PageEvent } from "./environment.js";
import { Events } from "./events.js";
import { authorised } from "./fetch.js";
import { Activity } from "./idle.js";
import { backOff, pauseAfter, Schedule } from "./schedule.js";
import type { Credentials, Done, Session, SessionOptions } from "./session.js";
import { isNewer, MARGIN_SECS, Standing, type Held } from "./standing.js";
import type { SessionEvents, State } from "./state.js";
import { Memory } from "./storage.js";
import { Tabs, type Message } from "./tabs.js";
import { Trust, type Distrust } from "./trust.js";
import { Wire, type Answer, type Grant, type Problem } from "./wire.js";

/** The longest that the server waits for a seat in one request. */
const WAIT_SECS = 30;

/** How long a new tab waits for what the others know; the verifier is loaded meanwhile. */
const GREETING_MILLIS = 150;

/** After a seat was parked: what follows the click is no sign that it is wanted back. */
const PARKED_MILLIS = 3_000;

/** A licence that nobody has seen says nothing of idle time: the format's default. */
const IDLE_SECS = 7200;

/** After these, with 401, only a new sign-in helps. Nothing else signs anybody out. */
const ENDINGS: readonly string[] = ["invalid_grant", "refresh_reused", "store_behind"];

export class Client implements Session {
  readonly ready: Promise<State>;
  readonly fetch: Environment["fetch"];
  readonly data: SessionData;
  readonly #environment: Environment;
  readonly #wire: Wire;
  readonly #memory: Memory;
  readonly #clock: ServerClock;
  readonly #trust: Trust;
  readonly #standing: Standing;
  readonly #place: Place;
  readonly #tabs: Tabs;
  readonly #activity: Activity;
  readonly #schedule: Schedule;
  readonly #events = new Events<SessionEvents>();
  readonly #loaded: Promise<void>;
  readonly #unwatch: () => void;
  /** What the server, or the network, said last: a token's `jti`, or a mark of a problem. */
  #news = "";
  #failures = 0;
  #parkedUntil = 0;
  /** The session that was ended here: an answer that was under way does not bring it back. */
  #ended: string | undefined;
  /** Stops what is under way; replaced when it has been used, so it also tells what came too late. */
  #stop = new AbortController();
  /** What a tab is told that asks. */
  #latest: Message | undefined;
  #admission: Promise<unknown> = Promise.resolve();
  #renewal: Promise<void> | undefined;

  constructor(load: () => Promise<void>, environment: Environment, options: Omit<SessionOptions, "environment">) {
    const { server = "", apis = [], delivery = "cookie", ...anchors } = options;
    const address = new URL(server || "/", environment.base).href.replace(/\/$/, "");
    const name = `licence ${address} `;
    this.#environment = environment;
    this.#wire = new Wire(environment, address, delivery, () => this.token());
    this.#memory = new Memory(environment.store, name);
    this.#clock = new ServerClock(environment);
    this.#trust = new Trust(anchors, this.#clock, this.#memory, this.#wire);
    this.#standing = new Standing(environment, this.#clock, this.#trust, this.#events);
    this.#place = { keys: environment.keys, name, memory: this.#memory, trust: this.#trust, wire: this.#wire };
    this.#schedule = new Schedule(environment, () => void this.#onDue());
    this.#tabs = new Tabs(environment, name, (message) => this.#hear(message));
    this.#activity = new Activity(environment, (at) => this.#tabs.tell({ kind: "active", at }));
    const origins = new Set([address, ...apis].map((origin) => new URL(origin, environment.base).origin));
    this.fetch = authorised(environment, origins, { token: () => this.token(), instead: (of) => this.#instead(of) });
    this.data = sessionData(this.#wire);
    this.#unwatch = environment.watch((event) => this.#onPage(event));
    this.#loaded = load();
    this.ready = this.#start();
    // Whoever does not wait for it sees the same in `state`.
    this.ready.catch(() => {});
  }

  get state(): State {
    return this.#standing.state;
  }

  on<K extends keyof SessionEvents>(event: K, listener: (told: SessionEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  claims(): AccessClaims | undefined {
    return this.#standing.valid()?.claims;
  }

  now(): number {
    return this.#clock.secs();
  }

  async token(): Promise<string | undefined> {
    await this.ready;
    const isDue = this.#standing.phase === "in" && this.#failures === 0 && !this.#standing.isFresh();
    if (isDue && !this.#isIdle()) await this.#renew();
    return this.#standing.valid()?.grant.access_token;
  }

  busy(): () => void {
    this.active();
    return this.#activity.busy();
  }

  active(): void {
    this.#activity.touch();
    if (this.#standing.phase !== "idle" || this.#environment.now() < this.#parkedUntil) return;
    this.#standing.phase = "in";
    if (this.#standing.isFresh()) this.#plan();
    else void this.#renew();
  }

  async signIn({ endSession: end_session, ...person }: Credentials): Promise<{ readonly ok: true } | Distrust> {
    await this.#loaded;
    this.#interrupt();
    this.active();
    const said = Object.entries({ ...person, end_session }).filter(([, value]) => value !== undefined);
    const form = Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
    let outcome: { readonly ok: true } | Distrust = { ok: true };
    const { signal } = this.#stop;
    await this.#tabs.alone(() => this.#news, signal, false, async () => {
      // The cookie of whoever left without the network would be lost, and their session never ended.
      if (this.#memory.get("leaving")) await this.#tellLeaving();
      this.#wire.refreshToken = undefined;
      const sent = this.#environment.now();
      const answer = await this.#wire.signIn(form, signal);
      const isKept = answer.ok || answer.problem.code === "no_seat";
      if (isKept) this.#ended = undefined;
      if (isKept) await this.#take(answer, sent);
      if (!answer.ok) outcome = answer;
      else if (this.#standing.problem) outcome = { ok: false, problem: this.#standing.problem };
    });
    return outcome;
  }

  async signOut(): Promise<Done> {
    const { refreshToken } = this.#wire;
    this.#memory.set("leaving", true);
    this.#leave(undefined);
    this.#wire.refreshToken = refreshToken;
    return this.#tellLeaving();
  }

  async takeSeat({ wait = false, signal }: { wait?: boolean; signal?: AbortSignal } = {}): Promise<State> {
    await this.ready;
    const interrupt = () => this.#interrupt();
    signal?.addEventListener("abort", interrupt);
    this.#activity.touch();
    while (this.#standing.phase !== "out" && !this.#standing.valid() && !signal?.aborted && !this.#isIdle()) {
      this.#standing.phase = "in";
      await this.#renew(wait ? WAIT_SECS : 0);
      if (!wait) break;
      if (this.#failures > 0) await pause(this.#environment, backOff(this.#failures, this.#environment.random())).over;
    }
    signal?.removeEventListener("abort", interrupt);
    return this.#standing.state;
  }

  async park(): Promise<Done> {
    if (!this.#standing.valid()) return { ok: true };
    const answer = await this.#wire.signed("POST", "seats/release");
    if (!answer.ok) return answer;
    this.#tabs.tell({ kind: "parked" });
    this.#rest();
    return { ok: true };
  }

  async borrow(days: number): Promise<Borrowed> {
    const { borrow } = await import("./borrow.js");
    const result = await borrow(this.#place, days);
    if (result.ok) this.#standing.lent = result.lease;
    this.#show();
    return result;
  }

  async giveBack(): Promise<Done> {
    const { giveBack } = await import("./borrow.js");
    const result = await giveBack(this.#place);
    if (result.ok) this.#standing.lent = undefined;
    this.#show();
    return result;
  }

  close(): void {
    this.#interrupt();
    this.#schedule.due = Infinity;
    this.#unwatch();
    this.#tabs.close();
  }

  async #start(): Promise<State> {
    if (this.#memory.get("leaving")) {
      this.#standing.phase = "out";
      void this.#tellLeaving();
    }
    await this.#join();
    if (!this.#standing.valid() && this.#memory.get("lease")) await this.#restore();
    this.#show();
    return this.#standing.state;
  }

  /** Goes on with what the other tabs have, or else with what the server says. */
  async #join(): Promise<void> {
    const greeting = this.#tabs.ask(this.#news, GREETING_MILLIS);
    await this.#loaded;
    this.#trust.look();
    await greeting;
    await this.#admission;
    if (!this.#standing.valid() && (this.#standing.phase === "starting" || this.#standing.phase === "in")) await this.#renew();
  }

  async #restore(): Promise<void> {
    const { restore } = await import("./borrow.js");
    const result = await restore(this.#place);
    if (result.ok) this.#standing.lent = result.lease;
  }

  /** Asks the server, if no other tab does or has just done so. */
  #renew(waitSecs = 0): Promise<void> {
    if (this.#renewal) return this.#renewal;
    const renewal = this.#renewOnce(waitSecs).finally(() => {
      if (this.#renewal === renewal) this.#renewal = undefined;
    });
    return (this.#renewal = renewal);
  }

  async #renewOnce(waitSecs: number): Promise<void> {
    const { signal } = this.#stop;
    await this.#loaded;
    await this.#tabs
      .alone(() => this.#news, signal, true, async () => {
        const sent = this.#environment.now();
        const answer = await this.#wire.refresh(waitSecs, signal);
        if (!signal.aborted) await this.#take(answer, sent);
      })
      .catch((failure: unknown) => {
        // A sign-out or an interruption takes the request for the lock back.
        if (!signal.aborted) throw failure;
      });
  }

  /** Takes over what the server answered to this tab, and tells the others. */
  async #take(answer: Answer<Grant>, sent: number): Promise<void> {
    if (answer.ok) {
      await this.#admit(answer.body, sent, this.#environment.now());
    } else if (answer.problem.status === 401 && !this.#memory.get("session")) {
      // Nobody was signed in, or by another server that used to listen here.
      return this.#leave(undefined);
    } else if (answer.problem.status === 401 && ENDINGS.includes(answer.problem.code)) {
      return this.#leave(answer.problem);
    } else this.#fail(answer.problem);
    if (this.#latest) this.#tabs.tell(this.#latest);
  }

  /** Takes a token over once it is verified; one after the other, so that an older one never follows a newer. */
  #admit(grant: Grant, sent: number, received: number): Promise<void> {
    const { signal } = this.#stop;
    const admission = this.#admission.then(async () => {
      await this.#loaded;
      const skew_secs = this.#clock.learn(grant.server_time, sent, received);
      if (skew_secs !== undefined) this.#events.emit("clock", { skew_secs });
      const access = await this.#trust.verify(grant.access_token, grant.licence.id);
      if (signal.aborted) return;
      if (access.ok) this.#hold({ grant, claims: access.claims, chain: access.chain, sent, received });
      else this.#fail(access.problem);
    });
    this.#admission = admission;
    return admission;
  }

  #hold(held: Held): void {
    const { claims, grant } = held;
    if (claims.sid === this.#ended) return;
    if (!this.#standing.held || isNewer(claims, this.#standing.held.claims)) {
      this.#standing.held = held;
      this.#wire.refreshToken = grant.refresh_token ?? this.#wire.refreshToken;
      this.#memory.set("session", claims.sid);
      this.#compareLog(held);
    }
    this.#news = this.#standing.held.claims.jti;
    this.#latest = { kind: "grant", grant: this.#standing.held.grant, sent: this.#standing.held.sent, received: this.#standing.held.received };
    this.#standing.phase = "in";
    this.#standing.problem = undefined;
    this.#failures = 0;
    this.#standing.setOffline(false);
    this.#plan();
    this.#tabs.settled();
    this.#show();
  }

  /** Nothing was granted: what is held stays until its end. */
  #fail(problem: Distrust["problem"], news = `problem ${this.#environment.random()}`, due = this.#retryAt(problem)): void {
    this.#news = news;
    this.#latest = { kind: "problem", problem, news, due, refreshToken: this.#wire.refreshToken };
    this.#standing.problem = problem;
    this.#standing.setOffline(problem.code === "offline");
    this.#failures += 1;
    if (problem.code === "no_seat") {
      this.#memory.set("session", (problem as Problem).session?.id);
      this.#standing.phase = "full";
      this.#failures = 0;
      this.#events.emit("no_seat", problem as Problem);
    } else if (this.#standing.phase !== "idle") this.#standing.phase = "in";
    this.#schedule.due = due;
    this.#tabs.settled();
    this.#show();
  }

  #retryAt(problem: Distrust["problem"]): number {
    const end = this.#standing.valid() ? this.#standing.end() : Infinity;
    const { random, now } = this.#environment;
    return Math.min(end, now() + pauseAfter(problem as Problem, this.#failures + 1, random()));
  }

  /** Forgets the sign-in, here and in the other tabs. */
  #leave(reason: Problem | undefined, isTold = false): void {
    const session = this.#standing.held?.claims.sid ?? this.#memory.get("session");
    const wasIn = this.#standing.phase !== "out" && (session !== undefined || reason !== undefined);
    if (!isTold) this.#tabs.tell({ kind: "signed_out", reason, session });
    this.#interrupt();
    this.#ended = session;
    this.#drop();
    this.#standing.problem = reason;
    this.#news = "";
    this.#failures = 0;
    this.#standing.phase = "out";
    this.#wire.refreshToken = undefined;
    this.#memory.set("session", undefined);
    this.#schedule.due = Infinity;
    this.#tabs.settled();
    this.#show();
    if (wasIn) this.#events.emit("signed_out", reason ? { reason } : {});
  }

  /** Tells the server of a sign-out, now or as soon as it can be reached. */
  async #tellLeaving(): Promise<Done> {
    const answer = await this.#wire.signOut();
    if (answer.ok) {
      this.#memory.set("leaving", undefined);
      this.#wire.refreshToken = undefined;
      this.#failures = 0;
    } else {
      this.#failures += 1;
      if (this.#standing.phase === "out") this.#schedule.due = this.#retryAt(answer.problem);
    }
    this.#standing.setOffline(!answer.ok && answer.problem.code === "offline");
    return answer.ok ? { ok: true } : answer;
  }

  /** Lets the seat go and keeps the login. */
  #rest(): void {
    this.#interrupt();
    this.#drop();
    this.#standing.problem = undefined;
    this.#standing.phase = "idle";
    this.#parkedUntil = this.#environment.now() + PARKED_MILLIS;
    this.#schedule.due = Infinity;
    this.#show();
  }

  #onDue(): void {
    if (this.#standing.phase === "out") {
      if (this.#memory.get("leaving")) void this.#tellLeaving();
      return;
    }
    if (!this.#standing.valid()) this.#drop();
    if (this.#standing.phase === "in" && this.#isIdle()) this.#standing.phase = "idle";
    if (this.#standing.phase === "in") void this.#renew();
    else this.#plan();
    this.#show();
  }

  #onPage(event: PageEvent): void {
    if (event === "activity") this.active();
    else if (event === "wake") this.#schedule.check();
    else if (event === "online") this.#schedule.due = this.#failures > 0 ? this.#environment.now() : this.#schedule.due;
    else if (event === "hidden") this.#tabs.close();
    else this.#comeBack();
  }

  /** The page was kept as it was left, and heard nothing meanwhile. */
  #comeBack(): void {
    this.#tabs.open();
    const session = this.#memory.get("session");
    if (session === undefined && this.#standing.held) return this.#leave(undefined, true);
    if (session !== this.#standing.held?.claims.sid) {
      this.#drop();
      this.#show();
    }
    void this.#join();
  }

  #hear(message: Message): void {
    const { kind } = message;
    if (kind === "ask") {
      if (this.#latest && message.news !== this.#news) this.#tabs.tell(this.#latest);
    } else if (kind === "grant") void this.#admit(message.grant, message.sent, message.received);
    else if (kind === "active") this.#activity.seen(message.at);
    else if (kind === "parked") this.#rest();
    else if (kind === "signed_out") this.#leave(message.reason, true);
    else if (kind === "problem") {
      // Whoever is signed out hears of a full house only where somebody has signed in anew.
      const { session } = message.problem as Problem;
      if (this.#standing.phase === "out" && (!session || session.id === this.#ended)) return;
      this.#wire.refreshToken = message.refreshToken;
      this.#fail(message.problem, message.news, message.due + 1_000 * this.#environment.random());
    }
  }

  #drop(): void {
    this.#standing.held = undefined;
    this.#latest = undefined;
  }

  #show(): void {
    this.#standing.show(this.#schedule.due);
  }

  #plan(): void {
    this.#schedule.due = this.#standing.end(this.#standing.phase === "in" ? MARGIN_SECS : 0);
  }

  #isIdle(): boolean {
    const { licence } = this.#trust;
    return this.#activity.isIdle(licence?.ok ? licence.claims.seats.idle_secs : IDLE_SECS);
  }

  /** A token in place of one that was refused. */
  async #instead(of: string): Promise<string | undefined> {
    if (this.#standing.phase === "in" && this.#standing.held?.grant.access_token === of) await this.#renew();
    return this.#standing.valid()?.grant.access_token;
  }

  #interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#renewal = undefined;
  }

  /** Without the network to fetch what compares, or the way between, nothing is told. */
  #compareLog({ claims, sent, received }: Held): void {
    const witness = { memory: this.#memory, wire: this.#wire, random: this.#environment.random };
    const compared = import("./rollback.js").then(({ compare }) => compare(witness, claims, sent, received));
    compared.then((found) => found && this.#events.emit("rollback", found)).catch(() => {});
  }
}
