/** What a policy file says, once it is read. docs/policy.schema.json and docs/policy.md describe the file. */
import type { ArtifactKind } from '../release/component.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import type { Demand } from './policy.ts';
import type { VersionRange } from './version-range.ts';

export interface PolicyFile {
  /** What may be used: something that one of these allows. Undefined: anything. */
  readonly allowed: readonly AllowRule[] | undefined;
  readonly maxPatchesBehind: number | undefined;
  readonly minimumAge: Duration | undefined;
  readonly required: RequiredEvidence;
  /** Where files may come from, in order of preference: base URLs without a slash at the end, or absolute paths. */
  readonly sources: readonly string[] | undefined;
  readonly denied: Denied;
  /** Who must have signed, instead of the signers that are built in; undefined where they stay. */
  readonly identities: readonly PolicyIdentity[] | undefined;
  readonly exceptions: readonly PolicyException[];
}

/** Undefined: any component; any version. */
export interface AllowRule {
  readonly components: readonly string[] | undefined;
  readonly versions: readonly VersionRange[] | undefined;
}

export interface Duration {
  /** As it is written: `7d`. */
  readonly text: string;
  readonly milliseconds: number;
}

export interface RequiredEvidence {
  readonly boundName: boolean;
  readonly signedEntryTimestamp: boolean;
  readonly inclusionProof: boolean;
  readonly trustedRootMaxAge: Duration | undefined;
}

export interface Denied {
  readonly digests: readonly DeniedDigest[];
  readonly signingTimes: readonly DeniedTimes[];
  readonly logIndexes: readonly DeniedIndexes[];
}

interface Reasoned {
  readonly reason: string;
}

export interface DeniedDigest extends Reasoned {
  /** Hex. */
  readonly sha256: string;
}

/** Both ends are denied too. */
export interface DeniedTimes extends Reasoned {
  readonly from: Date;
  readonly to: Date;
}

/** Both ends are denied too. */
export interface DeniedIndexes extends Reasoned {
  readonly from: bigint;
  readonly to: bigint;
  /** Hex; undefined for every log. */
  readonly logId: string | undefined;
}

/** An identity that is accepted for some files, where it signed within some time. Undefined: all kinds, versions, times. */
export interface PolicyIdentity extends CertificateIdentity {
  readonly kinds: readonly ArtifactKind[] | undefined;
  readonly versions: readonly VersionRange[] | undefined;
  readonly signedFrom: Date | undefined;
  readonly signedUntil: Date | undefined;
}

export interface PolicyException extends Reasoned {
  /** Hex. */
  readonly sha256: string;
  readonly lifts: readonly Demand[];
  /** As it is written. */
  readonly until: string;
  /** It counts before this. */
  readonly end: Date;
}
