// Pages of other origins than the server's, at names that lead to this machine.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whatever a resolver says; `.test` never exists (RFC 6761). */
export const RESOLVER_FLAG = "--host-resolver-rules=MAP *.test 127.0.0.1";

/** Empty pages at every address of a port of this machine. */
export class Pages {
  #server;

  static async plain() {
    return new Pages(createServer()).#listen();
  }

  /** With a certificate that nobody trusts. */
  static async secure() {
    return new Pages(createSecureServer(certificate())).#listen();
  }

  constructor(server) {
    this.#server = server.on("request", (_, response) => {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>");
    });
  }

  async #listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get port() {
    return this.#server.address().port;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort() {
  const pages = await Pages.plain();
  const { port } = pages;
  await pages.close();
  return port;
}

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "licence-pages-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-subj", "/CN=pages.test", "-days", "2", "-keyout", key, "-out", cert], { stdio: "pipe" });
  const files = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return files;
}
