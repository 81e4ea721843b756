import { UntrustedError } from '../../src/errors.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { type Change, describeChange, differenceOf } from './difference.ts';
import { renderReadme } from './readme.ts';
import {
  type Origin,
  readFolder,
  type TrustRootFiles,
  tufRootVersion,
  writeFolder,
} from './trust-root-folder.ts';

/**
 * Puts other files into the folder of a trust root once both trusted roots are read strictly, and tells what differs.
 *
 * @throws UntrustedError `trusted-root-invalid` where one is no trusted root, where the TUF root is older than the one
 *   that is there, and where a key changes in place. Nothing is written then.
 */
export function replaceTrustRoot(
  folder: string,
  { files, origin }: { readonly files: TrustRootFiles; readonly origin: Origin },
  tell: (change: Change) => void,
): void {
  const current = readFolder(folder);
  refuseOlder(tufRootVersion(current.root), tufRootVersion(files.root));
  const before = readTrustedRoot(current.trusted, { kind: 'file', path: folder }).root;
  const after = readTrustedRoot(files.trusted, { kind: 'file', path: 'the new trusted root' }).root;
  const changes = differenceOf(before, after);
  for (const change of changes) tell(change);
  const alarms = changes.filter(({ kind }) => kind === 'key-replaced');
  if (alarms.length > 0) {
    throw new UntrustedError('trusted-root-invalid', 'a key changes in place', {
      expected: 'a new log or authority beside the old one, which gets an end',
      found: alarms.map(describeChange).join('; '),
      why: 'What was signed before would no longer verify, and whoever holds the other key could sign in its name.',
      advice: 'nothing was written; find out from the operators of the instance what happened',
    });
  }
  writeFolder(folder, files, renderReadme(files, origin));
}

function refuseOlder(current: number, next: number): void {
  if (next >= current) return;
  throw new UntrustedError('trusted-root-invalid', 'the TUF root is older than the one in the folder', {
    expected: `version ${current} or a later one`,
    found: `version ${next}`,
    why: 'A root that was replaced may have been replaced because a key was lost.',
    advice: 'update @sigstore/tuf, or fetch the newest root with --fetch; nothing was written',
  });
}
