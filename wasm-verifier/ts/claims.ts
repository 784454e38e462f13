/** What signed objects say, under the names that are signed. Times are seconds since 1970. */

/** A value that a licence grants. */
export type Feature = boolean | number | string | readonly string[];

/** Features by name. */
export type Features = Readonly<Record<string, Feature>>;

/** The public half of a key (RFC 8037). */
export interface PublicJwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
}

/** How many may be active at once, and how. */
export interface Seats {
  readonly active_max: number;
  readonly registered_max?: number;
  readonly per: "user" | "session";
  readonly overage: number;
  readonly lease_secs: number;
  readonly idle_secs: number;
  readonly sessions_max: number;
  readonly borrow?: { readonly days_max: number; readonly seats_max: number };
}

/** `licence+jwt`: what an institute was granted. */
export interface LicenceClaims {
  /** The vendor. */
  readonly iss: string;
  /** The owner in the vendor's ledger, a UUID. */
  readonly sub: string;
  /** The application. */
  readonly aud: string;
  /** This licence, a UUID. */
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  /** Absent for a licence without an end. */
  readonly exp?: number;
  readonly warn_at?: number;
  readonly grace_until?: number;
  /** The series of renewals that it belongs to. */
  readonly serial: string;
  readonly revision: number;
  readonly institute: { readonly name: string; readonly affiliation?: string };
  readonly seats: Seats;
  readonly features: Features;
  /** The key of the one site it is for; absent for an unbound licence. */
  readonly cnf?: { readonly jwk: PublicJwk };
  readonly revocations_min?: number;
  readonly env?: "test";
}

/** `issuer+jwt`: a root key lets another key sign licences. */
export interface IssuerClaims {
  readonly iss: string;
  /** `issuer:<vendor>`. */
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly cnf: { readonly jwk: PublicJwk };
  /** Absent for each of the vendor's products. */
  readonly products?: readonly string[];
  readonly seats_max?: number;
}

/** `at+jwt`: one person may use the application now. */
export interface AccessClaims {
  /** The server that made it; with `jti` it is the token's identity. */
  readonly iss: string;
  /** The application. */
  readonly aud: string;
  /** The person, a UUID. */
  readonly sub: string;
  readonly client_id: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  /** The sign-in that it belongs to, a UUID. */
  readonly sid: string;
  readonly auth_time: number;
  readonly scope: string;
  readonly roles: readonly string[];
  /** The person's id in an older system. */
  readonly ext_id?: string;
  /** The licence it was made under. */
  readonly lic: string;
  /** Features of the licence that the server copied. */
  readonly features?: Features;
  /** The public part of the session's data. */
  readonly dat?: Readonly<Record<string, unknown>>;
  /** Where the server's audit log stood. */
  readonly epoch: string;
  readonly seq: number;
  readonly head: string;
}

/** `lease+jwt`: a seat that one device has taken along for days. It counts only beside the device's key. */
export interface LeaseClaims {
  readonly iss: string;
  /** `lease:<product>`. */
  readonly aud: string;
  readonly sub: string;
  readonly jti: string;
  readonly sid: string;
  readonly iat: number;
  readonly exp: number;
  readonly lic: string;
  /** The public half of the device's key. */
  readonly cnf: { readonly jwk: PublicJwk };
}
