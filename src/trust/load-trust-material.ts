import { unreadableFile } from '../files/unreadable-file.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { assertClockNotBehindRoot, readEmbedded } from './clock.ts';
import {
  EMBEDDED_ROOT_NAME,
  embeddedRootBytes,
  embeddedTufRootBytes,
  PUBLIC_GOOD_TUF_URL,
} from './embedded-root.ts';
import { readTrustedRoot } from './read-trusted-root.ts';
import type { TrustMaterial } from './trust-material.ts';
import { signedPart, tufRootExpires, tufRootVersion } from './tuf-root.ts';

/**
 * Loads the given trusted root, or else the embedded one. If the given one cannot be used, that is an error; the
 * embedded root never replaces it.
 *
 * @param given the path of a file, or its content.
 * @param now compared with the date of the embedded root, even if another is used: a clock that is behind it is
 *   wrong.
 * @throws UnavailableError `clock-wrong`; RequestError `file-not-readable`; UntrustedError `trusted-root-invalid` if
 *   it is not a trusted root; UnavailableError `trust-root-unavailable` if the embedded one is missing.
 */
export async function loadTrustMaterial(
  given: string | Uint8Array | undefined,
  now: Date,
): Promise<TrustMaterial> {
  const currentAsOf = assertClockNotBehindRoot(now);
  if (given === undefined) return readEmbeddedRoot(currentAsOf, readEmbedded(embeddedTufRootBytes));
  if (typeof given !== 'string')
    return readTrustedRoot(bounded(given, 'the trusted root'), { kind: 'memory' });
  return readTrustedRoot(await readBounded(given), { kind: 'file', path: given });
}

/**
 * The trusted root that the program carries.
 *
 * @param tufRoot the TUF root that it carries.
 * @throws UnavailableError `trust-root-unavailable` if it is missing.
 */
export function readEmbeddedRoot(currentAsOf: Date, tufRoot: Uint8Array): TrustMaterial {
  const source = { kind: 'embedded', name: EMBEDDED_ROOT_NAME } as const;
  const trust = readTrustedRoot(readEmbedded(embeddedRootBytes), source, currentAsOf);
  const signed = signedPart(tufRoot);
  const [version, expires] = [tufRootVersion(signed), tufRootExpires(signed)];
  return { ...trust, tufRoot: { url: PUBLIC_GOOD_TUF_URL, version, expires } };
}

async function readBounded(path: string): Promise<Uint8Array> {
  const bytes = await readUpTo(path, MAX_TRUSTED_ROOT_BYTES).catch((error: unknown) => {
    throw unreadableFile(`the trusted root ${path}`, error, {
      wanted: 'a trusted_root.json',
      next: "check the file name; without one, Sigstore's public-good root is used",
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
