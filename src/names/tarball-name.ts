import { COMPONENTS } from '../release/component.ts';
import type { Platform } from '../release/platform.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion, readReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { agreed } from './agreed.ts';
import type { ClaimedName } from './claimed-name.ts';

/** A program in a tarball that says what it is. */
export interface NamedMember {
  /** In the tarball. */
  readonly path: string;
  readonly name: ClaimedName;
}

/** The file of a tarball that has the version of its release, and nothing else. */
export const VERSION_FILE = 'kubernetes/version';

const PROGRAM = /^kubernetes\/([a-z]{1,32})\/bin\/([a-z0-9-]{1,64})(?:\.exe)?$/;

const names = (kind: 'binary' | 'tarball'): ReadonlySet<string> =>
  new Set(COMPONENTS.filter((one) => one.kind === kind).map(({ name }) => name));
const BINARIES = names('binary');
const TARBALLS = names('tarball');

/** Whether the member may say which release it is of. Others (tests, images, sources) are passed by unread. */
export function mayNameTarball(path: string): boolean {
  return path === VERSION_FILE || BINARIES.has(PROGRAM.exec(path)?.[2] ?? '');
}

/** The version in {@link VERSION_FILE}; undefined where it holds anything else. */
export function readVersionFile(bytes: Uint8Array): ReleaseVersion | undefined {
  const text = Buffer.from(bytes).toString('latin1').replace(/\n$/, '');
  return text.startsWith('v') ? readReleaseVersion(text) : undefined;
}

/**
 * What the programs of a tarball, and its version file, agree on; what they disagree on, or do not say, stays unsaid.
 * Its directories tell which tarball it is: `kubernetes/client/bin/kubectl` is in `kubernetes-client`.
 *
 * @param asked the tarball that it is given as, and counts as where nothing tells; without a platform then, so that
 *   this never binds.
 * @param release what the version file says.
 */
export function tarballName(
  asked: string,
  members: readonly NamedMember[],
  release: ReleaseVersion | undefined,
): ClaimedName | undefined {
  const version = agreed(
    [release, ...members.map(({ name }) => name.version)].filter((one) => one !== undefined),
    formatReleaseVersion,
  );
  const component = agreed(
    members.map(({ path }) => `kubernetes-${PROGRAM.exec(path)?.[1] ?? ''}`),
    (text) => text,
  );
  if (component === undefined || !TARBALLS.has(component)) {
    return version === undefined ? undefined : { component: asked, version };
  }
  const platforms: readonly (Platform | undefined)[] = members.map(({ name }) => name.platform);
  const platform = agreed(platforms, (one) => (one === undefined ? '' : formatPlatform(one)));
  return {
    component,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
  };
}
