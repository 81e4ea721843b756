import { unreadableFile } from '../files/unreadable-file.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { assertClockNotBehindRoot, readEmbedded } from './clock.ts';
import { EMBEDDED_ROOT_NAME, embeddedRootBytes } from './embedded-root.ts';
import { readTrustedRoot } from './read-trusted-root.ts';
import type { TrustMaterial } from './trust-material.ts';

/**
 * Loads the trusted root: the one that is given, or else the embedded one. One that is given and cannot be used is an
 * error; the embedded root never stands in for it.
 *
 * @param given the name of a file, or what such a file would hold.
 * @param now is held against the date of the embedded root, whichever is used: no clock is right that is behind it.
 * @throws UnavailableError `clock-wrong`; RequestError `file-not-readable`; UntrustedError `trusted-root-invalid` where it is no trusted root;
 *   UnavailableError `trust-root-unavailable` where the embedded one is missing.
 */
export async function loadTrustMaterial(
  given: string | Uint8Array | undefined,
  now: Date,
): Promise<TrustMaterial> {
  const currentAsOf = assertClockNotBehindRoot(now);
  if (given === undefined) {
    const source = { kind: 'embedded', name: EMBEDDED_ROOT_NAME } as const;
    return readTrustedRoot(readEmbedded(embeddedRootBytes), source, currentAsOf);
  }
  if (typeof given !== 'string')
    return readTrustedRoot(bounded(given, 'the trusted root'), { kind: 'memory' });
  return readTrustedRoot(await readBounded(given), { kind: 'file', path: given });
}

async function readBounded(path: string): Promise<Uint8Array> {
  const bytes = await readUpTo(path, MAX_TRUSTED_ROOT_BYTES).catch((error: unknown) => {
    throw unreadableFile(`the trusted root ${path}`, error, {
      wanted: 'a trusted_root.json',
      next: 'check the name of the file; where none is named, the public-good root of Sigstore is used',
    });
  });
  return bounded(bytes, `the trusted root ${path}`);
}

function bounded(bytes: Uint8Array | undefined, what: string): Uint8Array {
  if (bytes !== undefined && bytes.byteLength <= MAX_TRUSTED_ROOT_BYTES) return bytes;
  throw new UntrustedError('trusted-root-invalid', `${what} is too large`, {
    wanted: `at most ${MAX_TRUSTED_ROOT_BYTES} bytes`,
    found: 'more',
  });
}
