/** The package as a user gets it: packed by npm, in a directory of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

export interface PackedPackage {
  /** The temporary directory that holds the tarball; the caller removes it. */
  readonly directory: string;
  readonly tarball: string;
  /** Paths inside the package, sorted. */
  readonly files: readonly string[];
  readonly unpackedBytes: number;
}

/** What `npm pack --json` prints of one package. */
type PackReport = readonly [
  {
    readonly filename: string;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string }[];
  },
];

/** `npm pack` of `dist/` as the test run has built it: building anew would pull it from under other tests. */
export function packPackage(): PackedPackage {
  const directory = mkdtempSync(path.join(tmpdir(), 'k8s-verify-pack-'));
  const json = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const [packed]: PackReport = JSON.parse(json);
  return {
    directory,
    tarball: path.join(directory, packed.filename),
    files: packed.files.map((file) => file.path).sort(),
    unpackedBytes: packed.unpackedSize,
  };
}
