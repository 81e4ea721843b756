import {
  InterruptedError,
  type JudgedSubject,
  K8sVerifyError,
  NotAllowedError,
  UntrustedError,
} from '../errors.ts';
import type { PlannedArtifact } from '../plan/plan.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { Digest } from '../strict/digest.ts';

/** What a check calls an artifact whose name it does not know. */
const UNNAMED = /^the file\b|\bthe file$/;

/**
 * The same error with the name of the artifact in place of "the file".
 *
 * @param label "kubectl v1.26.0 linux/amd64", or a path.
 */
export function nameFile(error: unknown, label: string): unknown {
  return error instanceof K8sVerifyError && UNNAMED.test(error.message)
    ? error.with({ message: error.message.replace(UNNAMED, () => label) })
    : error;
}

/** The same error, which says which of several artifacts it is about. */
export function nameFailure(thrown: unknown, label: string): unknown {
  const error = nameFile(thrown, label);
  if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) return error;
  return error.message.includes(label) ? error : error.with({ message: `${label}: ${error.message}` });
}

/** The same error; where a locked file is not here, it says which one, since the command line may not name it. */
export function nameLocked(error: unknown, { artifact, demanded, demandedBy }: PlannedArtifact): unknown {
  if (!(error instanceof K8sVerifyError) || demandedBy !== 'lockfile' || demanded === undefined) return error;
  if (error.code !== 'offline' && error.code !== 'mirror-incomplete') return error;
  return error.with({ subject: { sha256: demanded, ...subjectOf(artifact) } });
}

/** The same error; where no source has the file, it says which one: the command line may name an alias, or nothing. */
export function nameMissing(error: unknown, artifact: ReleaseArtifact): unknown {
  if (!(error instanceof K8sVerifyError) || error.code !== 'artifact-not-found') return error;
  return error.with({ subject: subjectOf(artifact) });
}

/** The same error; where it is a verdict, it says which digest it is about. */
export function nameDigest(error: unknown, { algorithm, hex }: Digest): unknown {
  if (!isVerdict(error) || error.subject !== undefined || algorithm !== 'sha256') return error;
  return error.with({ subject: { sha256: hex } });
}

/** The same error; where it is a verdict on a digest, it says which released file that was to be. */
export function nameJudged(error: unknown, artifact: ReleaseArtifact): unknown {
  if (!isVerdict(error) || error.subject?.sha256 === undefined || error.subject.component !== undefined)
    return error;
  return error.with({ subject: { ...error.subject, ...subjectOf(artifact) } });
}

function isVerdict(error: unknown): error is UntrustedError | NotAllowedError {
  return error instanceof UntrustedError || error instanceof NotAllowedError;
}

/** The released file, as the subject of an error. */
export function subjectOf({ component, version, platform }: ReleaseArtifact): JudgedSubject {
  const where = platform === undefined ? {} : { platform: formatPlatform(platform) };
  return { component, version: formatReleaseVersion(version), ...where };
}
