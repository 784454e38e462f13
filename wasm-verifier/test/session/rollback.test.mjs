import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "../../dist/session/rollback.js";

const at = (epoch, seq, head = `head ${seq}`) => ({ epoch, seq, head });
const mark = { ...at("2-aa", 50), came: 1_000 };

/** The position, when its request was sent, and what it means. */
const TABLE = [
  [at("2-aa", 51), 900, "onwards"],
  [at("2-aa", 51), 1_001, "onwards"],
  [at("2-aa", 50), 1_001, "onwards"],
  [at("2-aa", 49), 999, "late"],
  [at("2-aa", 49), 1_000, "rolled_back"],
  [at("2-aa", 50, "another"), 999, "forked"],
  [at("2-bb", 51), 999, "forked"],
  [at("2-bb", 1), 1_001, "forked"],
  [at("1-cc", 99), 999, "late"],
  [at("1-cc", 99), 1_001, "rolled_back"],
  [at("3-dd", 1), 1_001, "onwards"],
  [at("10-dd", 1), 1_001, "onwards"],
];

test("a log position is judged by the mark as the table says", () => {
  assert.equal(judge(undefined, at("1-aa", 1), 0), "onwards");
  for (const [position, sent, finding] of TABLE) assert.equal(judge(mark, position, sent), finding, JSON.stringify([position, sent]));
});
