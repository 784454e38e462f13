import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { refuse } from "../dist/refusal.js";

test("a refusal is told in the same words as by the command-line tools", () => {
  const samples = JSON.parse(readFileSync(new URL("refusals.json", import.meta.url)));
  assert.ok(samples.length > 15);
  for (const { refusal, message } of samples) {
    assert.equal(refuse(refusal).message, message);
  }
});
