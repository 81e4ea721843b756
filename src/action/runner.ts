/** The machine and the job that the action runs in, as the runner describes them in the environment. */
import path from 'node:path';
import { excerpt } from '../text/excerpt.ts';
import { isPrintable } from '../text/unprintable.ts';
import { RequestError } from '../errors.ts';
import { runnerToolCache, type ToolCache } from './tool-cache.ts';

export interface Runner {
  /** A directory for this job alone, emptied after it (RUNNER_TEMP). */
  readonly temporary: string;
  /** Where relative paths of the inputs begin. */
  readonly workspace: string;
  /** Absent where the job runs without HOME. */
  readonly home?: string;
  /** Absent where the runner has none. */
  readonly toolCache?: ToolCache;
  /** The tool cache's own directory. */
  readonly toolCachePath?: string;
  /** What `K8S_VERIFY_POLICY` names: a policy for every run on the machine. */
  readonly policyFile?: string;
  /** Whether `K8S_VERIFY_OFFLINE` forbids the network to every run. */
  readonly isOffline: boolean;
  readonly platform: NodeJS.Platform;
}

/**
 * Where runs of the action keep things for later ones: next to the cached tools, or for this job alone.
 *
 * @param cache whether the tool cache may be used.
 */
export function dataDirectory(
  { toolCachePath, temporary }: Pick<Runner, 'toolCachePath' | 'temporary'>,
  cache: boolean,
): string {
  // Not the name of a tool, so that the tool cache never hands it out as one.
  return path.join(cache ? (toolCachePath ?? temporary) : temporary, 'k8s-verify-data');
}

/** @throws RequestError `usage` where the environment is not a runner's */
export function readRunner(
  environment: Readonly<Record<string, string | undefined>>,
  { workspace, platform }: { readonly workspace: string; readonly platform: NodeJS.Platform },
): Runner {
  const temporary = environment['RUNNER_TEMP'] ?? '';
  if (temporary === '') {
    throw new RequestError('usage', 'RUNNER_TEMP is not set: this is the GitHub Action of k8s-verify', {
      wanted: 'a job of GitHub Actions, or a runner that is compatible with it',
      found: 'neither',
      next: 'elsewhere, use the command k8s-verify',
    });
  }
  const home = environment[platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? '';
  const toolCache = environment['RUNNER_TOOL_CACHE'] ?? '';
  const policyFile = (environment['K8S_VERIFY_POLICY'] ?? '').trim();
  return {
    temporary,
    workspace,
    platform,
    ...(home === '' ? {} : { home }),
    ...(policyFile === '' ? {} : { policyFile }),
    isOffline: readOffline(environment['K8S_VERIFY_OFFLINE'] ?? ''),
    ...(toolCache === ''
      ? {}
      : { toolCache: runnerToolCache(toolCache, temporary), toolCachePath: toolCache }),
  };
}

/** As the command reads the variable, and in capitals too, as inputs may be. */
function readOffline(text: string): boolean {
  const value = text.trim();
  if (/^(?:1|true)$/i.test(value)) return true;
  if (/^(?:0|false)?$/i.test(value)) return false;
  throw new RequestError('usage', 'the variable K8S_VERIFY_OFFLINE is neither true nor false', {
    wanted: 'true or 1; false, 0 or nothing',
    found: excerpt(value),
    next: 'set it to true, or take it away',
  });
}

/**
 * What is set for the command k8s-verify and is not read here: it says where files come from, which inputs do. Later steps
 * may use it.
 */
export function variablesNotRead(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.toUpperCase().startsWith('K8S_VERIFY_') && (environment[name] ?? '').trim() !== '')
    .filter((name) => name !== 'K8S_VERIFY_POLICY' && name !== 'K8S_VERIFY_OFFLINE')
    .toSorted();
}

/**
 * The absolute path that an input means: from the workspace on, with `~` for the home directory, since no shell is
 * between the workflow and the action to put it there.
 *
 * @throws RequestError `usage` for `~` on a runner without a home directory
 */
export function resolvePath(
  { workspace, home, platform }: Pick<Runner, 'workspace' | 'home' | 'platform'>,
  text: string,
): string {
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  const inHome = /^~(?:[/\\]|$)(?<rest>.*)$/s.exec(text)?.groups?.['rest'];
  if (inHome === undefined) return flavour.resolve(workspace, text);
  if (home === undefined) {
    throw new RequestError('usage', `${text} begins in the home directory, and this runner has none`, {
      wanted: platform === 'win32' ? 'USERPROFILE to be set' : 'HOME to be set',
      found: 'nothing',
      next: 'give an absolute path, or one from the workspace on',
    });
  }
  return flavour.resolve(home, inHome);
}

/**
 * The runner takes PATH line by line, and a shell takes it apart at its delimiter: a directory with either in its name
 * would not be found there, and parts of it might be.
 *
 * @throws RequestError `usage`
 */
export function assertFitsPath({ platform }: Pick<Runner, 'platform'>, directory: string): void {
  const { delimiter } = platform === 'win32' ? path.win32 : path.posix;
  if (isPrintable(directory) && !directory.includes(delimiter)) return;
  throw new RequestError('usage', 'the install directory cannot stand on PATH', {
    wanted: `a path without ${JSON.stringify(delimiter)} and without line breaks`,
    found: excerpt(directory),
    why: 'PATH would be taken apart there, and the next steps would not find what is installed',
    next: 'name another install-dir; one of Windows (C:\\...) is for Windows runners alone',
  });
}
