/** Copies of the source tree, to build what other trees would give. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './packed.ts';

const BUILT_FROM = [
  'bin',
  'scripts',
  'src',
  'trust-roots',
  'LICENSE',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

export interface TreeOptions {
  /** `repository` of package.json; undefined takes it away. */
  readonly repository: unknown;
  /** The JSON of the trusted root that is embedded in place of the public-good one. */
  readonly trustedRoot: string;
}

/** A tree that is the one under test but for the options. */
export function copySourceTree(directory: string, { repository, trustedRoot }: TreeOptions): void {
  mkdirSync(directory);
  for (const name of BUILT_FROM) {
    cpSync(path.join(ROOT, name), path.join(directory, name), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'), 'junction');
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ ...manifest, repository }));
  const root = path.join(directory, 'trust-roots', 'sigstore-public-good', 'trusted_root.json');
  writeFileSync(root, trustedRoot);
}

/** `npm run build` in the tree; rejects with what it printed where it fails. */
export function buildTree(directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['scripts/build.ts'], { cwd: directory }, (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new Error(stderr));
    });
  });
}
