/** Whether a server's log went on from where it was: a copy or an older store of it does not. */

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

/** What is wrong with a server's log. */
export interface Rollback {
  /** `rolled_back`: an older store is in use. `forked`: another log has taken the place of the one that was seen. */
  readonly kind: "rolled_back" | "forked";
  readonly before: Position;
  readonly now: Position;
}

/** How a position stands to the mark. */
export type Finding = "onwards" | "late" | Rollback["kind"];

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
