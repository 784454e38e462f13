import { CODES, FLAWS, PARTS, type Flaw, type Part, type VerifierCode } from "./codes.js";

/** What a refusal shows for itself, by code. A bad signature shows nothing more. */
interface Evidence {
  too_large: { readonly bytes_max: number };
  malformed: { readonly flaw: Flaw; readonly claim?: string };
  /** The `typ` that belongs there. */
  wrong_type: { readonly expected: string };
  /** The key that it names. */
  unknown_key: { readonly kid: string };
  unsupported_version: { readonly ver: number };
  /** The product that it is for, with `admin:` in front where it opens the administration of a server. */
  wrong_product: { readonly product: string };
  /** The site that it is bound to. */
  wrong_site: { readonly site: string };
  /** Seconds since 1970. */
  not_yet_valid: { readonly now: number; readonly from: number };
  /** Seconds since 1970. */
  expired: { readonly now: number; readonly until: number };
  exceeds_licence: { readonly claim: string };
  /** The licence that it was made under. */
  licence_changed: { readonly licence: string };
}

/** A refusal as it comes over the border. */
export type Finding = {
  [C in VerifierCode]: {
    readonly ok: false;
    /** The link of the chain. */
    readonly at: Part;
    readonly code: C;
  } & (C extends keyof Evidence ? Evidence[C] : unknown);
}[VerifierCode];

/** The first thing that is wrong, looked for from the root downwards. */
export type Refusal = Finding & {
  /** One sentence: where, why, and the evidence. */
  readonly message: string;
  /** How to mend it. */
  readonly mend: string;
};

/** Adds the sentences. */
export function refuse(finding: Finding): Refusal {
  const { title, mend } = CODES[finding.code];
  const evidence = spoken(finding);
  const message = `${PARTS[finding.at]} is refused: ${title}${evidence && ` (${evidence})`}`;
  return Object.freeze({ ...finding, message, mend });
}

function spoken(finding: Finding): string {
  switch (finding.code) {
    case "too_large":
      return `over ${finding.bytes_max} bytes`;
    case "malformed":
      return FLAWS[finding.flaw].replace("{claim}", () => finding.claim ?? "");
    case "wrong_type":
      return `\`${finding.expected}\` was expected`;
    case "unknown_key":
      return `key \`${finding.kid}\``;
    case "unsupported_version":
      return `version ${finding.ver}`;
    case "wrong_product":
      return `\`${finding.product}\``;
    case "wrong_site":
      return `site \`${finding.site}\``;
    case "not_yet_valid":
      return `from ${time(finding.from)}; it is ${time(finding.now)}`;
    case "expired":
      return `until ${time(finding.until)}; it is ${time(finding.now)}`;
    case "exceeds_licence":
      return `\`${finding.claim}\``;
    case "licence_changed":
      return `licence \`${finding.licence}\``;
    case "bad_signature":
    case "unbound":
    case "test_licence":
    case "revoked":
      return "";
  }
}

/** RFC 3339 without a fraction, as the command-line tools write it. */
function time(secs: number): string {
  return new Date(secs * 1000).toISOString().replace(".000Z", "Z");
}
