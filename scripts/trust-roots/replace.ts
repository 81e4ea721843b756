import { UntrustedError } from '../../src/errors.ts';
import { equalBytes } from '../../src/strict/bytes.ts';
import { readRootRecord, type RootRecord } from '../../src/trust/root-age.ts';
import type { TufVersions } from '../../src/trust/tuf-metadata.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { type Change, describeChange, differenceOf } from '../../src/trust/difference.ts';
import { renderReadme } from './readme.ts';
import { type Origin, readFolder, renderRootRecord, type TrustRootFiles, writeFolder } from './trust-root-folder.ts';
import { signedPart, tufRootVersion } from '../../src/trust/tuf-root.ts';

/** What is to be put into a folder. */
export interface Candidate {
  readonly files: TrustRootFiles;
  readonly origin: Origin;
  /** When the files are known to have been those of the TUF repository, and what that had published by then. */
  readonly record: RootRecord;
}

/**
 * Puts other files into the folder of a trust root once both trusted roots are read strictly, and tells what differs.
 *
 * @throws UntrustedError `trusted-root-invalid` where one is no trusted root, where the TUF root is older than the one
 *   that is there, and where a key changes in place. Nothing is written then.
 */
export function replaceTrustRoot(
  folder: string,
  { files, origin, record }: Candidate,
  tell: (change: Change) => void,
): void {
  const current = readFolder(folder);
  refuseOlder(tufRootVersion(signedPart(current.root)), tufRootVersion(signedPart(files.root)));
  const before = readTrustedRoot(current.trusted, { kind: 'file', path: folder }).root;
  const after = readTrustedRoot(files.trusted, { kind: 'file', path: 'the new trusted root' }).root;
  const changes = differenceOf(before, after);
  for (const change of changes) tell(change);
  const alarms = changes.filter(({ kind }) => kind === 'key-replaced');
  if (alarms.length > 0) {
    throw new UntrustedError('trusted-root-invalid', 'a key changes in place', {
      wanted: 'a new log or authority in addition to the old one, which gets an end',
      found: alarms.map(describeChange).join('; '),
      why: 'What was signed before would no longer verify, and the holder of the other key could sign in its name.',
      next: 'nothing was written; find out from the operators of the instance what happened',
    });
  }
  const known = readRootRecord(current.record);
  const currentAsOf = isSame(files, current) ? later(record.currentAsOf, known.currentAsOf) : record.currentAsOf;
  // Another TUF root may have other keys, which may begin with lower versions.
  const isSameRoot = equalBytes(files.root, current.root);
  const published = isSameRoot ? newest(record.published, known.published) : record.published;
  writeFolder(folder, files, {
    readme: renderReadme(files, origin, currentAsOf),
    record: renderRootRecord({ currentAsOf, published }),
  });
}

/** Whether two trust roots are the same, byte for byte. */
export function isSame(one: TrustRootFiles, other: TrustRootFiles): boolean {
  return equalBytes(one.root, other.root) && equalBytes(one.trusted, other.trusted);
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function newest(one: TufVersions, other: TufVersions): TufVersions {
  const roles = ['timestamp', 'snapshot', 'targets'] as const;
  return Object.fromEntries(
    roles.flatMap((role) => {
      const version = Math.max(one[role] ?? 0, other[role] ?? 0);
      return version === 0 ? [] : [[role, version]];
    }),
  );
}

function refuseOlder(current: number, next: number): void {
  if (next >= current) return;
  throw new UntrustedError('trusted-root-invalid', 'the TUF root is older than the one in the folder', {
    wanted: `version ${current} or a later one`,
    found: `version ${next}`,
    why: 'A root that was replaced may have been replaced because a key was lost.',
    next: 'update @sigstore/tuf, or fetch the newest root with --fetch; nothing was written',
  });
}
