// What others install: the packed package, in a project that has nothing else.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const TSC = join(PACKAGE, "node_modules/typescript/bin/tsc");
const VECTORS = new URL("../../tests/vectors/access-claims.json", import.meta.url);

/** What the project's program prints: what its installed package says of a vector. */
const PROGRAM = `
import * as verifier from "wasm-verifier";
import { verdictOn } from "${new URL("vectors/verdict.mjs", import.meta.url)}";
await verifier.init();
console.log(JSON.stringify(verdictOn(verifier, JSON.parse(process.argv[2]))));
`;

describe("the packed package", () => {
  let project;

  const run = (program, words, cwd = project) => execFileSync(program, words, { cwd, encoding: "utf8" });

  before(() => {
    project = mkdtempSync(join(tmpdir(), "wasm-verifier-"));
    const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", project], PACKAGE));
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    run("npm", ["install", "--no-audit", "--no-fund", "--offline", `./${filename}`]);
  });

  after(() => rmSync(project, { recursive: true }));

  test("verifies a vector in a project that installed it", () => {
    const { vectors } = JSON.parse(readFileSync(VECTORS));
    const { expect, ...vector } = vectors.find(({ name }) => name === "genuine");
    writeFileSync(join(project, "program.js"), PROGRAM);
    const verdict = JSON.parse(run(process.execPath, ["program.js", JSON.stringify(vector)]));
    assert.deepEqual(verdict, expect);
  });

  test("brings every declaration that its declarations name", () => {
    const { exports } = JSON.parse(readFileSync(join(project, "node_modules/wasm-verifier/package.json")));
    const files = Object.values(exports["."]).map((door) => join(project, "node_modules/wasm-verifier", door.replace(/js$/, "d.ts")));
    const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
    run(process.execPath, [TSC, ...strict, ...files]);
  });
});
