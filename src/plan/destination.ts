import { posix, resolve, sep, win32 } from 'node:path';
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { windowsNameProblem } from '../text/windows-name.ts';

/** The facts about a machine that decide where programs go. They are passed in, so that tests can play any system. */
export interface HostDirectories {
  /** As `process.platform` has it. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, or undefined if the machine does not tell. */
  readonly home: string | undefined;
  /** Whether the directory exists and this user may create files in it. */
  readonly isWritable: (directory: string) => boolean;
  /** Whether this user may create files in the directory, which may have to be created itself. */
  readonly canBeWritten: (directory: string) => boolean;
}

export interface InstallDirectory {
  readonly path: string;
  /** Whether a shell finds programs there. If not, the CLI says so. */
  readonly onPath: boolean;
}

const SYSTEM_DIRECTORY = '/usr/local/bin';

/**
 * Where programs go by default: /usr/local/bin if it is writable, else `~/.local/bin` (systemd's
 * file-hierarchy(7), XDG). On Windows `%LOCALAPPDATA%\Programs\k8s-verify\bin`: `%LOCALAPPDATA%\Programs` is the
 * system's own folder for one user's programs (FOLDERID_UserProgramFiles), where winget and most per-user setups
 * install; it needs no administrator and does not roam.
 *
 * @throws RequestError `usage` if neither is known.
 */
export function defaultInstallDirectory(host: HostDirectories): InstallDirectory {
  const path = host.platform === 'win32' ? windowsDirectory(host) : unixDirectory(host);
  return { path, onPath: isOnPath(path, host) };
}

function unixDirectory({ home, isWritable }: HostDirectories): string {
  if (isWritable(SYSTEM_DIRECTORY)) return SYSTEM_DIRECTORY;
  if (home === undefined || !posix.isAbsolute(home)) throw noDirectory(`${SYSTEM_DIRECTORY} is not writable`);
  return posix.join(home, '.local', 'bin');
}

function windowsDirectory({ env, home }: HostDirectories): string {
  const local = variable(env, 'LOCALAPPDATA');
  if (local !== undefined && win32.isAbsolute(local))
    return win32.join(local, 'Programs', 'k8s-verify', 'bin');
  if (home === undefined || !win32.isAbsolute(home)) throw noDirectory('LOCALAPPDATA is not set');
  return win32.join(home, 'AppData', 'Local', 'Programs', 'k8s-verify', 'bin');
}

function noDirectory(found: string): RequestError {
  return new RequestError('usage', 'there is no default directory to install into', {
    found: `${found}, and there is no home directory`,
    next: 'name one with --install-dir, or the file with --output',
  });
}

/** Whether PATH has the directory, in whatever spelling. */
export function isOnPath(directory: string, host: Pick<HostDirectories, 'platform' | 'env'>): boolean {
  const windows = host.platform === 'win32';
  const path = windows ? win32 : posix;
  const entries = (windows ? variable(host.env, 'PATH') : host.env['PATH']) ?? '';
  const same = (text: string): string => {
    const plain = path.resolve(windows ? text.replaceAll('"', '') : text);
    return windows ? plain.toLowerCase() : plain;
  };
  // A relative entry means another directory in each working directory, so it does not count.
  return entries
    .split(path.delimiter)
    .some((entry) => isAbsoluteEntry(entry, windows) && same(entry) === same(directory));
}

function isAbsoluteEntry(entry: string, windows: boolean): boolean {
  return windows ? win32.isAbsolute(entry.replaceAll('"', '')) : posix.isAbsolute(entry);
}

/** A variable in any spelling of its name, as on Windows. An empty one counts as not set. */
function variable(env: HostDirectories['env'], name: string): string | undefined {
  const found = Object.entries(env).find(([key]) => key.toUpperCase() === name);
  return found?.[1] === '' ? undefined : found?.[1];
}

/**
 * `--output FILE`, absolute. `-` is refused: nothing may be written before it is proved, and what is in a pipe cannot
 * be taken back.
 *
 * @throws RequestError `usage`
 */
export function outputFile(text: string): string {
  if (text === '-') {
    throw new RequestError('usage', 'standard output cannot be installed to', {
      why: 'nothing may be used before it is proved, and what went into a pipe cannot be taken back',
      next: 'name a file with --output; a file called "-" is ./-',
    });
  }
  if (text === '' || text.includes('\0') || text.endsWith('/') || text.endsWith(sep)) {
    throw new RequestError('usage', '--output needs the name of a file', {
      found: JSON.stringify(text),
      next: 'to install into a directory, use --install-dir',
    });
  }
  return resolve(fileName(text));
}

/**
 * A path that names a file, where Windows takes some for devices, or for a file of another name: a file that was proved
 * would be told as installed, and would not be there.
 *
 * @param platform as `process.platform` has it
 * @throws RequestError `usage` on Windows
 */
export function fileName(path: string, platform: string = process.platform): string {
  if (platform !== 'win32') return path;
  // The prefix \\?\ switches off how Windows reads a path, but not how other programs do.
  const parts = path
    .replace(/^\\\\\?\\/u, '')
    .replace(/^[a-z]:/iu, '')
    .split(/[\\/]+/u);
  const wrong = parts.find((part) => !/^\.{0,2}$/u.test(part) && notAFile(part) !== undefined);
  if (wrong === undefined) return path;
  throw new RequestError('usage', `${excerpt(path, 200)} cannot be a file on Windows`, {
    found: `${excerpt(wrong)}, ${notAFile(wrong)}`,
    next: 'name another file',
  });
}

const NOT_A_FILE = {
  device: 'which is a device there',
  ending: 'whose ending Windows drops',
} as const;

function notAFile(part: string): string | undefined {
  if (/[<>"|?*:]/u.test(part)) return 'with a character that Windows allows in no name';
  const problem = windowsNameProblem(part);
  return problem && NOT_A_FILE[problem];
}
