import { inMemory, type OpenBytes } from '../binary/byte-source.ts';
import type { MeasuredFile } from '../disk/verified-artifact.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import type { VerifyRequest } from '../plan/request.ts';
import { readName } from './name.ts';
import { nameOf } from './read-subject.ts';

/** A subject, hashed once. */
export interface HashedSubject {
  /** Hex. */
  readonly sha256: string;
  /** The open file; undefined of bytes and of a digest. */
  readonly file: MeasuredFile | undefined;
}

/** A subject without evidence of its own. */
export interface UnaidedSubject extends HashedSubject {
  /** For messages. */
  readonly what: string;
  /** Undefined of a digest alone. */
  readonly bytes: OpenBytes | undefined;
  readonly said: ClaimedName | undefined;
  /** Whether a signer of Kubernetes' releases must have signed it. */
  readonly isKubernetes: boolean;
}

/** Reads what the subject says that it is; nothing is run. */
export async function describeUnaided(
  request: VerifyRequest,
  hashed: HashedSubject,
): Promise<UnaidedSubject> {
  const { subject, identity, publicKeyPem, releaseWorkflow } = request;
  const { file } = hashed;
  const bytes =
    subject.kind === 'bytes'
      ? inMemory(subject.bytes)
      : file === undefined
        ? undefined
        : { bytes: Number(file.file.size), readAt: file.readAt, versionsIn: file.versionsIn };
  return {
    ...hashed,
    what: nameOf(request),
    bytes,
    // A pipe has no size, and says no name.
    said: bytes === undefined || bytes.bytes === 0 ? undefined : await readName(bytes),
    isKubernetes: identity === undefined && publicKeyPem === undefined && releaseWorkflow === undefined,
  };
}
