/** What stands next to a file of a mirror, for tools that read it and not the bundle. */
import { join } from 'node:path';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { detachedFiles } from '../evidence/detached-files.ts';
import { MAX_CERTIFICATE_FILE_BYTES, MAX_CHECKSUM_FILE_BYTES, MAX_SIGNATURE_FILE_BYTES } from '../limits.ts';
import type { MirroredFile } from '../mirror/index-file.ts';
import { BUNDLE_SUFFIX, type SideSuffix } from '../mirror/layout.ts';
import { labelOf, type ReleaseArtifact } from '../release/artifact.ts';
import type { DirectorySource } from '../source/directory-source.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** A file of the mirror that is proved; `listed` is what the index says of it. */
export interface ProvenInMirror {
  readonly artifact: ReleaseArtifact;
  readonly sha256: string;
  readonly proof: ProvenArtifact;
  readonly listed: MirroredFile | undefined;
  /** Computes it; undefined if only the evidence of the file is there. */
  readonly sha512: (() => Promise<string>) | undefined;
}

const NAMES: Readonly<Record<Exclude<SideSuffix, '.sigstore.json'>, string>> = {
  '.sha256': 'checksum file',
  '.sha512': 'SHA-512 file',
  '.sig': 'signature file',
  '.cert': 'certificate file',
};

const MAX_BYTES: Readonly<Record<keyof typeof NAMES, number>> = {
  '.sha256': MAX_CHECKSUM_FILE_BYTES,
  '.sha512': MAX_CHECKSUM_FILE_BYTES,
  '.sig': MAX_SIGNATURE_FILE_BYTES,
  '.cert': MAX_CERTIFICATE_FILE_BYTES,
};

/**
 * Each file next to it that the index lists is there; the checksums, and a pair that a run has made of the bundle, are what
 * is proved. The SHA-512 is computed only where there is such a file.
 *
 * @throws UnavailableError `mirror-inconsistent` if one is missing; UntrustedError `digest-mismatch` or
 * `signature-mismatch`
 */
export async function assertSideFiles(file: ProvenInMirror, source: DirectorySource): Promise<void> {
  const { artifact, sha256, listed } = file;
  const pair = pairOf(file);
  for (const suffix of ['.sha256', '.sha512', '.sig', '.cert'] as const) {
    const path = `${artifact.path}${suffix}`;
    const from = join(source.shown, ...path.split('/'));
    const what = `the ${NAMES[suffix]} of ${labelOf(artifact)}`;
    const found = await source.small({ path, maxBytes: MAX_BYTES[suffix], what });
    if (found === undefined) {
      if (listed?.sideFiles.includes(suffix) === true) throw missing(`${what} is not in the mirror`, from);
      continue;
    }
    if (suffix === '.sha256') assertChecksum(found.bytes, sha256, what, from);
    if (suffix === '.sha512' && file.sha512 !== undefined)
      assertChecksum(found.bytes, await file.sha512(), what, from);
    const wanted = pair?.get(suffix);
    if (wanted !== undefined && !wanted.equals(found.bytes)) throw otherPair(what, from);
  }
}

/** What a run writes, byte for byte; undefined where it keeps the pair that was published, or wrote none. */
function pairOf({ listed, proof }: ProvenInMirror): ReadonlyMap<SideSuffix, Buffer> | undefined {
  const isMade = listed?.sideFiles.includes(BUNDLE_SUFFIX) === true && proof.listedIn === undefined;
  const pair = isMade ? detachedFiles(proof.bundle) : undefined;
  return (
    pair &&
    new Map([
      ['.sig', Buffer.from(pair.signature)],
      ['.cert', Buffer.from(pair.certificate)],
    ])
  );
}

/** Other tools take it for the digest of the file. */
function assertChecksum(found: Uint8Array, digest: string, what: string, from: string): void {
  const text = Buffer.from(found).toString('latin1').trimEnd();
  if (text === digest) return;
  throw new UntrustedError('digest-mismatch', `${what} does not have its digest`, {
    wanted: digest,
    found: `${text.length} other characters`,
    from,
    why: 'the file itself is proved; a tool that trusts its checksum file would refuse it, or take another one',
    next: 'fill the mirror again, which writes the checksum file anew',
  });
}

function otherPair(what: string, from: string): UntrustedError {
  return new UntrustedError('signature-mismatch', `${what} is not that of its bundle`, {
    wanted: 'what the bundle next to it has',
    found: 'something else',
    from,
    why: 'the file itself is proved; a tool that knows no bundles would refuse it',
    next: 'fill the mirror again, which writes it anew',
  });
}

/** A file that a run has put there. */
export function missing(message: string, from: string): UnavailableError {
  return new UnavailableError('mirror-inconsistent', message, {
    wanted: 'the file that the index lists',
    found: 'no such file',
    from,
    next: 'fill the mirror again, which fetches what is missing',
  });
}
