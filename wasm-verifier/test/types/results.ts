// Not run: it has to compile, and each marked line has to be refused.

import {
  init,
  inspect,
  verifyAccess,
  verifyLicence,
  type Code,
  type Feature,
  type Licence,
  type Part,
  type VerifierCode,
} from "wasm-verifier";

const roots = [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] as const;

export async function results(file: string, token: string): Promise<void> {
  await init();
  const licence = verifyLicence(file, { roots, product: "acme-lab" });
  // @ts-expect-error a refusal has no features: `ok` has to be asked first
  licence.feature("export");
  if (!licence.ok) {
    const [at, code, sentences]: [Part, VerifierCode, string[]] = [licence.at, licence.code, [licence.message, licence.mend]];
    if (licence.code === "expired") late(licence.until);
    // @ts-expect-error a bad signature says nothing more
    if (licence.code === "bad_signature") late(licence.until);
    // @ts-expect-error a server's code is not the verifier's
    if (licence.code === "no_seat") return;
    return report(at, code, sentences);
  }
  const held: Licence = licence;
  const granted: Feature | undefined = held.feature("export");
  // @ts-expect-error what was verified is not changed
  held.claims.seats.active_max = 1_000;
  // @ts-expect-error a licence is not made up
  const forged: Licence = { ok: true };

  const access = verifyAccess(token, { licence: held });
  if (access.ok) late(access.claims.exp);
  verifyAccess(token, { licence: held, roots });
  verifyAccess(token, { licence: file, roots, now: 1_935_403_200 });
  // @ts-expect-error a licence given as text needs the roots
  verifyAccess(token, { licence: file });
  // @ts-expect-error a refusal is no licence
  verifyAccess(token, { licence: verifyLicence(file, { roots }) });
  // @ts-expect-error the roots are never left out
  verifyLicence(file, {});

  for (const link of access.ok ? access.chain : []) {
    if (link.link === "root" || link.link === "site") name(link.kid);
    else late(link.claims.iat);
  }

  const said = inspect(token);
  if (said.ok) {
    const unverified: false = said.verified;
    // @ts-expect-error what nobody verified has no trusting name
    late(said.claims);
    void unverified;
  }
  void [granted, forged];
}

declare function late(secs: number): void;
declare function name(kid: string): void;
declare function report(at: Part, code: Code, sentences: string[]): void;
