/** The life of one sign-in: what is held, what is due, and what is told. */

import type { AccessClaims, LeaseClaims } from "../claims.js";
import type { Link } from "../chain.js";
import { Borrowing, type Borrowed } from "./borrow.js";
import { ServerClock } from "./clock.js";
import { sessionData, type SessionData } from "./data.js";
import type { Environment, PageEvent } from "./environment.js";
import { Events } from "./events.js";
import { authorised } from "./fetch.js";
import { Activity } from "./idle.js";
import { judge } from "./rollback.js";
import { backOff, Schedule } from "./schedule.js";
import type { Credentials, Done, Session, SessionOptions } from "./session.js";
import type { SessionEvents, State, Status } from "./state.js";
import { Memory } from "./storage.js";
import { Tabs, type Message } from "./tabs.js";
import { Trust, type Distrust } from "./trust.js";
import { Wire, type Answer, type Grant, type Problem } from "./wire.js";

/** How long before a token ends it is renewed. */
const MARGIN_SECS = 60;

/** The longest that the server waits for a seat in one request. */
const WAIT_SECS = 30;

/** How long a new tab waits for what the others know; the verifier is loaded meanwhile. */
const GREETING_MILLIS = 150;

/** After a seat was parked: what follows the click is no sign that it is wanted back. */
const PARKED_MILLIS = 3_000;

/** When to look again where only others can mend it, as with a licence that has ended. */
const REFUSED_MILLIS = 60_000;

/** A licence that nobody has seen says nothing of idle time: the format's default. */
const IDLE_SECS = 7200;

/** After these, with 401, only a new sign-in helps. Nothing else signs anybody out. */
const ENDINGS: readonly string[] = ["invalid_grant", "refresh_reused", "store_behind"];

/** What is wanted: to sign in, a seat, a place in the queue, or nothing until somebody is there. */
type Phase = "starting" | "out" | "in" | "full" | "idle";

/** A verified token, with when it was asked for and when it came, by this machine's clock. */
interface Held {
  readonly grant: Grant;
  readonly claims: AccessClaims;
  readonly chain: readonly Link[];
  readonly sent: number;
  readonly received: number;
}

export class Client implements Session {
  readonly ready: Promise<State>;
  readonly fetch: Environment["fetch"];
  readonly data: SessionData;
  readonly #environment: Environment;
  readonly #wire: Wire;
  readonly #memory: Memory;
  readonly #clock: ServerClock;
  readonly #trust: Trust;
  readonly #borrowing: Borrowing;
  readonly #tabs: Tabs;
  readonly #activity: Activity;
  readonly #schedule: Schedule;
  readonly #events = new Events<SessionEvents>();
  readonly #loaded: Promise<void>;
  readonly #unwatch: () => void;

  #phase: Phase = "starting";
  #state: State = Object.freeze({ status: "starting" });
  #held: Held | undefined;
  #problem: Distrust["problem"] | undefined;
  /** What the server, or the network, said last: a token's `jti`, or a mark of a problem. */
  #news = "";
  #failures = 0;
  #isOffline = false;
  #toldLicence: string | undefined;
  #parkedUntil = 0;
  /** The session that was ended here: an answer that was under way does not bring it back. */
  #ended: string | undefined;
  /** Stops what is under way; replaced when it has been used, so it also tells what came too late. */
  #stop = new AbortController();
  #admission: Promise<unknown> = Promise.resolve();
  #renewal: Promise<void> | undefined;

  constructor(load: () => Promise<void>, environment: Environment, options: Omit<SessionOptions, "environment">) {
    const { server = "", apis = [], delivery = "cookie", ...anchors } = options;
    const address = new URL(server || "/", environment.base).href.replace(/\/$/, "");
    const name = `licence ${address} `;
    this.#environment = environment;
    this.#wire = new Wire(environment, address, delivery);
    this.#memory = new Memory(environment.store, name);
    this.#clock = new ServerClock(environment);
    this.#trust = new Trust(anchors, this.#clock, this.#memory, this.#wire);
    this.#borrowing = new Borrowing(environment.keys, name, this.#memory, this.#trust, this.#wire);
    this.#schedule = new Schedule(environment, () => void this.#onDue());
    this.#tabs = new Tabs(environment, name, (message) => this.#hear(message));
    this.#activity = new Activity(environment, (at) => this.#tabs.tell({ kind: "active", at }));
    const origins = new Set([address, ...apis].map((origin) => new URL(origin, environment.base).origin));
    this.fetch = authorised(environment, origins, { token: () => this.token(), instead: (of) => this.#instead(of) });
    this.data = sessionData(this.#wire, () => this.token());
    this.#unwatch = environment.watch((event) => this.#onPage(event));
    this.#loaded = load();
    this.ready = this.#start();
    // Whoever does not wait for it sees the same in `state`.
    this.ready.catch(() => {});
  }

  get state(): State {
    return this.#state;
  }

  on<K extends keyof SessionEvents>(event: K, listener: (told: SessionEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  claims(): AccessClaims | undefined {
    return this.#valid()?.claims;
  }

  async token(): Promise<string | undefined> {
    await this.ready;
    const isDue = this.#phase === "in" && this.#failures === 0 && !this.#isFresh();
    if (isDue && !this.#isIdle()) await this.#renew();
    return this.#valid()?.grant.access_token;
  }

  busy(): () => void {
    this.active();
    return this.#activity.busy();
  }

  active(): void {
    this.#activity.touch();
    if (this.#phase !== "idle" || this.#environment.now() < this.#parkedUntil) return;
    this.#phase = "in";
    if (this.#isFresh()) this.#plan();
    else void this.#renew();
  }

  async signIn({ username, password, remember, device, endSession }: Credentials): Promise<{ readonly ok: true } | Distrust> {
    await this.#loaded;
    this.#interrupt();
    this.active();
    const form = {
      username,
      password,
      ...(remember !== undefined && { remember: String(remember) }),
      ...(device !== undefined && { device }),
      ...(endSession !== undefined && { end_session: endSession }),
    };
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
      outcome = answer.ok ? this.#outcome() : answer;
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
    while (this.#phase !== "out" && !this.#valid() && !signal?.aborted && !this.#isIdle()) {
      this.#phase = "in";
      await this.#renew(wait ? WAIT_SECS : 0);
      if (!wait) break;
      if (this.#failures > 0) await this.#pause(backOff(this.#failures, this.#environment.random()));
    }
    signal?.removeEventListener("abort", interrupt);
    return this.#state;
  }

  async park(): Promise<Done> {
    const token = this.#valid()?.grant.access_token;
    if (token === undefined) return { ok: true };
    const answer = await this.#wire.call("POST", "seats/release", { credentials: "omit", token });
    if (!answer.ok) return answer;
    this.#tabs.tell({ kind: "parked" });
    this.#rest();
    return { ok: true };
  }

  async borrow(days: number): Promise<Borrowed> {
    const result = await this.#borrowing.borrow(days, await this.token());
    this.#show();
    return result;
  }

  async giveBack(): Promise<Done> {
    const result = await this.#borrowing.giveBack(await this.token());
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
    const greeting = this.#tabs.ask(this.#news, GREETING_MILLIS);
    await this.#loaded;
    this.#trust.look();
    if (this.#memory.get("leaving")) {
      this.#phase = "out";
      void this.#tellLeaving();
    } else {
      await greeting;
      await this.#admission;
      if (this.#phase === "starting") await this.#renew();
      if (!this.#valid() && this.#problem) await this.#borrowing.restore();
    }
    this.#show();
    return this.#state;
  }

  /** Asks the server, if no other tab does or has just done so. */
  #renew(waitSecs = 0): Promise<void> {
    this.#renewal ??= this.#renewOnce(waitSecs).finally(() => (this.#renewal = undefined));
    return this.#renewal;
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
    const received = this.#environment.now();
    if (answer.ok) {
      await this.#admit(answer.body, sent, received);
      if (this.#held && this.#news === this.#held.claims.jti) this.#tellGrant(this.#held);
      return;
    }
    const { problem } = answer;
    if (problem.status === 401 && ENDINGS.includes(problem.code)) {
      const isNews = this.#memory.get("session") !== undefined;
      this.#leave(isNews ? problem : undefined);
      return;
    }
    const news = `problem ${received} ${this.#environment.random()}`;
    this.#fail(problem, news, this.#retryAt(problem, received));
    this.#tabs.tell({ kind: "problem", problem, news, due: this.#schedule.due });
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
      else this.#fail(access.problem, `problem ${received}`, this.#retryAt(access.problem, received));
    });
    this.#admission = admission;
    return admission;
  }

  #hold(held: Held): void {
    const { claims, grant } = held;
    if (claims.sid === this.#ended) return;
    if (!this.#held || isNewer(claims, this.#held.claims)) {
      this.#held = held;
      this.#wire.refreshToken = grant.refresh_token ?? this.#wire.refreshToken;
      this.#memory.set("session", claims.sid);
      this.#compareLog(held);
    }
    this.#news = this.#held.claims.jti;
    this.#phase = "in";
    this.#problem = undefined;
    this.#failures = 0;
    this.#setOffline(false);
    this.#plan();
    this.#tabs.settled();
    this.#show();
  }

  /** Nothing was granted: what is held stays until its end. */
  #fail(problem: Distrust["problem"], news: string, due: number): void {
    this.#news = news;
    this.#problem = problem;
    this.#setOffline(problem.code === "offline");
    if (problem.code === "no_seat") {
      const { session } = problem as { session?: { id: string } };
      if (session) this.#memory.set("session", session.id);
      this.#phase = "full";
      this.#failures = 0;
      this.#events.emit("no_seat", problem as Problem);
    } else {
      if (this.#phase !== "idle") this.#phase = isStranger(problem, this.#memory) ? "out" : "in";
      this.#failures += 1;
    }
    this.#schedule.due = this.#phase === "out" ? Infinity : due;
    this.#tabs.settled();
    this.#show();
  }

  #retryAt(problem: Distrust["problem"], now: number): number {
    const end = this.#valid() ? this.#end() : Infinity;
    const isPassing = "status" in problem ? (problem.status ?? 0) >= 429 : problem.code === "offline";
    const wait = "retry_after" in problem && problem.retry_after ? problem.retry_after * 1000 : 0;
    const again = isPassing ? backOff(this.#failures + 1, this.#environment.random()) : REFUSED_MILLIS;
    return problem.code === "no_seat" ? end : Math.min(end, now + Math.max(wait, again));
  }

  /** Forgets the sign-in, here and in the other tabs. */
  #leave(reason: Problem | undefined, isTold = false): void {
    const session = this.#held?.claims.sid ?? this.#memory.get("session");
    const wasIn = this.#phase !== "out" && (session !== undefined || reason !== undefined);
    if (!isTold) this.#tabs.tell({ kind: "signed_out", reason, session });
    this.#interrupt();
    this.#ended = session;
    this.#held = undefined;
    this.#problem = reason;
    this.#news = "";
    this.#failures = 0;
    this.#phase = "out";
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
      if (this.#phase === "out") this.#schedule.due = this.#retryAt(answer.problem, this.#environment.now());
    }
    this.#setOffline(!answer.ok && answer.problem.code === "offline");
    return answer.ok ? { ok: true } : answer;
  }

  /** Lets the seat go and keeps the login. */
  #rest(): void {
    this.#interrupt();
    this.#held = undefined;
    this.#problem = undefined;
    this.#phase = "idle";
    this.#parkedUntil = this.#environment.now() + PARKED_MILLIS;
    this.#schedule.due = Infinity;
    this.#show();
  }

  #onDue(): void {
    if (this.#phase === "out") {
      if (this.#memory.get("leaving")) void this.#tellLeaving();
      return;
    }
    if (!this.#valid()) this.#held = undefined;
    if (this.#phase === "in" && this.#isIdle()) this.#phase = "idle";
    if (this.#phase === "in") void this.#renew();
    else this.#plan();
    this.#show();
  }

  #onPage(event: PageEvent): void {
    switch (event) {
      case "activity":
        return this.active();
      case "wake":
        return this.#schedule.check();
      case "online":
        if (this.#failures > 0) this.#schedule.due = this.#environment.now();
        return;
      case "hidden":
        return this.#tabs.close();
      case "shown_again":
        return this.#comeBack();
    }
  }

  /** The page was kept as it was left, and heard nothing meanwhile. */
  #comeBack(): void {
    this.#tabs.open();
    const session = this.#memory.get("session");
    if (session === undefined && this.#held) return this.#leave(undefined, true);
    if (session !== this.#held?.claims.sid) {
      this.#held = undefined;
      this.#show();
    }
    void this.#tabs.ask(this.#news, GREETING_MILLIS).then(async () => {
      await this.#admission;
      if (!this.#valid() && this.#phase !== "out" && this.#phase !== "full") await this.#renew();
    });
  }

  #hear(message: Message): void {
    switch (message.kind) {
      case "ask":
        return this.#answer(message.news);
      case "grant":
        this.#activity.seen(message.active);
        void this.#admit(message.grant, message.sent, message.received);
        return;
      case "problem":
        if (this.#phase !== "out") this.#fail(message.problem, message.news, message.due + 1_000 * this.#environment.random());
        return;
      case "signed_out":
        return this.#leave(message.reason, true);
      case "active":
        return this.#activity.seen(message.at);
      case "parked":
        return this.#rest();
      case "asking":
        return;
    }
  }

  #answer(news: string): void {
    if (news === this.#news) return;
    const held = this.#valid();
    if (held && held.claims.jti === this.#news) this.#tellGrant(held);
    else if (this.#problem && this.#phase !== "out") {
      this.#tabs.tell({ kind: "problem", problem: this.#problem as Problem, news: this.#news, due: this.#schedule.due });
    }
  }

  #tellGrant({ grant, sent, received }: Held): void {
    this.#tabs.tell({ kind: "grant", grant, sent, received, active: this.#activity.last });
  }

  /** What is held, if it holds now by the server's time. */
  #valid(): Held | undefined {
    return this.#held && this.#clock.secs() < this.#held.claims.exp ? this.#held : undefined;
  }

  #isFresh(): boolean {
    return this.#valid() !== undefined && this.#environment.now() < this.#end(MARGIN_SECS);
  }

  /** When what is held ends, or is to be renewed: `margin` seconds earlier, or half of its life if that is shorter. */
  #end(margin = 0): number {
    const lease = this.#lease();
    if (!this.#held) return lease ? this.#environment.now() + (lease.exp - this.#trust.secs()) * 1000 : Infinity;
    const { grant, received } = this.#held;
    return received + Math.max(grant.expires_in - margin, grant.expires_in / 2) * 1000;
  }

  #plan(): void {
    this.#schedule.due = this.#end(this.#phase === "in" ? MARGIN_SECS : 0);
  }

  #isIdle(): boolean {
    const { licence } = this.#trust;
    return this.#activity.isIdle(licence?.ok ? licence.claims.seats.idle_secs : IDLE_SECS);
  }

  #outcome(): { readonly ok: true } | Distrust {
    return this.#problem ? { ok: false, problem: this.#problem } : { ok: true };
  }

  /** A token in place of one that was refused. */
  async #instead(of: string): Promise<string | undefined> {
    if (this.#phase === "in" && this.#held?.grant.access_token === of) await this.#renew();
    return this.#valid()?.grant.access_token;
  }

  #interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#renewal = undefined;
  }

  #pause(millis: number): Promise<void> {
    return new Promise((resolve) => void this.#environment.setTimeout(resolve, millis));
  }

  #compareLog({ claims, sent, received }: Held): void {
    const { epoch, seq, head } = claims;
    const now = { epoch, seq, head };
    const before = this.#memory.get("log");
    const finding = judge(before, now, sent);
    if (finding === "late") return;
    // The log that is there from now on is the one to compare with, or every answer would tell the same again.
    this.#memory.set("log", { ...now, came: received });
    if (finding !== "onwards" && before) this.#events.emit("rollback", { kind: finding, before, now });
  }

  #setOffline(isOffline: boolean): void {
    if (isOffline === this.#isOffline) return;
    this.#isOffline = isOffline;
    this.#events.emit("offline", isOffline);
  }

  #status(): Status {
    if (this.#phase === "out") return "signed_out";
    if (this.#valid()) return "active";
    if (this.#lease()) return "borrowed";
    if (this.#phase === "full") return "no_seat";
    if (this.#phase === "idle") return "idle";
    if (!this.#problem) return "starting";
    return this.#isOffline ? "offline" : "refused";
  }

  #lease(): LeaseClaims | undefined {
    const { lease } = this.#borrowing;
    return lease && this.#trust.secs() < lease.exp ? lease : undefined;
  }

  /** Makes the snapshot anew and tells of it. */
  #show(): void {
    const { licence } = this.#trust;
    const [held, lease, { due }, before] = [this.#valid(), this.#lease(), this.#schedule, this.#state];
    const status = this.#status();
    this.#state = Object.freeze({
      status,
      ...(held && { claims: held.claims, chain: held.chain, seat: held.grant.seat }),
      ...(lease && { lease }),
      ...(licence?.ok && { licence }),
      ...(this.#problem && { problem: this.#problem }),
      ...(due < Infinity && { due }),
    });
    const named = licence && (licence.ok ? licence.claims.jti + licence.state : licence.code);
    if (licence && named !== this.#toldLicence) this.#events.emit("licence", licence);
    this.#toldLicence = named;
    this.#events.emit("change", this.#state);
    if (status === "idle" && before.status !== "idle") this.#events.emit("idle", this.#state);
  }
}

/** Tokens of one session are made one after the other: the later in the log is the newer. */
function isNewer(token: AccessClaims, other: AccessClaims): boolean {
  return token.iat > other.iat || (token.iat === other.iat && token.seq > other.seq);
}

/** A cookie that another server made, which used to listen here: nobody is signed in to this one. */
function isStranger(problem: Distrust["problem"], memory: Memory): boolean {
  return problem.code === "malformed" && "status" in problem && problem.status === 401 && memory.get("session") === undefined;
}
