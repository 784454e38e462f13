// A vendor and an institute, set up by the real programs in a folder that is thrown away.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../wasm-verifier/dist", import.meta.url));

const programs = process.env.LICENCE_PROGRAMS;
if (!programs) throw new Error("`LICENCE_PROGRAMS` names no folder: run `cargo xtask test`, which builds the programs");

/** An institute with a licence, and people whose passwords are their names and `-site-password`. */
export class Site {
  #folder = mkdtempSync(join(tmpdir(), "licence-site-"));
  #servers = new Set();

  constructor(...people) {
    this.#run("licence-issuer", "init", this.#path("vendor"), "--vendor", "Vendor", "--product", "app", "--no-passphrase");
    this.#run("licence-server", "init", "--data", this.data, "--kit", this.#path("vendor/site-kit.json"));
    this.#run("licence-server", "request", "--data", this.data, "--institute", "Institute", "--out", this.#path("request.jwt"));
    const terms = ["--institute", "Institute", "--seats", "3", "--days", "30", "--request", this.#path("request.jwt")];
    this.#run("licence-issuer", "issue", "--vendor-dir", this.#path("vendor"), ...terms, "--out", this.#path("licence"));
    this.#run("licence-server", "licence", "install", this.#path("licence"), "--data", this.data);
    for (const name of people) this.add(name);
    mkdirSync(this.#path("app"));
    writeFileSync(this.#path("app/index.html"), "<!doctype html>");
    cpSync(DIST, this.#path("app/wasm-verifier"), { recursive: true });
  }

  /** Registers a person whose password is the name and `-site-password`; `more` are further words of the command. */
  add(name, ...more) {
    writeFileSync(this.#path(name), `${name}-site-password`);
    this.#run("licence-server", "user", "add", name, "--password-file", this.#path(name), "--data", this.data, ...more);
  }

  /** The file of the next revision, with other terms, which the vendor signs. */
  renew(serial, ...terms) {
    const file = this.#path(`renewal-${Date.now()}`);
    this.#run("licence-issuer", "renew", serial, "--vendor-dir", this.#path("vendor"), ...terms, "--out", file);
    return file;
  }

  get data() {
    return this.#path("institute");
  }

  /** What an application ships. */
  get roots() {
    return JSON.parse(readFileSync(this.#path("vendor/site-kit.json"), "utf8")).roots;
  }

  /** Copies the data directory, as somebody does who has access to the disk. */
  copy(name = "copy") {
    cpSync(this.data, this.#path(name), { recursive: true, preserveTimestamps: true });
    return this.#path(name);
  }

  /** Makes a backup of the data directory, and another data directory of it, as an administrator does. */
  restored() {
    const words = ["--passphrase-file", this.#path("passphrase")];
    writeFileSync(this.#path("passphrase"), "seven words that stand in no book");
    this.#run("licence-server", "backup", this.#path("site.backup"), ...words, "--data", this.data);
    this.#run("licence-server", "restore", this.#path("site.backup"), ...words, "--data", this.#path("restored"));
    return this.#path("restored");
  }

  /** Runs the server over a data directory until `stop` is called, with further settings. */
  async serve(data, port = 0, settings = {}) {
    const words = ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, "--app", this.#path("app")];
    const variables = Object.entries(settings).map(([name, value]) => [`LICENCE_SERVER_${name.toUpperCase()}`, String(value)]);
    const env = { ...process.env, ...Object.fromEntries(variables) };
    const server = spawn(join(programs, "licence-server"), words, { env, stdio: ["ignore", "pipe", "ignore"] });
    this.#servers.add(server);
    for await (const line of createInterface(server.stdout)) {
      const [, address, name] = /^listening on (\S+)(?: for (\S+))?$/.exec(line) ?? [];
      const url = name ?? address;
      if (url) return { url, port: Number(new URL(url).port), stop: () => this.#stop(server) };
    }
    throw new Error("the server ended before it listened");
  }

  async close() {
    for (const server of this.#servers) await this.#stop(server);
    rmSync(this.#folder, { recursive: true });
  }

  async #stop(server) {
    this.#servers.delete(server);
    const ended = once(server, "exit");
    if (server.exitCode === null && server.kill()) await ended;
  }

  #path(name) {
    return join(this.#folder, name);
  }

  #run(program, ...words) {
    execFileSync(join(programs, program), words, { stdio: "pipe" });
  }
}
