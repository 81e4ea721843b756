/**
 * The Debian packages that the libraries of the container image come from: those of the stable release with the oldest
 * glibc that has its name services built in. Their SHA-256 are the lock; where they come from does not matter.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../bundle.ts';

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** As Debian names them. */
  readonly arch: 'amd64' | 'arm64';
  /** The directory below `pool/main`. */
  readonly source: string;
  readonly sha256: string;
}

const GCC = { version: '12.2.0-14+deb12u1', source: 'g/gcc-12' } as const;
const GLIBC = { version: '2.36-9+deb12u14', source: 'g/glibc' } as const;

export const DEBIAN_PACKAGES: readonly DebianPackage[] = [
  {
    ...GLIBC,
    name: 'libc6',
    arch: 'amd64',
    sha256: 'ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf',
  },
  {
    ...GLIBC,
    name: 'libc6',
    arch: 'arm64',
    sha256: '01f4330719fd4f65580e16ea5a0527f372fca750e8f588d26deaf09f2d3b1cf4',
  },
  {
    ...GCC,
    name: 'libgcc-s1',
    arch: 'amd64',
    sha256: '3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7',
  },
  {
    ...GCC,
    name: 'libgcc-s1',
    arch: 'arm64',
    sha256: '576926b283613db80168ddf76380a3bd877602778cf0d226caa7bfbfa71eacf3',
  },
  {
    ...GCC,
    name: 'libstdc++6',
    arch: 'amd64',
    sha256: '5cd3171216d4ab0fc911cfe9c35509bf2dd8f47761c43b7f6a4296701551a24d',
  },
  {
    ...GCC,
    name: 'libstdc++6',
    arch: 'arm64',
    sha256: '26e138c677a985775331373828a6c286c551ff397cb735d00e2383cb273d1cb2',
  },
  // It has the licenses of the two above.
  {
    ...GCC,
    name: 'gcc-12-base',
    arch: 'amd64',
    sha256: '1896a2aacf4ad681ff5eacc24a5b0ca4d5d9c9b9c9e4b6de5197bc1e116ea619',
  },
  {
    ...GCC,
    name: 'gcc-12-base',
    arch: 'arm64',
    sha256: '674cf6cba6d432bd200c45fe866c1652c7a53523cc2e7a613e05bc4abf7b5440',
  },
];

const CACHE = path.join(ROOT, '.cache', 'debian-packages');
/** The second keeps what a later point release has replaced. */
const ARCHIVES = [
  'https://deb.debian.org/debian',
  'https://snapshot.debian.org/archive/debian/20261101T000000Z',
];

/** The name as apt gives it to a download. */
function fileOf({ name, version, arch }: DebianPackage): string {
  return path.join(CACHE, `${name}_${version}_${arch}.deb`);
}

export function packagesFor(arch: DebianPackage['arch']): readonly DebianPackage[] {
  return DEBIAN_PACKAGES.filter((one) => one.arch === arch);
}

/** Whether nothing has to be fetched. */
export function areAtHand(arch: DebianPackage['arch']): boolean {
  return packagesFor(arch).every((one) => existsSync(fileOf(one)));
}

/**
 * Unpacks the packages for the processor into the directory.
 *
 * @throws Error when a package cannot be fetched, or is not the locked one
 */
export function unpackPackages(arch: DebianPackage['arch'], directory: string): void {
  for (const one of packagesFor(arch)) {
    if (!existsSync(fileOf(one))) fetchPackage(one);
    const found = createHash('sha256')
      .update(readFileSync(fileOf(one)))
      .digest('hex');
    if (found !== one.sha256) {
      throw new Error(
        `${fileOf(one)} is not the package that was locked: expected ${one.sha256}, found ${found}`,
      );
    }
    mkdirSync(directory, { recursive: true });
    execFileSync('dpkg-deb', ['--extract', fileOf(one), directory]);
  }
}

/** What the package says of itself, as scanners read it. */
export function controlOf(one: DebianPackage): string {
  return execFileSync('dpkg-deb', ['--field', fileOf(one)], { encoding: 'utf8' });
}

function fetchPackage(one: DebianPackage): void {
  mkdirSync(CACHE, { recursive: true });
  const partial = `${fileOf(one)}.partial`;
  const name = encodeURIComponent(path.basename(fileOf(one)));
  const urls = ARCHIVES.map((archive) => `${archive}/pool/main/${one.source}/${name}`);
  const options = ['--fail', '--silent', '--show-error', '--location', '--retry', '3', '--output', partial];
  const got = urls.some((url) => {
    try {
      execFileSync('curl', [...options, url], { stdio: ['ignore', 'ignore', 'inherit'] });
      return true;
    } catch {
      return false;
    }
  });
  if (!got) {
    rmSync(partial, { force: true });
    throw new Error(`none of these can be had: ${urls.join(', ')}`);
  }
  renameSync(partial, fileOf(one));
}
