import { delimiter, join } from 'node:path';
import { firstOnPath, isSameProgram } from '../disk/first-on-path.ts';
import { defaultInstallDirectory, type HostDirectories, isOnPath } from '../plan/destination.ts';
import { type Finding, noted, ok } from './finding.ts';

/** What people call by name, and may have from elsewhere too. */
const PROGRAMS = ['kubectl', 'kubeadm', 'kubelet'] as const;

/**
 * The directory that a run installs into, and programs that a shell would start in place of what is installed there.
 *
 * @param named the directory that was asked about; default: the one that a run would choose
 * @throws RequestError `usage` where there is no default
 */
export function lookAtInstallDirectory(
  directories: HostDirectories,
  named: string | undefined,
): readonly Finding[] {
  const { path, onPath } =
    named === undefined
      ? defaultInstallDirectory(directories)
      : { path: named, onPath: isOnPath(named, directories) };
  return [directoryFinding(path, onPath, directories), ...othersFirst(path, directories)];
}

function directoryFinding(path: string, onPath: boolean, { canBeWritten }: HostDirectories): Finding {
  if (!canBeWritten(path)) {
    return {
      subject: 'install',
      outcome: 'problem',
      found: `${path}, where this user may not write`,
      advice: 'run it as a user who may (for example with sudo), or use --install-dir',
      exitCode: 20,
    };
  }
  if (onPath) return ok('install', `${path}, writable, on PATH`);
  return noted('install', `${path}, writable, not on PATH`, 'add it to PATH, or use --install-dir');
}

function othersFirst(directory: string, { env }: HostDirectories): readonly Finding[] {
  const before = searchedBefore(directory, env['PATH'] ?? '');
  return PROGRAMS.flatMap((name) => {
    const first = firstOnPath(name, before);
    if (first === undefined || isSameProgram(first, join(directory, name))) return [];
    const found = `another ${name} comes first on PATH: ${first}`;
    return [
      noted('install', found, `a shell starts that one; remove it, or put ${directory} before it on PATH`),
    ];
  });
}

/** The part of PATH in front of the directory; all of it where PATH does not have it. */
function searchedBefore(directory: string, path: string): string {
  const entries = path.split(delimiter);
  const at = entries.indexOf(directory);
  return entries.slice(0, at === -1 ? undefined : at).join(delimiter);
}
