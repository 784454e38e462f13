/** A seat that is taken along for days: a lease, bound to a key that was made in this browser and cannot leave it. */

import type { LeaseClaims, PublicJwk } from "../claims.js";
import type { Refusal } from "../refusal.js";
import { verifyLease } from "../verifier.js";
import type { KeyStore } from "./environment.js";
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

/** The one seat that this browser may have taken along. */
export class Borrowing {
  /** The lease, while it holds. */
  lease: LeaseClaims | undefined;
  readonly #keys: KeyStore | undefined;
  readonly #name: string;
  readonly #memory: Memory;
  readonly #trust: Trust;
  readonly #wire: Wire;

  constructor(keys: KeyStore | undefined, name: string, memory: Memory, trust: Trust, wire: Wire) {
    this.#keys = keys;
    this.#name = name;
    this.#memory = memory;
    this.#trust = trust;
    this.#wire = wire;
  }

  /** Takes a seat along, for whole days. */
  async borrow(days: number, token: string | undefined): Promise<Borrowed> {
    const keys = this.#keys;
    const key = keys && (await newKey());
    if (!key) return { ok: false, problem: UNSUPPORTED };
    const { kty, crv, x } = (await crypto.subtle.exportKey("jwk", key.publicKey)) as PublicJwk;
    const request = { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ days, jwk: { kty, crv, x } }) };
    const answer = await this.#wire.call<{ id: string; lease: string }>("POST", "seats/borrow", bearing(request, token));
    if (!answer.ok) return answer;
    await keys.put(this.#name, key);
    this.#memory.set("lease", { id: answer.body.id, token: answer.body.lease });
    const problem = await this.restore();
    return this.lease ? { ok: true, lease: this.lease } : { ok: false, problem: problem ?? UNSUPPORTED };
  }

  /** Brings it back; the copy here is destroyed only once the server knows. */
  async giveBack(token: string | undefined): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: Problem }> {
    const kept = this.#memory.get("lease");
    if (!kept) return { ok: true };
    const answer = await this.#wire.call("DELETE", `seats/borrow/${kept.id}`, bearing({}, token));
    if (!answer.ok && answer.problem.code !== "not_found") return answer;
    this.#memory.set("lease", undefined);
    this.lease = undefined;
    await this.#keys?.delete(this.#name);
    return { ok: true };
  }

  /** Verifies the lease that is kept here, and that its key is; answers why it is of no use. */
  async restore(): Promise<Problem | Refusal | undefined> {
    this.lease = undefined;
    const kept = this.#memory.get("lease");
    const { licence } = this.#trust;
    if (!kept || !licence?.ok) return undefined;
    const result = verifyLease(kept.token, { licence, now: this.#trust.secs() });
    if (!result.ok) return result;
    const key = await this.#keys?.get(this.#name).catch(() => undefined);
    if (!key || !(await isPair(key, result.claims.cnf.jwk))) return UNSUPPORTED;
    this.lease = result.claims;
    return undefined;
  }
}

function bearing(request: RequestInit, token: string | undefined): RequestInit & { token?: string } {
  return { credentials: "omit", ...request, ...(token !== undefined && { token }) };
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
