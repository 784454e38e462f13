export type { LicenceState, Link } from "./chain.js";
export type { AccessClaims, Feature, Features, IssuerClaims, LeaseClaims, LicenceClaims, PublicJwk, Seats } from "./claims.js";
export { CODES, type Code, type Flaw, type Part, type VerifierCode } from "./codes.js";
export type { Licence } from "./licence.js";
export type { AtTime, LicenceOptions, PublicKey } from "./options.js";
export type { Refusal } from "./refusal.js";
export {
  inspect,
  logHead,
  verifyAccess,
  verifyLease,
  verifyLicence,
  verifyRevoked,
  type Access,
  type AccessOptions,
  type Lease,
  type Revoked,
  type UnderLicence,
  type Unverified,
} from "./verifier.js";
