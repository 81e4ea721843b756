/**
 * The root of the container image: the executable, the seven libraries that it loads, their licenses, and what says which
 * user it runs as. No shell, no package manager, nothing that another program could be started from.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { controlOf, packagesFor, unpackPackages } from './debian-packages.ts';

export interface ContainerPlatform {
  /** As Node names it. */
  readonly arch: 'x64' | 'arm64';
  /** As container images and Debian name it. */
  readonly goarch: 'amd64' | 'arm64';
  /** Debian's directory of libraries. */
  readonly libraries: string;
  /** The dynamic linker: its place is written in the executable. */
  readonly linker: string;
}

export const CONTAINER_PLATFORMS: readonly ContainerPlatform[] = [
  { arch: 'x64', goarch: 'amd64', libraries: 'lib/x86_64-linux-gnu', linker: 'lib64/ld-linux-x86-64.so.2' },
  { arch: 'arm64', goarch: 'arm64', libraries: 'lib/aarch64-linux-gnu', linker: 'lib/ld-linux-aarch64.so.1' },
];

/** What Node is linked to, besides the linker. */
export const LIBRARIES = [
  'libc.so.6',
  'libdl.so.2',
  'libgcc_s.so.1',
  'libm.so.6',
  'libpthread.so.0',
  'libstdc++.so.6',
] as const;

export const EXECUTABLE = 'usr/bin/k8s-verify';
/** The number that images without a shell commonly give to a user without rights. */
export const USER = 65532;

const FILES = {
  'etc/passwd': `root:x:0:0:root:/nonexistent:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/nonexistent:/sbin/nologin\n`,
  'etc/group': `root:x:0:\nnonroot:x:${USER}:\n`,
  // glibc would ask DNS before /etc/hosts.
  'etc/nsswitch.conf': 'hosts: files dns\n',
} as const;

export interface RootRequest {
  readonly platform: ContainerPlatform;
  /** The executable, with its `.LICENSES.txt` next to it. */
  readonly executable: string;
  /** The root of the image; it must not be there yet. */
  readonly into: string;
  /** A root that has the libraries, in place of the locked Debian packages: for tests. */
  readonly librariesFrom?: string;
}

/** @throws Error where a library or the executable is missing */
export function assembleRoot({ platform, executable, into, librariesFrom }: RootRequest): void {
  const copy = (from: string, name: string, mode = 0o644): void => {
    const to = path.join(into, name);
    makeDirectories(into, path.dirname(name));
    copyFileSync(realpathSync(from), to);
    chmodSync(to, mode);
  };
  mkdirSync(into);
  const from = librariesFrom ?? unpacked(platform, `${into}-packages`);
  for (const name of LIBRARIES) copy(libraryIn(from, platform, name), path.join(platform.libraries, name));
  // The linker is in the directory of libraries; its own place is a link in a package that is merged into /usr.
  copy(libraryIn(from, platform, path.basename(platform.linker)), platform.linker, 0o755);
  copy(executable, EXECUTABLE, 0o755);
  copy(`${executable}.LICENSES.txt`, 'usr/share/doc/k8s-verify/LICENSES.txt');
  if (librariesFrom === undefined) describePackages(platform, from, copy, into);
  for (const [name, text] of Object.entries(FILES)) write(into, name, text);
}

function unpacked(platform: ContainerPlatform, directory: string): string {
  unpackPackages(platform.goarch, directory);
  return directory;
}

function libraryIn(root: string, { libraries }: ContainerPlatform, name: string): string {
  const found = [libraries, path.join('usr', libraries)]
    .map((directory) => path.join(root, directory, name))
    .find(existsSync);
  if (found === undefined) throw new Error(`${root} has no ${name}`);
  return found;
}

/** Whose libraries these are: for people, and for scanners, which look there in images without a package manager. */
function describePackages(
  { goarch }: ContainerPlatform,
  from: string,
  copy: (from: string, name: string) => void,
  into: string,
): void {
  for (const one of packagesFor(goarch)) {
    const copyright = path.join('usr/share/doc', one.name, 'copyright');
    copy(path.join(from, copyright), copyright);
    write(into, path.join('var/lib/dpkg/status.d', one.name), controlOf(one));
  }
  write(
    into,
    'etc/os-release',
    'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="k8s-verify, with libraries of Debian 12"\n',
  );
}

function write(root: string, name: string, text: string): void {
  makeDirectories(root, path.dirname(name));
  writeFileSync(path.join(root, name), text);
  chmodSync(path.join(root, name), 0o644);
}

/** Independent of the umask. */
function makeDirectories(root: string, name: string): void {
  const parts = name.split(path.sep);
  for (const [i] of parts.entries()) {
    const directory = path.join(root, ...parts.slice(0, i + 1));
    if (existsSync(directory)) continue;
    mkdirSync(directory);
    chmodSync(directory, 0o755);
  }
}
