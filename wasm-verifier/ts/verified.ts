import { links, type LicenceState, type VerifiedChain } from "./chain.js";
import type { Licence } from "./licence.js";
import type { Licence as Handle } from "./wasm_verifier.js";

interface Origin {
  readonly handle: Handle;
  /** The roots that it was verified against, as JSON. */
  readonly roots: string;
}

/** Where licences were made. What is not in it was made up, copied or sent. */
const origins = new WeakMap<object, Origin>();

/** Gives a verified licence to the caller. */
export function present(origin: Origin, chain: VerifiedChain, state: LicenceState): Licence {
  const { claims } = chain.licence;
  const licence: Licence = Object.freeze({
    ok: true,
    state,
    claims,
    chain: Object.freeze(links(chain)),
    feature: (name: string) => (Object.hasOwn(claims.features, name) ? claims.features[name] : undefined),
  });
  origins.set(licence, origin);
  return licence;
}

/** Where a licence was made. */
export function originOf(licence: Licence): Origin {
  const origin = origins.get(licence);
  if (origin === undefined) {
    throw new TypeError("`licence` is not one that `verifyLicence` returned: give that very object, or the file's text");
  }
  return origin;
}
