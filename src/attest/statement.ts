/**
 * Verification Summary Attestations: in-toto statements (version 1) with the predicate of SLSA 1.2. They are not signed.
 * https://slsa.dev/spec/v1.2/verification_summary
 */

/** A resource, as in-toto describes it. */
export interface ResourceDescriptor {
  /** For people; it says nothing that the digest does not decide. */
  readonly name?: string;
  /** By RFC 3986. */
  readonly uri?: string;
  /** SHA-256, hex. */
  readonly digest?: { readonly sha256: string };
  /** What kind of file it is. */
  readonly mediaType?: string;
  /** More about it, by name. */
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** One artifact, and whether it passed. Fields whose name is a URN are k8s-verify's own. */
export interface VerificationSummary {
  /** Of the statement. */
  readonly _type: 'https://in-toto.io/Statement/v1';
  /** One. */
  readonly subject: readonly [ResourceDescriptor & { readonly digest: { readonly sha256: string } }];
  /** Of the predicate. */
  readonly predicateType: 'https://slsa.dev/verification_summary/v1';
  /** The summary itself. */
  readonly predicate: {
    /** k8s-verify, and its version. */
    readonly verifier: { readonly id: string; readonly version: Readonly<Record<string, string>> };
    /** By the clock of the machine that verified it; ISO 8601 in UTC. */
    readonly timeVerified: string;
    /** What was asked for, which the subject has passed or failed as. */
    readonly resourceUri: string;
    /** The policy file, or the built-in policy. */
    readonly policy: ResourceDescriptor & { readonly uri: string };
    /** All that it was proved by; absent of what failed. */
    readonly inputAttestations?: readonly ResourceDescriptor[];
    /** Whether it is genuine and allowed. */
    readonly verificationResult: 'PASSED' | 'FAILED';
    /** `FAILED`, or `SLSA_BUILD_LEVEL_UNEVALUATED` and what else holds. */
    readonly verifiedLevels: readonly string[];
    /** Of the specification. */
    readonly slsaVersion: '1.2';
    /** The trusted root that it was held against. */
    readonly 'urn:k8s-verify:trusted-root'?: ResourceDescriptor;
    /** Why it failed: a code of {@link EXIT_CODES}. */
    readonly 'urn:k8s-verify:reason'?: string;
  };
}

/** The line of a statement in a file: JSON in ASCII, so that no character of it can hide another. */
export function statementLine(statement: VerificationSummary): string {
  const json = JSON.stringify(statement);
  return `${json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** Who verified: the `id` of {@link VerificationSummary}. */
export const VERIFIER = 'urn:k8s-verify:verifier';

/** How every line begins: no other program's statement does, so that a file of those is not taken for an older one of these. */
export const STATEMENT_BEGINS: string =
  '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/verification_summary/v1",' +
  `"predicate":{"verifier":{"id":"${VERIFIER}"`;
