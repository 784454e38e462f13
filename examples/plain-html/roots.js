// From the vendor's `site-kit.json`; `licence-server dev` prints the same for a throw-away chain.
export const roots = [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }];
export const product = "lab";
/** Only while developing: a licence for tests is refused by everybody who was not told to take it. */
export const allowTest = true;
