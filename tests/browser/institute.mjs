// A vendor and an institute played with the real programs, in a folder of their own, with the demonstration's page.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARIES = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug");
const NAME = "Institute of Demonstration";

export const password = (name) => `${name}-demo-password`;

export class Institute {
  #folder = mkdtempSync(join(tmpdir(), "licence-demo-"));
  #server;
  #listen = "127.0.0.1:0";

  /** Keys, a licence bound to the site's key, people, and a server that serves the page. */
  static async found({ seats, people }) {
    const institute = new Institute();
    institute.#furnish(seats);
    people.forEach((name) => institute.#register(name));
    institute.#assemble();
    await institute.serve();
    return institute;
  }

  /** Starts the server; again on the port that it had before. */
  async serve() {
    const words = ["serve", "--data", "site", "--listen", this.#listen, "--app", "app"];
    this.#server = spawn(join(BINARIES, "licence-server"), words, { cwd: this.#folder, stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface(this.#server.stdout)) {
      const [url] = /http:\/\/localhost:\d+/.exec(line) ?? [];
      if (url === undefined) continue;
      this.url = url;
      this.#listen = `127.0.0.1:${new URL(url).port}`;
      return;
    }
    throw new Error("the server ended before it listened");
  }

  /** Ends the server as a power cut would. */
  async kill() {
    const ended = once(this.#server, "exit");
    this.#server.kill("SIGKILL");
    await ended;
  }

  async close() {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #furnish(seats) {
    this.#run("licence-issuer", "init", "vendor", "--vendor", "Demo Vendor", "--product", "demo-app", "--no-passphrase");
    this.#run("licence-server", "init", "--data", "site", "--kit", "vendor/site-kit.json");
    this.#run("licence-server", "request", "--data", "site", "--institute", NAME, "--out", "request.txt");
    const grant = ["--institute", NAME, "--seats", `${seats}`, "--registered", "8", "--days", "365"];
    const files = ["--vendor-dir", "vendor", "--request", "request.txt", "--out", "demo.licence"];
    this.#run("licence-issuer", "issue", ...grant, ...files);
    this.#run("licence-server", "licence", "install", "demo.licence", "--data", "site");
  }

  #register(name) {
    writeFileSync(join(this.#folder, "password.txt"), password(name));
    this.#run("licence-server", "user", "add", name, "--password-file", "password.txt", "--data", "site");
  }

  /** The page with the package and the root keys beside it, as `cargo xtask demo` puts them. */
  #assemble() {
    const app = join(this.#folder, "app");
    cpSync(join(ROOT, "wasm-verifier/demo"), app, { recursive: true });
    cpSync(join(ROOT, "wasm-verifier/dist"), join(app, "wasm-verifier"), { recursive: true });
    cpSync(join(this.#folder, "vendor/site-kit.json"), join(app, "roots.json"));
  }

  #run(program, ...words) {
    execFileSync(join(BINARIES, program), words, { cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] });
  }
}
