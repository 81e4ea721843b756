import type { Signer } from '../proof/verdict.ts';
import type { ArtifactKind } from '../release/component.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import type { ReleaseVersion } from '../release/version.ts';
import type { Digest } from '../strict/digest.ts';
import type { ReleaseWorkflow } from './release-workflow.ts';

/** The conditions for a digest to be proved. There is no policy without a signer. */
export type Policy = SignerPolicy &
  ClaimPolicy & {
    /** What a policy file demands besides; undefined where none is named. `policyOf` alone decides that. */
    readonly rules: Rules | undefined;
  };

/** Who must have signed. */
export type SignerPolicy =
  | { readonly kind: 'certificate-identity'; readonly identities: readonly CertificateIdentity[] }
  /** Any release of one workflow, with its identity at any version tag. */
  | ({ readonly kind: 'release-workflow' } & ReleaseWorkflow)
  | { readonly kind: 'managed-key'; readonly publicKeyPem: string };

/** What must have been signed. */
export interface ClaimPolicy {
  /**
   * Empty: the artifact itself must be signed, by a message signature, which is what proves a release. Otherwise, a
   * statement about it whose predicate has one of these types (URIs, compared as whole strings); it proves what that
   * predicate says.
   */
  readonly predicateTypes?: readonly string[];
}

/** What a policy file demands of one artifact. It can only forbid: a proof comes first, and no rule replaces a check. */
export interface Rules {
  /**
   * Judges a signing that passed every check of the proof.
   *
   * @throws NotAllowedError
   */
  readonly judge: (signing: Signing) => Allowance;
  /** Whether the request is forbidden unless the digest turns out to be one that an exception names. */
  readonly awaitsDigest: boolean;
  /**
   * Why a file that is not proved must not be let pass by an option that would do that; undefined if the policy file does
   * not forbid it.
   */
  readonly unprovedForbidden: (file: UnprovedFile) => string | undefined;
  /** The policy for the manifest of the artifact's release, which is signed like it and is no file that you asked for. */
  readonly ofManifest: Policy;
}

/** What the proof of a digest has shown. */
export interface Signing {
  readonly digest: Digest;
  readonly signer: Signer;
  /** Every proved time of signing. */
  readonly times: readonly Date[];
  readonly entries: readonly SigningEntry[];
  readonly hasSignedEntryTimestamp: boolean;
  readonly hasInclusionProof: boolean;
  /** The time of the proof. */
  readonly now: Date;
}

/** A proved entry of a transparency log. */
export interface SigningEntry {
  /** Hex. */
  readonly logId: string;
  readonly logIndex: bigint;
  /** Whether the log counts by this index. Otherwise it is a position in one of its trees, and the log's is not known. */
  readonly isOfLog: boolean;
}

/** A signing that the policy file does not forbid; the name of the file is judged when it is known. */
export interface Allowance {
  /** The exceptions that the signing needed. */
  readonly used: readonly UsedException[];
  /**
   * @throws NotAllowedError; UnavailableError where a version marker that the policy needs cannot be fetched.
   */
  readonly named: (file: NamedFile) => Promise<PolicyUse>;
}

/** A proved file, and what it is as far as something binds it or its bytes say it; not what it was asked for as. */
export interface NamedFile {
  /** Hex. */
  readonly sha256: string;
  /** Undefined where nothing says it. */
  readonly component: string | undefined;
  /** As {@link component}. */
  readonly version: ReleaseVersion | undefined;
  /** As {@link component}. */
  readonly kind: ArtifactKind | undefined;
  /** Whether something says all of it: what is signed, or a digest that you demanded under that name. */
  readonly isBound: boolean;
  /** Whether something signed does. */
  readonly isSigned: boolean;
}

/** What a file that is not proved says of itself. */
export interface UnprovedFile {
  /** Hex; undefined where it could not be read. */
  readonly sha256: string | undefined;
  readonly component: string | undefined;
  /** Of another builder's file, the version that it was built from. */
  readonly version: ReleaseVersion | undefined;
}

/** The policy file that allowed an artifact, and what it took. */
export interface PolicyUse {
  /** Absolute; absent where it was passed as a value. */
  readonly path?: string;
  /** Of the policy file, hex. */
  readonly sha256: string;
  /** Those without which it would not have been allowed. */
  readonly exceptions: readonly UsedException[];
  /** How far behind the newest patch release it is, where the policy bounds that. */
  readonly patchesBehind?: PatchesBehind;
}

/** An exception that allowed an artifact. */
export interface UsedException {
  /** The digest that it is for, hex: of the file, or of the release manifest that says its name. */
  readonly sha256: string;
  /** The demands of the policy that the artifact does not meet. */
  readonly lifts: readonly Demand[];
  /** Why, as the policy file says it. */
  readonly reason: string;
  /** The last day, or the time, at which it counts; ISO 8601, as the policy file has it. */
  readonly until: string;
}

/** How far a version is behind the newest patch release of its minor. */
export interface PatchesBehind {
  /** By how many patch releases. */
  readonly count: number;
  /** The newest patch release of that minor, as an unsigned version marker says. */
  readonly newest: string;
}

/** A demand of a policy file that an exception can lift. Who signed, and a denied digest, are none of them. */
export type Demand =
  | 'allowed'
  | 'maxPatchesBehind'
  | 'minimumAge'
  | 'boundName'
  | 'signedEntryTimestamp'
  | 'inclusionProof'
  | 'deniedSigningTimes'
  | 'deniedLogIndexes';

/** The policy for the manifest of a release, by that for an artifact of it. */
export function policyOfManifest(policy: Policy): Policy {
  return policy.rules?.ofManifest ?? policy;
}
