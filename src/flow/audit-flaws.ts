/** What can be wrong with a file of a release besides a proof that fails. */
import { UnavailableError } from '../errors.ts';
import type { PlannedRelease } from '../plan/plan-released.ts';
import { DEFAULT_SOURCE } from '../plan/request.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { SideFiles } from '../source/side-files.ts';
import type { Digest } from '../strict/digest.ts';
import { subjectOf } from './name-failure.ts';
import type { ProvenFile } from './prove-released.ts';

/** The digest is proved, and not by the pair that is published for it. */
export function inconsistency(
  { proof: { origin }, label, artifact, sha256 }: ProvenFile,
  sources: readonly ReleaseSource[],
): UnavailableError | undefined {
  if (origin.kind !== 'log-search' && origin.kind !== 'release-manifest') return undefined;
  const by =
    origin.kind === 'log-search'
      ? 'another signing of this digest in the log'
      : 'the signed release manifest, which lists this digest';
  return new UnavailableError('release-inconsistent', `the published signature of ${label} is not its own`, {
    wanted: `.sig and .cert over sha256:${sha256}, which is proved`,
    found: `${origin.reason}; proved by ${by}`,
    from: sources.map(({ shown }) => `${shown}/${artifact.path}.sig`).join(', '),
    why: 'upstream has mixed up signatures before (kubernetes#135858), so that other tools refuse a file that is genuine',
    next: `take the file by its proven digest: ${commandFor(artifact)}`,
    subject: subjectOf(artifact),
  });
}

/** @throws UnavailableError `release-incomplete` where its publisher has nothing of it, or `mirror-incomplete`. */
export function assertPublished(
  files: SideFiles,
  { artifact, label }: PlannedRelease,
  listed: Digest | undefined,
  sources: readonly ReleaseSource[],
): void {
  const { bundle, signature, certificate, checksum, noChecksum, notes } = files;
  const isThere = [bundle, signature, certificate, checksum, noChecksum].some((one) => one !== undefined);
  if (isThere || notes.some(({ code }) => code === 'checksum-not-fetched')) return;
  const from = sources.map(({ shown }) => `${shown}/${artifact.path}`).join(', ');
  const found = `no signature, no certificate, no bundle and no checksum file${listed === undefined ? '' : '; the signed release manifest lists it'}`;
  if (sources.some(({ isPublisher }) => isPublisher)) {
    throw new UnavailableError('release-incomplete', `the release has no ${label}`, {
      wanted: 'every file that the table of components has for such a release',
      found,
      from,
      next: 'a new release can take hours to reach every region; try again, or tell kubernetes/release',
    });
  }
  throw new UnavailableError('mirror-incomplete', `the mirror has nothing of ${label}`, {
    wanted: `${artifact.fileName}.sigstore.json, or ${artifact.fileName}.sig and ${artifact.fileName}.cert`,
    found,
    from,
    next: `fill the mirror: copy them there from ${DEFAULT_SOURCE}/${artifact.path}`,
  });
}

function commandFor({ component, version, platform }: PlannedRelease['artifact']): string {
  const where = platform === undefined ? '' : ` --platform ${formatPlatform(platform)}`;
  return `k8s-verify ${component} ${formatReleaseVersion(version)}${where}`;
}
