/** What every topic of the bench works with. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createCipheriv, hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RealKubectl, realKubectl, REAL_KUBECTL_VERSION } from '../real-kubectl.ts';
import { compare, type Command, type Contestant, type MeasureOptions, type Run } from './measure.ts';
import type { Row } from './row.ts';
import { duration } from './table.ts';
import type { Link } from './world.ts';

export interface Bench {
  /** Empty at the start; everything that the bench writes is below it. */
  readonly directory: string;
  /** Runs for each figure. */
  readonly runs: number;
  /** A line about the progress, in addition to the table. */
  say(line: string): void;
}

export type Topic = (bench: Bench) => Promise<readonly Row[]>;

export const VERSION: string = REAL_KUBECTL_VERSION;
export const PLATFORM = 'linux/amd64';

const CLI = fileURLToPath(new URL('../../bin/k8s-verify.js', import.meta.url));

export function k8sVerify(...args: readonly string[]): Command {
  return { program: process.execPath, args: [CLI, ...args] };
}

export const NODE_THAT_DOES_NOTHING: Command = { program: process.execPath, args: ['-e', '0'] };

/** An install into a directory that is new for every run. */
export function installContestant(
  bench: Bench,
  link: Link,
  trustedRootPath: string,
  options: {
    readonly components?: readonly string[];
    readonly platforms?: readonly string[];
    readonly version?: string;
    readonly more?: readonly string[];
  } = {},
): Contestant {
  const { components = ['kubectl'], platforms = [PLATFORM], version = VERSION, more = [] } = options;
  const target = join(bench.directory, 'installed');
  const world = ['--mirror', link.url, '--rekor-url', link.rekorUrl, '--trusted-root', trustedRootPath];
  const machines = platforms.flatMap((platform) => ['--platform', platform]);
  const where = [...machines, '--install-dir', target, ...world, ...more];
  return {
    name: 'k8s-verify',
    commands: [k8sVerify('install', ...components, version, ...where)],
    reset: () => void renew(target),
  };
}

const DAY_MS = 86_400_000;

/**
 * The same with the trusted root of a TUF repository, which was checked two days ago: each run renews it next to its
 * download.
 */
export function refreshingContestant(bench: Bench, link: Link): Contestant {
  const target = join(bench.directory, 'installed');
  const data = renew(join(bench.directory, 'data'));
  const trust = ['--tuf-url', link.tuf.url, '--tuf-root', link.tuf.root, '--data-dir', data];
  const { program, args } = k8sVerify('trusted-root', 'update', ...trust);
  execFileSync(program, [...args], { stdio: 'pipe' });
  const [name = ''] = readdirSync(join(data, 'trust'));
  const kept: object = JSON.parse(readFileSync(join(data, 'trust', name), 'utf8'));
  const where = ['--platform', PLATFORM, '--install-dir', target, '--mirror', link.url];
  return {
    name: 'k8s-verify with a refresh',
    commands: [k8sVerify('install', 'kubectl', VERSION, ...where, '--rekor-url', link.rekorUrl, ...trust)],
    reset: () => {
      renew(target);
      const checkedAt = new Date(Date.now() - 2 * DAY_MS).toISOString();
      renew(data);
      mkdirSync(join(data, 'trust'), { mode: 0o700 });
      writeFileSync(join(data, 'trust', name), JSON.stringify({ ...kept, checkedAt }));
    },
  };
}

/** @returns the same directory, empty. */
export function renew(directory: string): string {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** Runs the contestants and says every single time, so that a disturbed run can be told from a steady one. */
export function race(
  bench: Bench,
  title: string,
  contestants: readonly Contestant[],
  options: Partial<MeasureOptions> & { readonly runs?: number } = {},
): readonly (readonly Run[])[] {
  const { runs = bench.runs, ...rest } = options;
  const results = compare(contestants, runs, { directory: bench.directory, ...rest });
  for (const [index, contestant] of contestants.entries()) {
    const times = results[index]?.map(({ seconds }) => duration(seconds)) ?? [];
    bench.say(`${title}, ${contestant.name}: ${times.join(', ')}`);
  }
  return results;
}

export async function publishedKubectl(bench: Bench): Promise<RealKubectl> {
  const kubectl = await realKubectl();
  if (!kubectl.genuine) bench.say(`instead of the real kubectl, a file of the same size: ${kubectl.reason}`);
  return kubectl;
}

const MIB = 1024 * 1024;

/** A file of bytes that nothing can compress, the same ones every time for a seed. */
export function makeFile(path: string, bytes: number, seed: string = 'k'): string {
  if (existsSync(path)) return path;
  const cipher = createCipheriv('aes-128-ctr', keyOf(seed), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  const file = openSync(path, 'wx');
  try {
    for (let left = bytes; left > 0; left -= MIB) {
      writeSync(file, cipher.update(left < MIB ? zeros.subarray(0, left) : zeros));
    }
    // Else the disk would still be busy with it while the first rows are measured.
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return path;
}

/** Of all of the seed: long names may begin alike. */
function keyOf(seed: string): Uint8Array {
  return hash('sha256', seed, 'buffer').subarray(0, 16);
}

/** A program's full path, or undefined where PATH has none of that name. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}

/** A program's name and version. */
export function versionOf(program: string, ...args: readonly string[]): string {
  const found = findProgram(program);
  if (found === undefined) return `${program}: not here`;
  const { stdout } = spawnSync(found, [...args], { encoding: 'utf8' });
  return `${program} ${/\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? 'of unknown version'}`;
}
