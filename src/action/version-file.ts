/**
 * The input `version-file`: the versions that a repository asks for, in the files of the tools that its people use. Such a
 * file only says which version; what it means is for the same rules as the input `version`.
 */
import { basename } from 'node:path';
import { RequestError } from '../errors.ts';
import { readUpTo } from '../files/local-file.ts';
import { unreadableFile } from '../files/unreadable-file.ts';
import { MAX_VERSIONS_BYTES } from '../limits.ts';
import type { LockedArtifact } from '../lockfile/lock.ts';
import { readLockfile } from '../lockfile/lockfile.ts';

/** The version of a component as the file says it; undefined if it says none. */
export type VersionOf = (component: string) => string | undefined;

/**
 * Reads a file by its name: `.tool-versions`, `mise.toml` or another `.toml`, a lockfile (`.json`), or else a file with one
 * version, such as `.k8s-version`.
 *
 * @param platform `os/arch`, for a lockfile.
 * @throws RequestError `file-not-readable`, `usage`
 */
export async function readVersionFile(path: string, platform: string): Promise<VersionOf> {
  const name = basename(path);
  if (name.endsWith('.json')) return ofLockfile(await readLockfile(path), path, platform);
  const text = await readText(path);
  const versionOf = ofText(name, text, path);
  return (component) => {
    const version = versionOf(component);
    if (version === undefined || LIKE_A_VERSION.test(version)) return version;
    throw unclear(path, `a version of ${component}, such as v1.30.2`, sizeOf(version));
  };
}

/**
 * Text that may be shown even if it is no version. A pull request can make the file a link to any other on the machine, and
 * the log of the job may be public, so nothing else of it is shown.
 */
const LIKE_A_VERSION =
  /^(?:v?\d{1,5}(?:\.(?:\d{1,5}|x)){0,2}(?:[-.]?(?:alpha|beta|rc)[-.]?\d{0,5})?|(?:stable|latest|prerelease)(?:-[\d.]{1,12})?)$/;

function sizeOf(text: string): string {
  return `other text, of ${text.length} characters, which is not shown`;
}

function ofText(name: string, text: string, path: string): VersionOf {
  if (name === '.tool-versions') return ofToolVersions(text);
  if (name.endsWith('.toml')) return ofMise(text, path);
  const version = onlyVersion(text, path);
  return () => version;
}

async function readText(path: string): Promise<string> {
  const bytes = await readUpTo(path, MAX_VERSIONS_BYTES).catch((cause: unknown) => {
    throw unreadableFile(`the version file ${path}`, cause, {
      wanted: 'a file that this job may read',
      next: 'check the input version-file, and that the repository is checked out before; it counts from the workspace on',
    });
  });
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
  throw new RequestError('usage', `the version file ${path} is too large`, {
    wanted: `at most ${MAX_VERSIONS_BYTES} bytes`,
    found: 'more',
    next: 'check the input version-file',
  });
}

/** What is left of each line without its comment, and not of empty ones. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const rest = line.replace(/#.*$/, '').trim();
    return rest === '' ? [] : [rest];
  });
}

/** `kubectl 1.30.2 1.29.6`: of several versions the first is the one that is used. */
function ofToolVersions(text: string): VersionOf {
  const versions = new Map<string, string>();
  for (const line of linesOf(text)) {
    const [tool = '', version] = line.split(/\s+/);
    if (version !== undefined && !versions.has(tool)) versions.set(tool, version);
  }
  return (component) => versions.get(component);
}

const KEY = /^(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=\s*(.+)$/;
/** A string, the first of a list, or the `version` of a table on one line. */
const VALUE = /^(?:\[\s*|\{(?:.*[\s,{])?version\s*=\s*)?(?:"([^"]*)"|'([^']*)')/;

/** The table `[tools]`, of which only what one line says is read. */
function ofMise(text: string, path: string): VersionOf {
  const tools = new Map<string, string>();
  let table = '';
  for (const line of linesOf(text)) {
    table = /^\[([^[\]]+)\]$/.exec(line)?.[1]?.trim() ?? table;
    const [, quoted, literal, bare, value] = KEY.exec(line) ?? [];
    const key = quoted ?? literal ?? bare;
    if (table === 'tools' && key !== undefined && value !== undefined) tools.set(key, value);
  }
  return (component) => {
    // `"aqua:kubernetes/kubectl"`: a backend and its name for it.
    const key = [...tools.keys()].find((one) => one === component || one.split(/[:/]/).at(-1) === component);
    const value = key === undefined ? undefined : tools.get(key);
    if (value === undefined) return undefined;
    const [, quoted, literal] = VALUE.exec(value) ?? [];
    const version = quoted ?? literal;
    if (version !== undefined) return version;
    throw unclear(path, `${component} = "1.30.2" in its table [tools]`, sizeOf(value));
  };
}

function onlyVersion(text: string, path: string): string {
  const [only, ...more] = linesOf(text);
  if (only !== undefined && more.length === 0 && !/\s/.test(only)) return only;
  throw unclear(path, 'one version, such as v1.30.2', only === undefined ? 'none' : sizeOf(text.trim()));
}

function ofLockfile(locked: readonly LockedArtifact[], path: string, platform: string): VersionOf {
  return (component) => {
    const fitting = locked.filter(
      (one) => one.component === component && (one.platform ?? platform) === platform,
    );
    const [version, ...more] = new Set(fitting.map((one) => one.version));
    if (more.length === 0) return version;
    throw unclear(path, `one version of ${component} for ${platform}`, [version, ...more].join(', '));
  };
}

function unclear(path: string, wanted: string, found: string): RequestError {
  return new RequestError('usage', `the version file ${path} does not say one version`, {
    wanted,
    found,
    next: 'correct the file, or give the input version instead',
  });
}
