// What others install: the packed package, in projects that have nothing else.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
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

/** A program that holds a seat, over the package's own made-up server. */
const SESSION = `
import { createSession } from "wasm-verifier/session";
import { createFakeClock, createTestAuthority, createTestServer, createTestTabs } from "wasm-verifier/testing";
const clock = createFakeClock();
const authority = await createTestAuthority({ now: clock.now() });
const server = createTestServer(authority, clock);
const { environment } = createTestTabs(server.browser(), clock).tab();
const session = createSession({ server: server.url, roots: authority.roots, allowTest: true, environment });
const person = { username: "ada", password: "ada-password" };
await clock.advance(200);
await session.signIn(person);
console.log(session.state.status);
session.close();
`;

/** TypeScript that uses every door. */
const TYPES = `
import { init, verifyLicence, type Licence } from "wasm-verifier";
import { createSession, type State } from "wasm-verifier/session";
import { createTestAuthority, type TestAuthority } from "wasm-verifier/testing";
export const session = createSession({ roots: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
export const state: State = session.state;
export const authority: Promise<TestAuthority> = createTestAuthority();
export async function open(file: string): Promise<Licence | undefined> {
  await init();
  const licence = verifyLicence(file, { roots: (await authority).roots, allowTest: true });
  // @ts-expect-error a refusal has no features: \`ok\` has to be asked first
  licence.feature("export");
  return licence.ok ? licence : undefined;
}
`;

describe("the packed package", () => {
  let project, tarball;

  const run = (program, words, cwd = project) => execFileSync(program, words, { cwd, encoding: "utf8" });
  const tool = (name, words) => run(join(PACKAGE, "node_modules/.bin", name), words, project);

  before(() => {
    project = mkdtempSync(join(tmpdir(), "wasm-verifier-"));
    const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", project], PACKAGE));
    tarball = join(project, filename);
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

  test("holds a seat in a project that installed it", () => {
    writeFileSync(join(project, "session.js"), SESSION);
    assert.equal(run(process.execPath, ["session.js"]), "active\n");
  });

  test("brings every declaration that its declarations name", () => {
    const { exports } = JSON.parse(readFileSync(join(project, "node_modules/wasm-verifier/package.json")));
    const doors = Object.values(exports).filter((door) => typeof door === "object");
    const types = doors.flatMap((door) => [door, door.node, door.default]).flatMap((door) => door?.types ?? []);
    assert.equal(types.length, 5);
    const files = types.map((file) => join(project, "node_modules/wasm-verifier", file));
    const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
    run(process.execPath, [TSC, ...strict, ...files]);
  });

  for (const [resolution, module] of [["bundler", "esnext"], ["node16", "node16"]]) {
    test(`has types for TypeScript with \`moduleResolution: ${resolution}\``, () => {
      writeFileSync(join(project, "types.ts"), TYPES);
      const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--types", "", "--module", module];
      run(process.execPath, [TSC, ...options, "--moduleResolution", resolution, "types.ts"]);
    });
  }

  test("is found without fault by publint", () => {
    const said = tool("publint", ["run", tarball, "--strict"]);
    assert.match(said, /All good!/);
  });

  test("has types that are right in every resolution that knows ES modules", () => {
    // The package is of ES modules alone, which its README says.
    cpSync(tarball, join(project, "package.tgz"));
    tool("attw", ["package.tgz", "--profile", "esm-only"]);
  });

  test("ships what its doors need, and nothing else", () => {
    const [{ files }] = JSON.parse(run("npm", ["pack", "--json", "--dry-run"], PACKAGE));
    const strangers = files.filter(({ path }) => !/^(dist\/[\w/.]+|package\.json|README\.md|LICENSE-\w+)$/.test(path));
    assert.deepEqual(strangers, []);
  });

  test("names no folder of the machine that it was built on", () => {
    const installed = join(project, "node_modules/wasm-verifier");
    const home = process.env.CARGO_HOME || join(homedir(), ".cargo");
    const folders = [home, homedir(), fileURLToPath(new URL("../..", import.meta.url))].map((folder) => folder.replace(/\/*$/, "/"));
    const [{ files }] = JSON.parse(run("npm", ["pack", "--json", "--dry-run"], PACKAGE));
    for (const { path } of files) {
      const text = readFileSync(join(installed, path), "latin1");
      assert.deepEqual([path, ...folders.filter((folder) => text.includes(folder))], [path]);
    }
    const module = readFileSync(join(installed, "dist/wasm_verifier_bg.wasm"), "latin1");
    assert.match(module, /licence-core\/src\/[\w/]+\.rs/, "sources are named, so the search above can find one");
  });
});
