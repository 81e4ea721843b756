/**
 * A vector: evidence made on the spot by a local Sigstore, honest in all but what its name says, and the verdict that
 * it must get. Names follow the sigstore-conformance suite: the flaw in words, `_fail` where it must be refused.
 */
import type { CheckName, UnavailableCode, UntrustedCode } from '../../src/errors.ts';
import type { Digest, HashAlgorithm } from '../../src/strict/digest.ts';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { type ProofSubject, requiredSubject } from '../../src/proof/proof.ts';
import { proveDigest, type ProvenDigest } from '../../src/proof/prove-digest.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { createLocalSigstore, type AlterTrustedRoot, type LocalSigstore } from '#support/local-sigstore';
import type { BundleVersion } from '#support/sigstore/bundle';
import { KUBERNETES_IDENTITY, KUBERNETES_ISSUER } from '#support/sigstore/certificate-authority';
import { digestOf, toPem } from '#support/sigstore/keys';
import type { AlterBundle, Signed, SignOptions } from '#support/sigstore/signing';

export interface Evidence {
  readonly artifact: Uint8Array;
  /** The bundle's JSON. */
  readonly bundle: string | Uint8Array;
  /** The trusted root's JSON. */
  readonly trustedRoot: string;
  readonly policy: Policy;
  readonly now?: Date;
  /** As of which date the trusted root is known to be current; undefined: not known. */
  readonly currentAsOf?: Date | undefined;
  /** Whether the user named the log. */
  readonly isLogNamed?: boolean;
}

/** What sigstore's own `verify` says, where it is not what we say; the document has the reason. */
export type SecondOpinion = 'same' | 'accepts' | 'refuses' | 'crashes';

export interface Vector {
  readonly name: string;
  /** Absent for a vector that must be accepted. */
  readonly refusal: Refusal | undefined;
  readonly make: () => Evidence;
}

/** A verdict; or that this trusted root, or this clock, cannot judge. */
export type Refusal = readonly [code: UntrustedCode | CannotJudge, check: CheckName];

export type CannotJudge = Extract<UnavailableCode, 'authority-unknown' | 'clock-wrong'>;

export const ARTIFACT: Uint8Array = Buffer.from('the artifact that everybody signs in these vectors\n');

/** When everything is signed, and when it is verified. */
export const SIGNED_AT: Date = new Date('2026-03-01T12:00:00Z');
export const NOW: Date = new Date('2026-03-02T12:00:00Z');

export const KUBERNETES_POLICY: Policy = {
  kind: 'certificate-identity',
  identities: [{ subjectAlternativeName: KUBERNETES_IDENTITY, issuer: KUBERNETES_ISSUER }],
  rules: undefined,
};

export function minutesAfterSigning(minutes: number): Date {
  return new Date(SIGNED_AT.getTime() + minutes * 60_000);
}

let shared: LocalSigstore | undefined;

/** The Sigstore of all vectors that need no special one. */
export function world(): LocalSigstore {
  shared ??= createLocalSigstore({ rekor: { prefill: [21, 44] }, rekorV2: { prefill: 37 } });
  return shared;
}

export interface EvidenceOptions {
  readonly sigstore?: LocalSigstore;
  readonly version?: BundleVersion;
  readonly alter?: AlterBundle;
  /** Changes the bundle's text after everything else. */
  readonly alterText?: (text: string) => string;
  readonly alterRoot?: AlterTrustedRoot;
  readonly policy?: Policy;
  /** The statements that are asked for; default of `statement`: the one that it makes. */
  readonly predicateTypes?: readonly string[];
  readonly now?: Date;
  /** Default: the root is known to be current at {@link NOW}, so that what it does not know does not exist. */
  readonly currentAsOf?: Date | undefined;
  readonly artifact?: Uint8Array;
}

/** Evidence of a message signature. */
export function blob(sign: SignOptions = {}, options: EvidenceOptions = {}): Evidence {
  const { sigstore = world(), artifact = ARTIFACT } = options;
  return evidenceOf(sigstore, sigstore.signBlob({ at: SIGNED_AT, bytes: artifact, ...sign }), options);
}

/** What the statements of these vectors are of, and what is asked for. */
export const PREDICATE_TYPE = 'https://example.com/predicate/v1';

export interface StatementOptions {
  readonly type?: string;
  readonly predicateType?: string;
  readonly predicate?: unknown;
  readonly subject?: unknown;
  readonly statement?: Uint8Array;
  readonly payloadType?: string;
  readonly entryKind?: 'dsse' | 'intoto' | 'hashedrekord';
}

/** Evidence of an in-toto statement about the artifact in a DSSE envelope. */
export function statement(
  sign: SignOptions & StatementOptions = {},
  options: EvidenceOptions = {},
): Evidence {
  const { sigstore = world(), artifact = ARTIFACT } = options;
  const sha256 = Buffer.from(digestOf(artifact)).toString('hex');
  const payload = {
    _type: sign.type ?? 'https://in-toto.io/Statement/v1',
    subject: sign.subject ?? [{ name: 'artifact', digest: { sha256 } }],
    predicateType: sign.predicateType ?? PREDICATE_TYPE,
    predicate: sign.predicate ?? {},
  };
  const signed = sigstore.signDsse({
    at: SIGNED_AT,
    payload: sign.statement ?? Buffer.from(JSON.stringify(payload)),
    ...sign,
  });
  return evidenceOf(sigstore, signed, { predicateTypes: [PREDICATE_TYPE], ...options });
}

export function evidenceOf(sigstore: LocalSigstore, signed: Signed, options: EvidenceOptions = {}): Evidence {
  const { version = '0.3', alterText = (text) => text, now = NOW, predicateTypes = [] } = options;
  const managed: Policy = {
    kind: 'managed-key',
    publicKeyPem: toPem('PUBLIC KEY', signed.key.spki),
    rules: undefined,
  };
  return {
    artifact: options.artifact ?? ARTIFACT,
    bundle: alterText(signed.bundle(version, options.alter)),
    trustedRoot: sigstore.trustedRoot(options.alterRoot),
    policy: {
      ...(options.policy ?? (signed.leaf === undefined ? managed : KUBERNETES_POLICY)),
      ...(predicateTypes.length === 0 ? {} : { predicateTypes }),
    },
    now,
    currentAsOf: 'currentAsOf' in options ? options.currentAsOf : NOW,
  };
}

/** The verdict on evidence, as `k8s-verify verify FILE` comes to it. */
export function verifyEvidence(evidence: Evidence): ProvenDigest {
  const source = { kind: 'file', path: 'trusted_root.json' } as const;
  const trust = readTrustedRoot(Buffer.from(evidence.trustedRoot), source, evidence.currentAsOf);
  const bundle = readBundle(Buffer.from(evidence.bundle));
  const { kind, algorithm, also = [] } = requiredSubject(bundle, evidence.policy);
  const digestBy = (name: HashAlgorithm): Digest => ({
    algorithm: name,
    hex: Buffer.from(digestOf(evidence.artifact, name)).toString('hex'),
  });
  const subject: ProofSubject =
    kind === 'message'
      ? { kind, message: evidence.artifact }
      : { kind, digest: digestBy(algorithm), also: also.map(digestBy) };
  const { policy, now = NOW, isLogNamed = false } = evidence;
  return proveDigest(bundle, subject, policy, trust, { now, isLogNamed });
}

export function accepted(name: string, make: () => Evidence): Vector {
  if (name.endsWith('_fail')) throw new Error(`an accepted vector is not called ${name}`);
  return { name, refusal: undefined, make };
}

export function refused(name: string, code: Refusal[0], check: CheckName, make: () => Evidence): Vector {
  if (!name.endsWith('_fail')) throw new Error(`a refused vector is not called ${name}`);
  return { name, refusal: [code, check], make };
}
