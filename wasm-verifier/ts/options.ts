import type { PublicJwk } from "./claims.js";

/** A public key: SPKI PEM, or a JWK as an object or as its text. */
export type PublicKey = string | (PublicJwk & { readonly kid?: string; readonly alg?: string; readonly use?: string });

/** When to judge. */
export interface AtTime {
  /** Whole seconds since 1970; the machine's clock where it is absent. */
  readonly now?: number;
}

/** What a licence is checked against. */
export interface LicenceOptions extends AtTime {
  /** The vendor's root keys, one to eight. Ship them with the application: never take them from a server. */
  readonly roots: readonly PublicKey[];
  /** The product it must be for; any of the vendor's where it is absent. */
  readonly product?: string;
  /** The site's own key, where the caller is a site, or where an unbound licence is allowed. */
  readonly site?: PublicKey;
  /** A newer list of what the vendor took back; the newest list counts. */
  readonly revocations?: string;
  /** Takes a licence that names no site, as one for trials does. */
  readonly allowUnbound?: boolean;
  /** Takes a licence that is for tests. */
  readonly allowTest?: boolean;
}

const HOW_TO_GIVE = {
  roots: "give an array of one to eight different Ed25519 public keys, each as PEM or JWK",
  licence: "give what `verifyLicence` returned, or a licence file's text",
};

const HOW_TO_MEND: Readonly<Record<string, string>> = {
  roots: HOW_TO_GIVE.roots,
  product: "give the product's name as the licence has it",
  site: "give an Ed25519 public key as PEM or JWK",
  revocations: "give the text of a revocation list",
  allowUnbound: "give `true` or `false`",
  allowTest: "give `true` or `false`",
  now: "give whole seconds since 1970, in 2020 to 9999; `Date.now()` counts milliseconds",
};

/** The mistake of a program: an option that is not what it should be. */
export function badOption(name: string): TypeError {
  return new TypeError(`option \`${name}\` is wrong: ${HOW_TO_MEND[name] ?? "there is no such option"}`);
}

/** Checks that an option is there, without which nothing can be verified. */
export function needOption(name: "licence" | "roots", options: object | undefined): void {
  if (options?.[name as keyof typeof options] === undefined) throw new TypeError(`option \`${name}\` is missing: ${HOW_TO_GIVE[name]}`);
}

/** Checks that a text is one, which JavaScript does not. */
export function needText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`\`${name}\` is not a string: give its text`);
}

/** The time to judge at, as it crosses the border. */
export function time({ now = Math.floor(Date.now() / 1000) }: AtTime): bigint {
  if (!Number.isSafeInteger(now)) throw badOption("now");
  return BigInt(now);
}

/** The options that cross the border as one JSON text. */
export function asJson({ now: _now, revocations, ...options }: LicenceOptions): string {
  // A misspelt option would silently check less than was meant.
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(HOW_TO_MEND, name));
  if (unknown !== undefined) throw badOption(unknown);
  if (revocations !== undefined && typeof revocations !== "string") throw badOption("revocations");
  return JSON.stringify(options);
}
