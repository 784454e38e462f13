/** The test server's audit log: digests without entries, chained as the format says, by the platform's own hash. */

import { base64url, bytesOf } from "./keys.js";

/** The head of an empty log: sixteen zeros. */
const EMPTY = "AAAAAAAAAAAAAAAAAAAAAA";

const HEAD_BYTES = 16;
const DIGEST_BYTES = 32;

/** How many digests one answer has. */
const PIECE_ENTRIES = 1_000;

/** The heads of each log as far as they were asked for; a copy of a log is another log. */
const headsOf = new WeakMap<readonly string[], Promise<string>[]>();

/** The head of a log after so many of its entries. */
export async function head(log: readonly string[], seq: number): Promise<string> {
  const heads = headsOf.get(log) ?? [Promise.resolve(EMPTY)];
  headsOf.set(log, heads);
  for (let entry = heads.length; entry <= seq; entry += 1) heads.push(after(heads[entry - 1], log[entry - 1]));
  return heads[seq] ?? EMPTY;
}

/** What `GET /v1/log` answers. */
export async function piece(epoch: string, log: readonly string[], query: URLSearchParams): Promise<object> {
  const from = Math.min(Number(query.get("from")), log.length);
  const to = Math.min(Number(query.get("to")), log.length, from + PIECE_ENTRIES);
  return { epoch, from, to, digests: log.slice(from, to), log: { seq: log.length, head: await head(log, log.length) } };
}

async function after(before: Promise<string> | undefined, digest = ""): Promise<string> {
  const text = new Uint8Array(HEAD_BYTES + 8 + DIGEST_BYTES);
  text.set(bytesOf((await before) ?? EMPTY));
  text[HEAD_BYTES + 7] = DIGEST_BYTES;
  text.set(bytesOf(digest), HEAD_BYTES + 8);
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, HEAD_BYTES));
}
