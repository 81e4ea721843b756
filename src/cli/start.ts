/** The first code of a run: turns on V8's compile cache where that is safe, then loads the command line itself. */
import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import path from 'node:path';

export async function start(): Promise<void> {
  const directory = cacheDirectory(process.platform, process.env);
  if (directory !== undefined) cacheCompiledCode(directory);
  const { main } = await import('./main.ts');
  await main();
}

/**
 * The user's own cache directory by the platform's convention; undefined where the environment names none, or where
 * one of Node's own variables speaks.
 */
export function cacheDirectory(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  // Node's own variables: whoever sets one has decided for himself.
  if (environment['NODE_DISABLE_COMPILE_CACHE'] || environment['NODE_COMPILE_CACHE']) return undefined;
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  const within = (variable: string, ...rest: readonly string[]): string | undefined => {
    const base = environment[variable];
    return base !== undefined && flavour.isAbsolute(base) ? flavour.join(base, ...rest) : undefined;
  };
  if (platform === 'win32') return within('LOCALAPPDATA', 'k8s-verify', 'compile-cache');
  if (platform === 'darwin') return within('HOME', 'Library', 'Caches', 'k8s-verify', 'compile-cache');
  return (
    within('XDG_CACHE_HOME', 'k8s-verify', 'compile-cache') ??
    within('HOME', '.cache', 'k8s-verify', 'compile-cache')
  );
}

/** Without a cache everything works, a little slower: whatever stands in the way is no reason to fail. */
function cacheCompiledCode(directory: string): void {
  try {
    if (!belongsToUser(nearestExisting(directory))) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const real = realpathSync(directory);
    if (onlyOwnerWrites(real)) enableCompileCache(real);
  } catch {
    return;
  }
}

/** With `sudo` and the caller's HOME nothing is made there: it would be root's, and the caller locked out of it. */
function belongsToUser(directory: string): boolean {
  const user = process.geteuid?.();
  return user === undefined || lstatSync(directory).uid === user;
}

function nearestExisting(directory: string): string {
  return existsSync(directory) ? directory : nearestExisting(path.dirname(directory));
}

/**
 * Compiled code is run as it is found, so nobody else may be able to put it there: the directory is this user's
 * alone, and no directory above it belongs to, or can be changed by, anybody but this user and root. (With
 * `sudo` and the caller's HOME, for example, root finds the caller's directory here, and does not use it.)
 */
function onlyOwnerWrites(directory: string): boolean {
  const user = process.geteuid?.();
  // Windows: the directory lies in the user's profile, which others cannot write to.
  if (user === undefined) return true;
  const own = lstatSync(directory);
  if (own.uid !== user || (own.mode & 0o022) !== 0) return false;
  for (let above = path.dirname(directory); ; above = path.dirname(above)) {
    const { uid, mode } = lstatSync(above);
    const sticky = (mode & 0o1000) !== 0;
    if ((uid !== user && uid !== 0) || ((mode & 0o022) !== 0 && !sticky)) return false;
    if (above === path.dirname(above)) return true;
  }
}
