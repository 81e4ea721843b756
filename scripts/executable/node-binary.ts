/** Fetches a Node binary from its npm package, through npm, and believes it only if it is the one that was locked. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { extract } from 'tar';
import { ROOT } from '../bundle.ts';
import type { NodePackage } from './targets.ts';

const CACHE = path.join(ROOT, '.cache', 'node-binaries');

function tarballOf(node: NodePackage): string {
  return path.join(CACHE, `${node.package}-${node.nodeVersion}.tgz`);
}

/** Whether an earlier build has fetched the package already. */
export function isCached(node: NodePackage): boolean {
  return existsSync(tarballOf(node));
}

/**
 * Puts the Node binary and Node's LICENSE under `directory`, once, and returns the path of the binary.
 *
 * @throws Error when npm cannot get the package, or when it is not the locked one
 */
export async function nodeBinary(node: NodePackage, directory: string): Promise<string> {
  const tarball = tarballOf(node);
  if (!isCached(node)) fetchPackage(node);
  checkIntegrity(node, tarball);
  const into = path.join(directory, `${node.package}-${node.nodeVersion}`);
  const binary = path.join(into, node.binary);
  if (existsSync(binary)) return binary;
  mkdirSync(into, { recursive: true });
  await extract({
    file: tarball,
    cwd: into,
    strip: 1,
    strict: true,
    filter: (member) => member === `package/${node.binary}` || member === 'package/LICENSE',
  });
  return binary;
}

function fetchPackage(node: NodePackage): void {
  mkdirSync(CACHE, { recursive: true });
  execFileSync(
    'npm',
    ['pack', `${node.package}@${node.nodeVersion}`, '--ignore-scripts', '--pack-destination', CACHE],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
}

function checkIntegrity(node: NodePackage, tarball: string): void {
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found !== node.integrity) {
    throw new Error(
      `${tarball} is not the package that was locked: expected ${node.integrity}, found ${found}`,
    );
  }
}
