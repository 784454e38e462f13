import type { LicenceState, Link } from "./chain.js";
import type { Feature, LicenceClaims } from "./claims.js";

/** A licence that holds. Only the verifier makes one. */
export interface Licence {
  readonly ok: true;
  /** `expiring` once its end has been announced, `grace` once it has ended and still works. */
  readonly state: LicenceState;
  readonly claims: LicenceClaims;
  /** What stands behind it, from the root down. */
  readonly chain: readonly Link[];
  /** The value of a feature, `undefined` where it is not granted. */
  feature(name: string): Feature | undefined;
}
