import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { nearest } from '../text/nearest.ts';

/** An operating system and an architecture, by the names that Go and Kubernetes use: `linux/amd64`. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** What this process runs on, according to Node. */
export interface ProcessInfo {
  /** `process.platform` */
  readonly platform: string;
  /** `process.arch` */
  readonly arch: string;
  /** `os.endianness()` */
  readonly endianness: 'BE' | 'LE';
}

/** Every platform that Kubernetes has published signed binaries for. */
export const PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'linux', arch: 'arm' },
  { os: 'linux', arch: '386' },
  { os: 'linux', arch: 'ppc64le' },
  { os: 'linux', arch: 's390x' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
  { os: 'windows', arch: 'amd64' },
  { os: 'windows', arch: 'arm64' },
  { os: 'windows', arch: '386' },
];

/** Names that other tools use. They are only suggested, never accepted, so that a platform always has one name. */
const OS_SYNONYMS: Readonly<Record<string, string>> = {
  macos: 'darwin',
  mac: 'darwin',
  osx: 'darwin',
  macosx: 'darwin',
  win32: 'windows',
  win64: 'windows',
  win: 'windows',
};
const ARCH_SYNONYMS: Readonly<Record<string, string>> = {
  x64: 'amd64',
  aarch64: 'arm64',
  armv8: 'arm64',
  armv7: 'arm',
  armv7l: 'arm',
  armhf: 'arm',
  i386: '386',
  i686: '386',
  ia32: '386',
  x86: '386',
  ppc64: 'ppc64le',
  powerpc64le: 'ppc64le',
};
const NODE_OS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const NODE_ARCH: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: '386',
  s390x: 's390x',
};

/** `linux/amd64` */
export function formatPlatform({ os, arch }: Platform): string {
  return `${os}/${arch}`;
}

export function samePlatform(a: Platform, b: Platform): boolean {
  return a.os === b.os && a.arch === b.arch;
}

/**
 * Reads `linux/amd64` and the like; only the names that Kubernetes uses. Other tools' names (`x86_64`, `macos`) are
 * refused with the right name as advice.
 *
 * @param choices the platforms of the requested files, to list if the text is not a platform.
 * @throws RequestError `platform-impossible`
 */
export function parsePlatform(text: string, choices: readonly Platform[] = PLATFORMS): Platform {
  const found = PLATFORMS.find((platform) => formatPlatform(platform) === text);
  if (found !== undefined) return found;
  const choice = nearestPlatform(text, choices);
  throw new RequestError(
    'platform-impossible',
    `Kubernetes publishes nothing for the platform ${excerpt(text)}`,
    {
      wanted: choices.map(formatPlatform).join(', '),
      found: excerpt(text),
      next: choice === undefined ? 'name one of these as os/arch' : `try ${choice}`,
    },
  );
}

/**
 * The platform of this process. An emulated process (x64 Node under Rosetta, 32-bit Node under WOW64) gets binaries
 * for the platform that it runs as. They run there too, and only the host could tell what is behind the emulator.
 *
 * @throws RequestError `platform-impossible`
 */
export function hostPlatform({ platform, arch, endianness }: ProcessInfo): Platform {
  const os = lookUp(NODE_OS, platform);
  // Node calls both byte orders ppc64; Kubernetes only builds for little-endian.
  const machine = arch === 'ppc64' && endianness === 'LE' ? 'ppc64le' : lookUp(NODE_ARCH, arch);
  const found = PLATFORMS.find((known) => known.os === os && known.arch === machine);
  if (found !== undefined) return found;
  const order = arch === 'ppc64' ? ' (big-endian)' : '';
  throw new RequestError(
    'platform-impossible',
    `Kubernetes publishes nothing for this machine: ${platform}/${arch}${order}`,
    {
      wanted: PLATFORMS.map(formatPlatform).join(', '),
      found: `${platform}/${arch}${order}`,
      next: 'choose a platform with --platform os/arch',
    },
  );
}

function nearestPlatform(text: string, platforms: readonly Platform[]): string | undefined {
  const words = text
    .slice(0, 64)
    .toLowerCase()
    .replace(/x86[_-]64/, 'amd64')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const [first = '', second] = words;
  const [os, arch] = [lookUp(OS_SYNONYMS, first) ?? first, lookUp(ARCH_SYNONYMS, first) ?? first];
  const found =
    second === undefined
      ? platforms.find((platform) => platform.os === os || platform.arch === arch)
      : nearestPair(os, lookUp(ARCH_SYNONYMS, second) ?? second, platforms);
  return found === undefined ? undefined : formatPlatform(found);
}

/** Compares each part separately: `linux/mips` is close to `linux/386` as a text, but not as a platform. */
function nearestPair(os: string, arch: string, platforms: readonly Platform[]): Platform | undefined {
  const nearOs = nearest(
    os,
    platforms.map((platform) => platform.os),
  );
  const ofOs = platforms.filter((platform) => platform.os === nearOs);
  const nearArch = nearest(
    arch,
    ofOs.map((platform) => platform.arch),
  );
  return ofOs.find((platform) => platform.arch === nearArch);
}

function lookUp(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
