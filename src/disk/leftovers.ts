/**
 * The names of everything that a run puts beside a destination for a while, and the removal of what killed runs
 * left there.
 *
 * A name carries who made it: a tag of the host, the process and the process's start. A leftover is removed when its
 * maker is known to be gone, which needs the same host, the same boot and the same process namespace (the tag covers
 * all three); a process number that is in use again has another start time. Where the maker cannot be asked, because
 * the directory is shared with another host or container, because the machine was restarted, or because the system
 * does not tell start times, the leftover is removed once it has not been written for a day. No lock is needed, none
 * can be left behind, and a run that is alive never loses its file.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, type BigIntStats } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MAX_LEFTOVER_AGE_MS } from '../limits.ts';
import { systemCode } from './disk-error.ts';

/** `part`: a staged file; `old`: what a destination held before, until the run is done; `dir`: a staged directory. */
export type PrivateKind = 'part' | 'old' | 'dir';

const NAME = /^\.k8s-verify-([0-9a-f]{8})-([1-9][0-9]{0,9})-([0-9]{1,20})-[0-9a-f]{16}\.(part|old|dir)$/;

/** A new hidden name for something private to this process. */
export function privateName(kind: PrivateKind): string {
  const random = randomBytes(8).toString('hex');
  return `.k8s-verify-${hostTag()}-${process.pid}-${startOf(process.pid)}-${random}.${kind}`;
}

/**
 * Removes what killed runs left in a directory, and nothing else. It never fails: a leftover that cannot be removed
 * harms nobody, and the run at hand matters more.
 */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of namesIn(directory)) {
    const maker = NAME.exec(name);
    if (maker === null) continue;
    const path = join(directory, name);
    try {
      const found = await lstat(path, { bigint: true });
      const fitsItsName = maker[4] === 'dir' ? found.isDirectory() : found.isFile();
      if (fitsItsName && isStale(maker, found)) await rm(path, { recursive: true, force: true });
    } catch {
      // Somebody else removed it first, or may and we may not.
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isStale(maker: RegExpExecArray, found: BigIntStats): boolean {
  const [, tag, pid, start] = maker;
  const outlived = Date.now() - Number(found.mtimeMs) > MAX_LEFTOVER_AGE_MS;
  if (tag !== hostTag()) return outlived;
  return !isRunning(Number(pid), start ?? '') || outlived;
}

/** Whether the process that had this number and this start time is still there; in doubt, it is. */
function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const startNow = startOf(pid);
  return startNow === '0' || start === '0' || startNow === start;
}

/** When a process started, in clock ticks since the boot; `0` where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22 of proc(5); the second field may hold spaces and parentheses, so count from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

let knownHostTag: string | undefined;

/** Names this host, its boot and the process namespace: within one tag, a process number means one thing. */
function hostTag(): string {
  knownHostTag ??= createHash('sha256')
    .update([hostname(), textOf(readBootId), textOf(readNamespace)].join('\0'))
    .digest('hex')
    .slice(0, 8);
  return knownHostTag;
}

const readBootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
const readNamespace = (): string => readlinkSync('/proc/self/ns/pid');

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    // Linux without /proc: another container may have the same host name, so that nobody's processes can be asked.
    return process.platform === 'linux' ? randomBytes(8).toString('hex') : '';
  }
}
