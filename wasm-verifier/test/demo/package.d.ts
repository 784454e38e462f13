// The demonstration has the package copied beside it; here it stands elsewhere.
declare module "*/wasm-verifier/browser.js" {
  export * from "wasm-verifier";
}
declare module "*/wasm-verifier/session/browser.js" {
  export * from "wasm-verifier/session";
}
