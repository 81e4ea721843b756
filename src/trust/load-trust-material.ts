import { createReadStream } from 'node:fs';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';
import { EMBEDDED_ROOT_NAME, embeddedRootBytes } from './embedded-root.ts';
import { readTrustedRoot } from './read-trusted-root.ts';
import type { TrustMaterial } from './trust-material.ts';

/**
 * Loads the trusted root: the named file, or else the embedded one. A file that is named and cannot be used is an
 * error; the embedded root never stands in for it.
 *
 * @throws UnavailableError `trust-root-unavailable` where the file cannot be read;
 *   UntrustedError `trusted-root-invalid` where it is no trusted root.
 */
export async function loadTrustMaterial(file: string | undefined): Promise<TrustMaterial> {
  if (file === undefined) {
    return readTrustedRoot(embeddedRootBytes(), { kind: 'embedded', name: EMBEDDED_ROOT_NAME });
  }
  return readTrustedRoot(await readBounded(file), { kind: 'file', path: file });
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    // Counted as it is read: what stat says of a pipe or a device is not how much comes out of it.
    for await (const chunk of createReadStream(path, { end: MAX_TRUSTED_ROOT_BYTES })) {
      const bytes: Uint8Array = chunk;
      chunks.push(bytes);
      length += bytes.length;
    }
    if (length <= MAX_TRUSTED_ROOT_BYTES) return Buffer.concat(chunks);
    throw new UntrustedError('trusted-root-invalid', `the trusted root ${path} is too large`, {
      expected: `at most ${MAX_TRUSTED_ROOT_BYTES} bytes`,
      found: 'more',
    });
  } catch (error) {
    if (error instanceof UntrustedError) throw error;
    throw new UnavailableError('trust-root-unavailable', `the trusted root ${path} cannot be read`, {
      expected: 'a readable trusted_root.json',
      found: error instanceof Error ? error.message : String(error),
      advice:
        'name a trusted root that exists, or leave --trusted-root out to use the embedded public-good root',
      cause: error,
    });
  }
}
