/**
 * Takes a Node binary from its npm package, and believes it only if it is the one that was locked. `npm ci` has installed
 * this machine's own already, where the package `node` has it; any other is fetched through npm.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { extract } from 'tar';
import { ROOT } from '../bundle.ts';
import type { NodePackage } from './targets.ts';

const CACHE = path.join(ROOT, '.cache', 'node-binaries');

function tarballOf(node: NodePackage): string {
  return path.join(CACHE, `${node.package}-${node.nodeVersion}.tgz`);
}

/** Whether the package needs not be fetched: `npm ci` installed it, or an earlier build fetched it. */
export function isAtHand(node: NodePackage): boolean {
  return installedIn(node) !== undefined || existsSync(tarballOf(node));
}

/** Where the package `node` has put it, if it is the locked one. */
function installedIn({ package: name, binary, contents }: NodePackage): string | undefined {
  const directory = path.join(ROOT, 'node_modules', 'node', 'node_modules', name);
  if (contents === undefined || !existsSync(directory)) return undefined;
  const same =
    sha256(path.join(directory, binary)) === contents.binary &&
    sha256(path.join(directory, 'LICENSE')) === contents.license;
  return same ? directory : undefined;
}

function sha256(file: string): string | undefined {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
}

/**
 * Puts the Node binary and Node's LICENSE under `directory`, once, and returns the path of the binary.
 *
 * @throws Error when npm cannot get the package, or when it is not the locked one
 */
export async function nodeBinary(node: NodePackage, directory: string): Promise<string> {
  const into = path.join(directory, `${node.package}-${node.nodeVersion}`);
  const binary = path.join(into, node.binary);
  if (existsSync(binary)) return binary;
  mkdirSync(path.dirname(binary), { recursive: true });
  const installed = installedIn(node);
  if (installed !== undefined) {
    for (const name of [node.binary, 'LICENSE'])
      copyFileSync(path.join(installed, name), path.join(into, name));
    return binary;
  }
  const tarball = tarballOf(node);
  if (!existsSync(tarball)) fetchPackage(node);
  checkIntegrity(node, tarball);
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
