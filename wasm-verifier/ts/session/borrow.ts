/**
 * A seat that is taken along for days: a lease, bound to a key that was made in this browser and cannot leave it.
 *
 * A part of its own, fetched by whoever borrows: most applications never do.
 */

import type { LeaseClaims, PublicJwk } from "../claims.js";
import type { Refusal } from "../refusal.js";
import { verifyLease } from "../verifier.js";
import type { KeyStore } from "./environment.js";
import { indexedKeys } from "./keys.js";
import type { Done } from "./session.js";
import type { Memory } from "./storage.js";
import type { Trust } from "./trust.js";
import type { Problem, Wire } from "./wire.js";

/** What came of borrowing a seat. */
export type Borrowed =
  | { readonly ok: true; readonly lease: LeaseClaims }
  | { readonly ok: false; readonly problem: Problem | Refusal };

const UNSUPPORTED: Problem = {
  code: "insecure_transport",
  title: "this page can make no key that stays in this browser",
  mend: "open the application over https, in a browser that knows Ed25519",
};

/** What borrowing needs of the session. */
export interface Place {
  readonly keys: KeyStore | undefined;
  /** What the key is filed under. */
  readonly name: string;
  readonly memory: Memory;
  readonly trust: Trust;
  readonly wire: Wire;
}

/** Takes a seat along, for whole days. */
export async function borrow(place: Place, days: number): Promise<Borrowed> {
  const keys = place.keys ?? indexedKeys();
  const key = await newKey();
  if (!key) return { ok: false, problem: UNSUPPORTED };
  const { kty, crv, x } = (await crypto.subtle.exportKey("jwk", key.publicKey)) as PublicJwk;
  const answer = await place.wire.signed<{ id: string; lease: string }>("POST", "seats/borrow", {}, { days, key: { kty, crv, x } });
  if (!answer.ok) return answer;
  await keys.put(place.name, key);
  place.memory.set("lease", { id: answer.body.id, token: answer.body.lease });
  return restore(place);
}

/** Brings it back; the copy here is destroyed only once the server knows. */
export async function giveBack(place: Place): Promise<Done> {
  const kept = place.memory.get("lease");
  if (!kept) return { ok: true };
  const answer = await place.wire.signed("DELETE", `seats/borrow/${kept.id}`);
  if (!answer.ok && answer.problem.code !== "not_found") return answer;
  place.memory.set("lease", undefined);
  await (place.keys ?? indexedKeys()).delete(place.name);
  return { ok: true };
}

/** Verifies the lease that is kept here, and that its key is. */
export async function restore(place: Place): Promise<Borrowed> {
  const { memory, trust } = place;
  const kept = memory.get("lease");
  if (!kept || !trust.licence?.ok) return { ok: false, problem: UNSUPPORTED };
  const result = verifyLease(kept.token, { licence: trust.licence, now: trust.secs() });
  if (!result.ok) return { ok: false, problem: result };
  const key = await (place.keys ?? indexedKeys()).get(place.name).catch(() => undefined);
  const isOurs = key !== undefined && (await isPair(key, result.claims.cnf.jwk));
  return isOurs ? { ok: true, lease: result.claims } : { ok: false, problem: UNSUPPORTED };
}

/** `undefined` where the browser does not know the algorithm, or the page is not a secure context. */
async function newKey(): Promise<CryptoKeyPair | undefined> {
  try {
    return (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  } catch {
    return undefined;
  }
}

/** Whether the key that is here is the one that the lease names: it is made to sign something new. */
async function isPair(key: CryptoKeyPair, jwk: PublicJwk): Promise<boolean> {
  const { subtle } = crypto;
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const named = await subtle.importKey("jwk", { ...jwk }, "Ed25519", false, ["verify"]);
  return subtle.verify("Ed25519", named, await subtle.sign("Ed25519", key.privateKey, challenge), challenge);
}
