import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InstallError, UnavailableError, UntrustedError } from '../../src/errors.ts';
import type { RootRecord } from '../../src/trust/root-age.ts';
import { signedPart } from '../../src/trust/tuf-root.ts';

/** A trust root as it lies in its folder, byte for byte. */
export interface TrustRootFiles {
  /** `root.json`: the TUF root, where the next refresh starts. */
  readonly root: Uint8Array;
  /** `trusted_root.json`: the authorities and logs that count. */
  readonly trusted: Uint8Array;
}

/** Where the files of a folder come from. */
export type Origin =
  /** What `@sigstore/tuf` of this version carries. */
  | { readonly kind: 'package'; readonly version: string }
  /** Fetched from a TUF repository while `@sigstore/tuf` of `seedVersion` carried something older. */
  | { readonly kind: 'repository'; readonly url: string; readonly seedVersion: string };

/** What the folder of a trust root says about it. */
export interface FolderRecords {
  readonly readme: Uint8Array;
  /** `record.json`, see `src/trust/root-age.ts`. */
  readonly record: Uint8Array;
}

/** @throws UnavailableError `trust-root-unavailable` */
export function readFolder(folder: string): TrustRootFiles & FolderRecords {
  const read = (name: string): Uint8Array => {
    try {
      return readFileSync(join(folder, name));
    } catch (cause) {
      throw new UnavailableError('trust-root-unavailable', `${join(folder, name)} cannot be read`, {
        found: cause instanceof Error ? cause.message : String(cause),
        next: 'restore the folder from version control',
        cause,
      });
    }
  };
  return {
    root: read('root.json'),
    trusted: read('trusted_root.json'),
    readme: read('README.md'),
    record: read('record.json'),
  };
}

/** The file of a record. Of the date, only the day counts. */
export function renderRootRecord({ currentAsOf, published }: RootRecord): string {
  const versions = Object.keys(published).length === 0 ? {} : { published };
  return `${JSON.stringify({ currentAsOf: currentAsOf.toISOString().slice(0, 10), ...versions }, undefined, 2)}\n`;
}

/** @throws InstallError `destination-unwritable` */
export function writeFolder(
  folder: string,
  files: TrustRootFiles,
  { readme, record }: Readonly<Record<keyof FolderRecords, string>>,
): void {
  try {
    writeFileSync(join(folder, 'root.json'), files.root);
    writeFileSync(join(folder, 'trusted_root.json'), files.trusted);
    writeFileSync(join(folder, 'README.md'), readme);
    writeFileSync(join(folder, 'record.json'), record);
  } catch (cause) {
    throw new InstallError('destination-unwritable', `${folder} cannot be written`, {
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'restore the folder from version control, and make it writable',
      cause,
    });
  }
}

const DAY_MS = 86_400_000;

/**
 * When a TUF root was made: its end without the time that tuf-on-ci, which writes the roots of Sigstore, gives each of
 * them. A program that carries the root took it from the repository then or later.
 *
 * @throws UntrustedError `trusted-root-invalid`
 */
export function tufRootMade(root: Uint8Array): Date {
  const { expires: end, 'x-tuf-on-ci-expiry-period': days } = signedPart(root);
  const expires = Date.parse(typeof end === 'string' ? end : '');
  if (typeof days === 'number' && days > 0 && Number.isFinite(expires - days * DAY_MS)) {
    return new Date(expires - days * DAY_MS);
  }
  throw new UntrustedError('trusted-root-invalid', 'the TUF root does not tell when it was made', {
    wanted: 'signed.expires, and signed.x-tuf-on-ci-expiry-period in days',
    next: 'fetch the root with --fetch, which needs no such date',
  });
}
