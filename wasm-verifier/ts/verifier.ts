import { accessLink, links, type LicenceState, type Link, type VerifiedChain } from "./chain.js";
import type { AccessClaims, LeaseClaims } from "./claims.js";
import type { Licence } from "./licence.js";
import { needLoaded } from "./loading.js";
import { asJson, badOption, needOption, needText, time, type AtTime, type LicenceOptions, type PublicKey } from "./options.js";
import { refuse, type Finding, type Refusal } from "./refusal.js";
import { originOf, present } from "./verified.js";
import * as wasm from "./wasm_verifier.js";

/** An access token that holds. */
export interface Access {
  readonly ok: true;
  readonly claims: AccessClaims;
  /** What stands behind it, from the root down to the token itself. */
  readonly chain: readonly Link[];
}

/**
 * What an access token is checked against: a licence that was verified, or a licence file with what that needs.
 *
 * A verified licence brings its own roots along; if they are given again, they have to be the same.
 */
export type AccessOptions = (
  | (AtTime & { readonly licence: Licence; readonly roots?: readonly PublicKey[] })
  | (LicenceOptions & { readonly licence: string })
) & {
  /** What the site took back: what `verifyRevoked` returned. */
  readonly revoked?: Revoked;
};

/** A list of revoked tokens that holds. Only the verifier makes one. */
export interface Revoked {
  readonly ok: true;
  /** When the site signed it, in seconds since 1970. Of two lists the later counts. */
  readonly iat: number;
  /** From when on it is too old to be relied on, in seconds since 1970. */
  readonly exp: number;
}

/** The lease of a borrowed seat that holds. It is worth something only where the key that it names is at hand. */
export interface Lease {
  readonly ok: true;
  readonly claims: LeaseClaims;
}

/** What a lease or a list of revoked tokens is checked against. */
export type UnderLicence = AtTime & { readonly licence: Licence };

/** What an access token says, with nothing checked but its form: good for a log, never for a decision. */
export interface Unverified {
  readonly ok: true;
  readonly verified: false;
  readonly unverified_header: Readonly<Record<string, unknown>>;
  readonly unverified_claims: Readonly<Record<string, unknown>>;
}

/** Where lists were made. What is not in it was made up, copied or sent. */
const lists = new WeakMap<object, wasm.Revoked>();

type Answer<T> = ({ readonly ok: true } & T) | Finding;

/**
 * Whether a licence holds, by every signature from the pinned roots down.
 *
 * @throws TypeError for an option that is not what it should be.
 */
export function verifyLicence(file: string, options: LicenceOptions): Licence | Refusal {
  needLoaded();
  needOption("roots", options);
  const now = time(options);
  const handle = open(file, options);
  if (!(handle instanceof wasm.Licence)) return handle;
  const judged = answer<{ state: LicenceState }>(handle.at(now));
  if (judged.ok) return present({ handle, roots: JSON.stringify(options.roots) }, chainOf(handle), judged.state);
  handle.free();
  return refuse(judged);
}

/**
 * Whether an access token holds now, under a licence that held when the token was made.
 *
 * Verify the licence once and pass the object: a licence given as text is verified each time.
 *
 * @throws TypeError for an option that is not what it should be.
 */
export function verifyAccess(token: string, options: AccessOptions): Access | Refusal {
  needLoaded();
  needText("token", token);
  needOption("licence", options);
  const { revoked, ...others } = options;
  const now = time(options);
  const list = revoked === undefined ? undefined : handleOf(revoked);
  if (typeof others.licence !== "string") return underVerified(token, others, list, now);
  needOption("roots", options);
  const { licence: file, ...rest } = others as LicenceOptions & { licence: string };
  const handle = open(file, rest);
  if (!(handle instanceof wasm.Licence)) return handle;
  try {
    return judge(token, handle, list, now, () => links(chainOf(handle)));
  } finally {
    handle.free();
  }
}

/**
 * Whether a list of revoked tokens, as `GET /v1/revoked` gives it, is the site's own and recent enough to rely on.
 *
 * @throws TypeError for an option that is not what it should be.
 */
export function verifyRevoked(list: string, options: UnderLicence): Revoked | Refusal {
  needLoaded();
  needText("list", list);
  needOption("licence", options);
  const { handle } = originOf(options.licence);
  const opened = refusable(() => handle.openRevoked(list, time(options)));
  if (!(opened instanceof wasm.Revoked)) return opened;
  const revoked = Object.freeze({ ok: true, ...(parse(opened.life()) as { iat: number; exp: number }) } as const);
  lists.set(revoked, opened);
  return revoked;
}

/**
 * Whether the lease of a borrowed seat holds. A lease is a text, and texts are copied: let the device sign something
 * new with the key that the lease names, as the session client does.
 *
 * @throws TypeError for an option that is not what it should be.
 */
export function verifyLease(lease: string, options: UnderLicence): Lease | Refusal {
  needLoaded();
  needText("lease", lease);
  needOption("licence", options);
  const judged = answer<{ claims: LeaseClaims }>(originOf(options.licence).handle.verifyLease(lease, time(options)));
  return judged.ok ? Object.freeze({ ok: true, claims: judged.claims }) : refuse(judged);
}

/** What an access token says, unverified. */
export function inspect(token: string): Unverified | Refusal {
  needLoaded();
  needText("token", token);
  const said = answer<{ unverified_header: string; unverified_claims: string }>(wasm.inspect(token));
  if (!said.ok) return refuse(said);
  const [unverified_header, unverified_claims] = [said.unverified_header, said.unverified_claims].map(parse);
  return Object.freeze({ ok: true, verified: false, unverified_header, unverified_claims } as Unverified);
}

/**
 * The head of a server's audit log after further entries, whose digests `GET /v1/log` gives: from the head in one token
 * they lead to the head in a later one, unless the log was put in the place of another.
 *
 * @throws TypeError for a head or a digest that is none.
 */
export function logHead(head: string, digests: readonly string[]): string {
  needLoaded();
  needText("head", head);
  const after = wasm.logHead(head, digests.join(" "));
  if (after === undefined) throw new TypeError("`head` or one of `digests` is not one: give them as the server does");
  return after;
}

function underVerified(token: string, options: object, list: wasm.Revoked | undefined, now: bigint): Access | Refusal {
  const { licence, roots, now: _now, ...rest } = options as AtTime & { licence: Licence; roots?: readonly PublicKey[] };
  const origin = originOf(licence);
  const idle = Object.keys(rest)[0];
  if (idle !== undefined) {
    throw new TypeError(`option \`${idle}\` has no effect here: the licence was verified with its own`);
  }
  if (roots !== undefined && JSON.stringify(roots) !== origin.roots) {
    throw new TypeError("`roots` are not those that the licence was verified against: give the same, or leave them out");
  }
  return judge(token, origin.handle, list, now, () => licence.chain);
}

function judge(
  token: string,
  handle: wasm.Licence,
  list: wasm.Revoked | undefined,
  now: bigint,
  chain: () => readonly Link[],
): Access | Refusal {
  const said = list ? handle.verifyAccessUnless(token, list, now) : handle.verifyAccess(token, now);
  const judged = answer<{ claims: AccessClaims }>(said);
  if (!judged.ok) return refuse(judged);
  const { claims } = judged;
  return Object.freeze({ ok: true, claims, chain: Object.freeze([...chain(), accessLink(claims)]) });
}

function open(file: string, options: LicenceOptions): wasm.Licence | Refusal {
  needText("file", file);
  const json = asJson(options);
  return refusable(() => wasm.Licence.open(file, options.revocations, json));
}

function handleOf(revoked: Revoked): wasm.Revoked {
  const handle = lists.get(revoked);
  if (!handle) throw new TypeError("`revoked` is not what `verifyRevoked` returned: give that very object");
  return handle;
}

function refusable<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (thrown) {
    // What the module throws on purpose is text; anything else is a fault and goes on its way.
    if (typeof thrown !== "string") throw thrown;
    return refuse(answer<never>(thrown) as Finding);
  }
}

function chainOf(handle: wasm.Licence): VerifiedChain {
  return parse(handle.chain()) as VerifiedChain;
}

function answer<T>(json: string): Answer<T> {
  const said = parse(json) as Answer<T> | { readonly option: string };
  if ("option" in said) throw badOption(said.option);
  return said;
}

function parse(json: string): unknown {
  return frozen(JSON.parse(json));
}

/** What was verified stays as it was verified. */
function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
