/**
 * The names of everything that a run puts next to a destination for a while, and the removal of what killed runs left
 * there.
 *
 * A name carries who made it: a tag of the host, the process and the process's start. Where the maker can be asked, that
 * alone decides: the tag covers the host, its boot and the process namespace, and a process number that is in use again
 * has another start time. Where it cannot, because the directory is shared with another host or container or because the
 * machine was restarted, a leftover is removed once it has not been written for a day, by the clock of the file system
 * and by this machine's. No lock is needed, none can be left behind, and a run that is alive never loses its file.
 *
 * Anybody may give a file such a name. Only what belongs to this user is removed, by descriptor; a directory only where
 * nobody else can rename it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { MAX_LEFTOVER_AGE_MS } from '../limits.ts';
import { systemCode } from './disk-error.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isOwn } from './owner.ts';
import { removeTree } from './remove-tree.ts';
import { othersCanRename } from './who-can-change.ts';

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
 *
 * @param fresh the name of something that this run has just made there: its time is the file system's own clock.
 */
export async function removeLeftovers(directory: HeldDirectory, fresh: string): Promise<void> {
  try {
    const names = (await directory.names()).filter((name) => NAME.test(name) && name !== fresh);
    if (names.length === 0) return;
    // Clocks differ, by days where a machine was just switched on: the one that makes things younger counts.
    const now = Math.min(Date.now(), Number((await directory.lstat(fresh)).mtimeMs));
    for (const name of names) await removeIfLeft(directory, name, now).catch(() => undefined);
  } catch {
    // A directory that may not be read keeps what is in it.
  }
}

async function removeIfLeft(directory: HeldDirectory, name: string, now: number): Promise<void> {
  const maker = NAME.exec(name);
  if (maker === null) return;
  const found = await directory.lstat(name);
  const fitsItsName = maker[4] === 'dir' ? found.isDirectory() : found.isFile();
  if (!fitsItsName || !isOwn(found)) return;
  if (found.isDirectory() && (await isNamedByOthers(directory))) return;
  if (isLeft(maker, now - Number(found.mtimeMs))) await removeTree(directory, name);
}

/**
 * Who can rename entries can give this name to any directory of this user's next to it, whose content is not theirs to
 * delete. A file they could delete themselves.
 */
async function isNamedByOthers(directory: HeldDirectory): Promise<boolean> {
  const others = await othersCanRename(await directory.stat());
  return others !== undefined && others.length > 0;
}

function isLeft([, tag, pid, start = '']: RegExpExecArray, age: number): boolean {
  return tag === hostTag() ? !isRunning(Number(pid), start) : age > MAX_LEFTOVER_AGE_MS;
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
    // Elsewhere the addresses of the machine's own interfaces tell it from another one of its name.
    return process.platform === 'linux' ? randomBytes(8).toString('hex') : addresses();
  }
}

function addresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => (one ?? []).map(({ mac }) => mac));
  return [...new Set(all)].sort().join(' ');
}
