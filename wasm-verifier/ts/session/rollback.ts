/**
 * Whether a server's log went on from where it was: a copy or an older store of it does not.
 *
 * A part of its own, fetched once there is a token to compare.
 */

import { logHead } from "../verifier.js";
import type { Memory } from "./storage.js";
import type { Wire } from "./wire.js";

/** Where a server's audit log stood, as an access token says it. */
export interface Position {
  /** Which life of the store: a counter and a random tag, `1-0011223344556677`. */
  readonly epoch: string;
  /** How many entries the log had. */
  readonly seq: number;
  /** The head of their hash chain. */
  readonly head: string;
}

/** The highest position that was seen, and when it came, in milliseconds since 1970. */
export interface Mark extends Position {
  readonly came: number;
}

/** What is wrong with a server's log, with what proves it. */
export interface Rollback {
  /** `rolled_back`: an older store is in use. `forked`: another log has taken the place of the one that was seen. */
  readonly kind: "rolled_back" | "forked";
  readonly before: Position;
  readonly now: Position;
  /**
   * What the server says lies between the lower position and the higher one, where only that tells: `logHead` of the
   * lower head and these is not the higher head.
   */
  readonly digests?: readonly string[];
}

/** How a position stands to the mark. */
export type Finding = "onwards" | "late" | Rollback["kind"];

/** What comparing needs of the session. */
export interface Witness {
  readonly memory: Memory;
  readonly wire: Wire;
  readonly random: () => number;
}

/** A part of the log, as `GET /v1/log` gives it. */
interface Piece {
  readonly epoch: string;
  readonly from: number;
  readonly digests: readonly string[];
}

/** How many digests the server gives in one answer. */
const PIECE_ENTRIES = 1_000;

/** A longer way is not gone: half a megabyte, and as many entries as 300 seats write in a day. */
const PIECES_MAX = 10;

/**
 * Compares the position in a token with the highest one that was seen, and keeps the higher.
 *
 * @param sent when the token was asked for, and `came` when it came, in milliseconds since 1970.
 * @returns what is wrong, if anything is.
 */
export async function compare(witness: Witness, { epoch, seq, head }: Position, sent: number, came: number): Promise<Rollback | undefined> {
  const now = { epoch, seq, head };
  const seen = witness.memory.get("log");
  // A mark from a time that is still to come was kept by a clock that has been put right since: it came now at the latest,
  // or every lower position would be late until then.
  const before = seen && { ...seen, came: Math.min(seen.came, came) };
  const finding = judge(before, now, sent);
  // The log that is there from now on is the one to compare with, or every answer would tell the same again.
  if (finding !== "late") witness.memory.set("log", { ...now, came });
  else if (before && before.came !== seen.came) witness.memory.set("log", before);
  if (!before) return undefined;
  if (finding === "rolled_back" || finding === "forked") return { kind: finding, before, now };
  const [lower, higher] = finding === "late" ? [now, before] : [before, now];
  const digests = await between(witness, lower, higher);
  return digests && logHead(lower.head, digests) !== higher.head ? { kind: "forked", before, now, digests } : undefined;
}

/**
 * Judges a position whose request was sent at a time.
 *
 * An answer to a request that was sent before the mark came may have been made before it: that it is lower means nothing.
 */
export function judge(mark: Mark | undefined, position: Position, sent: number): Finding {
  if (mark === undefined) return "onwards";
  const lives = counter(position) - counter(mark);
  if (lives > 0) return "onwards";
  const isSameLife = position.epoch === mark.epoch;
  if (lives < 0 || (isSameLife && position.seq < mark.seq)) return sent < mark.came ? "late" : "rolled_back";
  return isSameLife && (position.seq > mark.seq || position.head === mark.head) ? "onwards" : "forked";
}

function counter({ epoch }: Position): number {
  return Number.parseInt(epoch, 10);
}

/** The digests between two positions of one life; `undefined` where the server does not give them all. */
async function between({ wire, random }: Witness, lower: Position, higher: Position): Promise<readonly string[] | undefined> {
  const entries = higher.seq - lower.seq;
  if (lower.epoch !== higher.epoch || entries === 0 || entries > PIECES_MAX * PIECE_ENTRIES) return undefined;
  // A busy log is one that many watch: by lot, each of them goes as far as one answer on the average.
  if (random() * entries > PIECE_ENTRIES) return undefined;
  let digests: readonly string[] = [];
  for (let piece = 0; piece < PIECES_MAX && digests.length < entries; piece += 1) {
    const from = lower.seq + digests.length;
    const answer = await wire.call<Piece>("GET", `log?from=${from}&to=${higher.seq}`, { credentials: "omit" });
    // Another life since then, or entries that were taken away, for which a checkpoint stands: nothing is proved.
    if (!answer.ok || answer.body.epoch !== higher.epoch || answer.body.from !== from) return undefined;
    digests = [...digests, ...answer.body.digests];
  }
  return digests.length === entries ? digests : undefined;
}
