/** Ed25519 keys and compact JWS, by the platform's own cryptography: not the code that is tested. */

import type { PublicJwk } from "../claims.js";

/** A key that signs. */
export interface TestKey {
  /** Its thumbprint (RFC 7638). */
  readonly kid: string;
  readonly jwk: PublicJwk;
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
}

const utf8 = new TextEncoder();

/** A key that nobody has had before. */
export async function newKey(): Promise<TestKey> {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const { crv, kty, x } = (await crypto.subtle.exportKey("jwk", publicKey)) as PublicJwk;
  const jwk = { crv, kty, x };
  const kid = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(JSON.stringify(jwk)))));
  return { kid, jwk, sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, bytes)) };
}

/** A compact JWS in the one profile that the verifier takes. */
export async function jws(key: TestKey, typ: string, claims: object): Promise<string> {
  const parts = [{ typ, alg: "EdDSA", kid: key.kid }, claims].map((part) => base64url(utf8.encode(JSON.stringify(part))));
  const input = parts.join(".");
  return `${input}.${base64url(await key.sign(utf8.encode(input)))}`;
}

/** An RFC 7468 block. */
export function armour(label: string, text: string): string {
  const lines = btoa(text).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Random bytes, as text. */
export function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A UUID that is ordered by time (RFC 9562, version 7). */
export function uuid(millis: number): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const [first = 0, , third = 0] = random;
  random[0] = (first & 0x0f) | 0x70;
  random[2] = (third & 0x3f) | 0x80;
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = Math.floor(millis).toString(16).padStart(12, "0");
  return [time.slice(0, 8), time.slice(8), hex.slice(0, 4), hex.slice(4, 8), hex.slice(8)].join("-");
}

export function base64url(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
