import { readWholeFile } from '../disk/hash-file.ts';
import { type MeasuredFile, measureFile } from '../disk/verified-artifact.ts';
import type { LocalEvidence } from '../evidence/local-evidence.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { Policy } from '../policy/policy.ts';
import { detachedHashes } from '../proof/check-detached-signature.ts';
import { type ProofSubject, type RequiredSubject, requiredSubject } from '../proof/proof.ts';
import { type Digest, digestOf, type HashAlgorithm } from '../strict/digest.ts';

/** For messages. */
export function nameOf({ subject }: VerifyRequest): string {
  switch (subject.kind) {
    case 'file':
      return subject.path;
    case 'bytes':
      return 'the given bytes';
    case 'digest':
      return `sha256:${subject.sha256}`;
  }
}

export interface ReadSubject {
  readonly subject: ProofSubject;
  /** Of the artifact, hex, whatever the evidence is over. */
  readonly sha256: string;
  /** The open file, where its digest is what is proved; to be closed. */
  readonly measured?: MeasuredFile;
}

/** Reads the file once, with the algorithm that the evidence is over; only Ed25519 needs all of it at once. */
export async function readSubject(
  { subject, signal }: VerifyRequest,
  evidence: LocalEvidence,
  policy: Policy,
  hashed?: MeasuredFile,
): Promise<ReadSubject> {
  if (subject.kind === 'digest') {
    const { sha256 } = subject;
    return { subject: { kind: 'digest', digest: { algorithm: 'sha256', hex: sha256 } }, sha256 };
  }
  const required = requiredOf(evidence, policy);
  if (required.kind === 'message') {
    // A copy, because the caller may write to the bytes while we ask the log.
    const message =
      subject.kind === 'bytes' ? Uint8Array.from(subject.bytes) : await readWholeFile(subject.path);
    return { subject: { kind: 'message', message }, sha256: digestOf(message, 'sha256').hex };
  }
  const { algorithm, also = [] } = required;
  const describe = (digestBy: (name: HashAlgorithm) => Digest): ReadSubject => ({
    subject: { kind: 'digest', digest: digestBy(algorithm), also: also.map(digestBy) },
    sha256: digestBy('sha256').hex,
  });
  if (subject.kind === 'bytes') return describe((name) => digestOf(subject.bytes, name));
  const algorithms = [...new Set([algorithm, ...also, 'sha256'] as const)];
  const isHashed = hashed !== undefined && algorithms.every((name) => hashed.digests.has(name));
  const measured = isHashed ? hashed : await measureFile(subject.path, algorithms, signal, subject.held);
  const read = describe((name) => ({ algorithm: name, hex: measured.digests.get(name) ?? '' }));
  return { ...read, measured };
}

function requiredOf(evidence: LocalEvidence, policy: Policy): RequiredSubject {
  if (evidence.kind === 'bundle') return requiredSubject(evidence.evidence, policy);
  const [algorithm = 'sha256', ...also] = detachedHashes(evidence.material);
  return { kind: 'digest', algorithm, also };
}
