// Written by test/sentences.rs from licence-core's list: change it there, not here.

/** Every code: what it means, and how to mend it. */
export const CODES = {
  too_large: { title: "it is larger than anything of its kind", mend: "check that this is the right file" },
  malformed: { title: "it is not written as its format says", mend: "ask for it again: a copy by mail or clipboard may have changed it" },
  wrong_type: { title: "it is a signed object of another kind", mend: "give the kind that was asked for" },
  unknown_key: { title: "the key that signed it is not one that may sign it here", mend: "check that it comes from this vendor and that the pinned root keys are current" },
  bad_signature: { title: "its signature does not hold", mend: "it was changed after it was signed: ask for the original" },
  unsupported_version: { title: "it is written in a newer version of the format", mend: "update this program" },
  wrong_product: { title: "it is for another product", mend: "ask the vendor for a licence for this product" },
  unbound: { title: "it names no site, so any copy of it would work anywhere", mend: "send the vendor a request file and ask for a licence bound to this server" },
  wrong_site: { title: "it is bound to another site's key", mend: "send the vendor this server's request file and ask for a renewal" },
  test_licence: { title: "it is for tests only", mend: "install a production licence, or allow test licences" },
  not_yet_valid: { title: "its time has not come", mend: "check this machine's clock and date, or wait until it starts" },
  expired: { title: "its time is over", mend: "renew it" },
  revoked: { title: "it was taken back by the one who gave it", mend: "ask whoever gave it for a new one" },
  exceeds_licence: { title: "it claims more than what it rests on grants", mend: "ask the vendor: whoever signed it was not allowed to" },
  licence_changed: { title: "it was made under another licence than the one at hand", mend: "fetch the licence again and try once more" },
  invalid_grant: { title: "name and password do not match, or the sign-in has ended", mend: "sign in again" },
  refresh_reused: { title: "an old refresh token was used again, so the session was ended to be safe", mend: "sign in again; if that was not you, change the password" },
  store_behind: { title: "the server's store is older than this sign-in", mend: "tell the administrator that a backup was restored, then sign in again" },
  invalid_token: { title: "the access token is missing, ended, or not good here", mend: "refresh it, or sign in again" },
  forbidden: { title: "this account may not do that", mend: "ask the administrator for the role" },
  no_seat: { title: "all seats of the licence are taken", mend: "wait for a seat, or ask someone to sign out" },
  too_many_sessions: { title: "this account is active on as many devices as the licence allows", mend: "end one of the other sessions" },
  licence_expired: { title: "the institute's licence has ended", mend: "ask the administrator to renew the licence; the sign-in stays good" },
  no_licence: { title: "no licence is installed", mend: "ask the administrator to install the licence" },
  registered_full: { title: "as many people are registered as the licence allows", mend: "remove people who left, or ask the vendor for more" },
  insecure_transport: { title: "a sign-in over plain http would be readable by others on the network", mend: "serve with --tls-self or --tls-cert, or put a TLS proxy in front; and give the address with --public-url https://NAME" },
  csrf: { title: "the request came from a page that may not send it", mend: "add the page's origin to the server's `origins`" },
  throttled: { title: "too many attempts in a short time", mend: "wait as long as Retry-After says" },
  busy: { title: "the server has more to do than it can queue", mend: "try again as Retry-After says" },
  retired: { title: "this server was moved to another machine and serves nobody any more", mend: "use the new server; where there is none, restore the final backup" },
  conflict: { title: "it does not go with what is there", mend: "look at what is there" },
  precondition_failed: { title: "someone else changed it first", mend: "read it again and repeat the change" },
  not_found: { title: "there is no such thing", mend: "check the address or the name" },
  invalid_request: { title: "the request is not written as it should be", mend: "see the documentation of this call" },
  internal: { title: "the server failed", mend: "see the server's log" },
  missing_days: { title: "days are missing of which it should tell", mend: "ask the institute for a statement from the day on which the one before ended" },
  statement_missing: { title: "it does not follow the statement before", mend: "ask the institute for the statement that it follows" },
  log_rolled_back: { title: "the site's log stands before a place at which it stood already", mend: "ask the institute whether an old copy of the data directory was put back" },
  log_forked: { title: "the site has two logs that are not one", mend: "ask the institute whether two copies of the data directory ran, or an old one was put back" },
  clock_lowered: { title: "the site's clock was set back", mend: "ask the institute why: its audit log has the reason that was given" },
} as const;

/** Why something was refused, in one word that never changes. */
export type Code = keyof typeof CODES;

/** The codes that the verifier itself gives. */
export type VerifierCode =
  | "too_large"
  | "malformed"
  | "wrong_type"
  | "unknown_key"
  | "bad_signature"
  | "unsupported_version"
  | "wrong_product"
  | "unbound"
  | "wrong_site"
  | "test_licence"
  | "not_yet_valid"
  | "expired"
  | "revoked"
  | "exceeds_licence"
  | "licence_changed";

/** Where in the chain something was refused. */
export const PARTS = {
  file: "the file",
  revocations: "the revocation list",
  issuer: "the issuing key's certificate",
  licence: "the licence",
  access: "the access token",
  revoked: "the list of revoked tokens",
  lease: "the lease",
  checkpoint: "the checkpoint",
  usage: "the usage statement",
  request: "the request file",
  key: "the key",
} as const;

/** A link of the chain. */
export type Part = keyof typeof PARTS;

/** What is wrong with something that is not written as its format says. */
export const FLAWS = {
  segments: "it has not three segments",
  base64: "a segment is not canonical base64url",
  encoding: "it is not UTF-8",
  syntax: "it is not JSON, or cut off",
  duplicate_name: "a name stands twice in one object",
  depth: "it is nested too deeply",
  members: "an object has too many members",
  lone_surrogate: "a string holds half of a surrogate pair",
  trailing_data: "something follows the JSON value",
  header: "its header is not exactly `alg`, `typ` and `kid`",
  algorithm: "its algorithm is not EdDSA",
  signature_length: "its signature has not 64 bytes",
  missing: "`{claim}` is missing",
  claim: "`{claim}` has the wrong type or value",
  armour: "a block's armour is not as RFC 7468 says",
  blocks: "it does not hold the blocks that belong there",
  key: "it is not a sound Ed25519 public key",
} as const;

/** A flaw of form. */
export type Flaw = keyof typeof FLAWS;
