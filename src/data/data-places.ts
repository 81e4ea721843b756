import { posix, resolve, win32 } from 'node:path';

/** What decides where things are kept. It is passed in, so that a test can be any system. */
export interface DataHost {
  /** As `process.platform` has it. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined if the machine does not tell. */
  readonly home: string | undefined;
  /** Root, or an elevated process on Windows. Every user of the machine can read what it keeps. */
  readonly isPrivileged: boolean;
}

/** The directories that things are kept in. */
export interface DataPlaces {
  /** Written and read. Undefined if there is no such place; then nothing is kept. */
  readonly own: string | undefined;
  /** What root keeps for the whole machine. Read only. */
  readonly system: string | undefined;
  /** Whether other users may read what is written to `own`. */
  readonly isShared: boolean;
}

const NAME = 'k8s-verify';
const SYSTEM_DIRECTORY = `/var/lib/${NAME}`;

/**
 * Where this user keeps things. HOME and XDG_DATA_HOME do not count for root: under sudo they may still be those of
 * the caller, who could then choose where root writes.
 *
 * @param given the only directory, if one was asked for.
 */
export function dataPlaces(host: DataHost, given?: string): DataPlaces {
  const { isPrivileged } = host;
  if (given !== undefined) return { own: resolve(given), system: undefined, isShared: isPrivileged };
  const system = host.platform === 'win32' ? windowsSystem(host) : SYSTEM_DIRECTORY;
  if (isPrivileged) return { own: system, system: undefined, isShared: true };
  return { own: ownDirectory(host), system, isShared: false };
}

function ownDirectory(host: DataHost): string | undefined {
  const { platform, env, home } = host;
  if (platform === 'win32') {
    const local = absolute(win32, variable(env, 'LOCALAPPDATA'));
    const base = local ?? below(win32, home, 'AppData', 'Local');
    return below(win32, base, NAME);
  }
  if (platform === 'darwin') return below(posix, home, 'Library', 'Application Support', NAME);
  // The specification of XDG says to ignore a relative path.
  const xdg = absolute(posix, env['XDG_DATA_HOME']);
  return below(posix, xdg ?? below(posix, home, '.local', 'share'), NAME);
}

function windowsSystem({ env }: DataHost): string | undefined {
  return below(win32, variable(env, 'PROGRAMDATA'), NAME);
}

type Paths = Pick<typeof posix, 'isAbsolute' | 'join'>;

function absolute(paths: Paths, path: string | undefined): string | undefined {
  return path !== undefined && paths.isAbsolute(path) ? path : undefined;
}

function below(paths: Paths, base: string | undefined, ...names: readonly string[]): string | undefined {
  const from = absolute(paths, base);
  return from === undefined ? undefined : paths.join(from, ...names);
}

/** A variable in any case, as Windows looks it up. */
function variable(env: DataHost['env'], name: string): string | undefined {
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}
