import { links, type LicenceState, type VerifiedChain } from "./chain.js";
import type { Licence } from "./licence.js";
import type { Licence as Handle } from "./wasm_verifier.js";

/** Which licences were made here. What is not in it was made up, copied or sent. */
const handles = new WeakMap<object, Handle>();

/** Gives a verified licence to the caller. */
export function present(handle: Handle, chain: VerifiedChain, state: LicenceState): Licence {
  const { claims } = chain.licence;
  const licence: Licence = Object.freeze({
    ok: true,
    state,
    claims,
    chain: Object.freeze(links(chain)),
    feature: (name: string) => (Object.hasOwn(claims.features, name) ? claims.features[name] : undefined),
  });
  handles.set(licence, handle);
  return licence;
}

/** The licence on the other side of the border. */
export function handleOf(licence: Licence): Handle {
  const handle = handles.get(licence);
  if (handle === undefined) {
    throw new TypeError("`licence` is not one that `verifyLicence` returned: give that very object, or the file's text");
  }
  return handle;
}
