/** A vendor and a site made up for tests. All that they sign says `env: test`, which nobody accepts who was not told to. */

import type { AccessClaims, LicenceClaims, PublicJwk } from "../claims.js";
import { armour, jws, newKey, uuid, type TestKey } from "./keys.js";

const DAY_SECS = 86_400;
const VENDOR = "Test Vendor";

/** What the made-up licence grants. */
export interface TestTerms {
  readonly product?: string;
  /** Seats. */
  readonly seats?: number;
  readonly features?: LicenceClaims["features"];
  /** Further members of the licence's `seats`, such as `idle_secs` or `borrow`. */
  readonly terms?: Partial<LicenceClaims["seats"]>;
  /** When it is made, in milliseconds since 1970; it holds for a year from then. */
  readonly now?: number;
}

/** Who signs: keys that were made a moment ago, and are gone with the page. */
export interface TestAuthority {
  /** What an application under test passes as `roots`, with `allowTest: true`. */
  readonly roots: readonly PublicJwk[];
  readonly product: string;
  /** The licence in force. */
  readonly licence: TestLicence;
  /** Puts another licence in force: the next revision, with other terms. */
  renew(terms: TestTerms): Promise<TestLicence>;
  /** Signs an access token, a lease or a list of revoked tokens with the site's key. */
  sign(typ: "at+jwt" | "lease+jwt" | "revoked+jwt", claims: object): Promise<string>;
  /** An access token for somebody, with what a test wants different. */
  accessToken(claims?: Partial<AccessClaims>): Promise<string>;
}

/** A licence file and what it says. */
export interface TestLicence {
  readonly file: string;
  readonly claims: LicenceClaims;
}

/** Makes up a vendor, an issuing key, a site and a licence. */
export async function createTestAuthority(terms: TestTerms = {}): Promise<TestAuthority> {
  const [root, issuing, site] = await Promise.all([newKey(), newKey(), newKey()]);
  const vendor = new Vendor(root, issuing, site);
  let current = await vendor.issue(terms, undefined);
  return {
    roots: [root.jwk],
    product: current.claims.aud,
    get licence() {
      return current;
    },
    async renew(changes) {
      current = await vendor.issue(changes, current.claims);
      return current;
    },
    sign: (typ, claims) => jws(site, typ, claims),
    accessToken: (claims = {}) => jws(site, "at+jwt", { ...anyAccess(current.claims), ...claims }),
  };
}

class Vendor {
  readonly #root: TestKey;
  readonly #issuing: TestKey;
  readonly #site: TestKey;

  constructor(root: TestKey, issuing: TestKey, site: TestKey) {
    this.#root = root;
    this.#issuing = issuing;
    this.#site = site;
  }

  async issue(terms: TestTerms, before: LicenceClaims | undefined): Promise<TestLicence> {
    const { now = Date.now(), seats = before?.seats.active_max ?? 3, features = before?.features ?? { export: true } } = terms;
    const claims = {
      ver: 1,
      iss: VENDOR,
      sub: before?.sub ?? uuid(now),
      aud: terms.product ?? before?.aud ?? "test-app",
      jti: uuid(now),
      iat: Math.floor(now / 1000),
      nbf: Math.floor(now / 1000),
      exp: Math.floor(now / 1000) + 365 * DAY_SECS,
      serial: before?.serial ?? "7K3M-9QWD-X2TB-0F50",
      revision: (before?.revision ?? 0) + 1,
      institute: { name: "Institute of Tests" },
      seats: { per: "user", overage: 0, lease_secs: 930, idle_secs: 7200, sessions_max: 5, ...before?.seats, ...terms.terms, active_max: seats },
      features,
      cnf: { jwk: this.#site.jwk },
      env: "test",
    } as const;
    const licence = await jws(this.#issuing, "licence+jwt", claims);
    return { file: armour("LICENCE", licence) + armour("ISSUER KEY", await this.#delegation(now)), claims };
  }

  #delegation(now: number): Promise<string> {
    const iat = Math.floor(now / 1000) - DAY_SECS;
    return jws(this.#root, "issuer+jwt", {
      ver: 1,
      iss: VENDOR,
      aud: `issuer:${VENDOR}`,
      jti: uuid(now),
      iat,
      nbf: iat,
      exp: iat + 730 * DAY_SECS,
      cnf: { jwk: this.#issuing.jwk },
    });
  }
}

function anyAccess({ aud, jti: lic, iat }: LicenceClaims): AccessClaims {
  const [sub, jti, sid] = [uuid(iat * 1000), uuid(iat * 1000), uuid(iat * 1000)];
  const who = { iss: "https://seats.test", aud, sub, client_id: aud, iat, exp: iat + 900, jti, sid, auth_time: iat };
  return { ...who, scope: "seat", roles: [], lic, epoch: "1-0011223344556677", seq: 1, head: "AAAAAAAAAAAAAAAAAAAAAA" };
}

