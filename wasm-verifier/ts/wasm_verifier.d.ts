/** The loader that wasm-bindgen writes, as far as it is used here. */

/** A licence on the other side of the border. Freed when it is collected, or by `free`. */
export class Licence {
  private constructor();
  /** Throws a JSON text: a refusal, or the name of a bad option. */
  static open(file: string, revocations: string | undefined, options: string): Licence;
  chain(): string;
  at(now: bigint): string;
  verifyAccess(token: string, now: bigint): string;
  verifyAccessUnless(token: string, revoked: Revoked, now: bigint): string;
  /** Throws as `open` does. */
  openRevoked(list: string, now: bigint): Revoked;
  verifyLease(lease: string, now: bigint): string;
  free(): void;
}

/** A list of revoked tokens on the other side of the border. */
export class Revoked {
  private constructor();
  life(): string;
  free(): void;
}

export function inspect(token: string): string;

/** Digests with a space between them; `undefined` where the head or one of them is not one. */
export function logHead(head: string, digests: string): string | undefined;

export default function load(source?: { module_or_path: Uint8Array }): Promise<unknown>;
