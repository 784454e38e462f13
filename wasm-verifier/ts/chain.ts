import type { AccessClaims, IssuerClaims, LicenceClaims } from "./claims.js";

/** Where a licence stands in its life. */
export type LicenceState = "valid" | "expiring" | "grace";

/** One step of the chain of trust, with what it proved. */
export type Link =
  | { readonly link: "root"; readonly kid: string; readonly proves: string }
  | { readonly link: "issuer"; readonly kid: string; readonly claims: IssuerClaims; readonly proves: string }
  | { readonly link: "licence"; readonly claims: LicenceClaims; readonly proves: string }
  | { readonly link: "site"; readonly kid: string; readonly proves: string }
  | { readonly link: "access"; readonly claims: AccessClaims; readonly proves: string };

/** The chain as it comes over the border. */
export interface VerifiedChain {
  readonly root: string;
  readonly issuer?: { readonly kid: string; readonly claims: IssuerClaims };
  readonly licence: { readonly claims: LicenceClaims };
  readonly site?: string;
}

/** The links from the root down to the site's key. */
export function links({ root, issuer, licence, site }: VerifiedChain): readonly Link[] {
  const signer = issuer === undefined ? "the root key" : "the issuing key";
  const chain: Link[] = [
    { link: "root", kid: root, proves: "this key is pinned in the application: nothing was taken from the server" },
  ];
  if (issuer !== undefined) {
    const proves = "the root key let this key sign licences, and it kept within its window and limits";
    chain.push({ link: "issuer", ...issuer, proves });
  }
  chain.push({ link: "licence", ...licence, proves: `${signer} signed every byte of it` });
  if (site !== undefined) {
    const isNamed = licence.claims.cnf !== undefined;
    const proves = isNamed
      ? "the licence names this key: only its server's tokens count"
      : "the caller names this key: the licence names no site";
    chain.push({ link: "site", kid: site, proves });
  }
  return chain;
}

/** The last link. */
export function accessLink(claims: AccessClaims): Link {
  const proves = "the site's key signed it for this person, while the licence held, and it has not ended";
  return { link: "access", claims, proves };
}
