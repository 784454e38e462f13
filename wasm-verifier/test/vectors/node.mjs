// The package in Node.js, asked in JSON lines: a vector without its expectation -> {"name": …, "verdict": …}

import { createInterface } from "node:readline";

import * as verifier from "wasm-verifier";

import { verdictOn } from "./verdict.mjs";

await verifier.init();

for await (const line of createInterface({ input: process.stdin })) {
  const vector = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ name: vector.name, verdict: verdictOn(verifier, vector) })}\n`);
}
