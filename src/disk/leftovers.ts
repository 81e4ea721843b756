/**
 * Names the temporary files that a run puts next to a destination, and removes those that killed runs left there.
 *
 * A name says who made it: a tag of the host, the process ID and the start time of the process. If we can ask whether
 * that process still runs, the answer decides. The tag covers the host, its boot and its process namespace, and a
 * reused process ID has another start time. If we cannot ask, because another host or container shares the directory
 * or the machine was restarted, a leftover is removed once nothing has been written to it for a day, by both the file
 * system's clock and this machine's. This needs no lock, so no lock can be left behind, and a running process never
 * loses its file.
 *
 * Anyone can give a file such a name, so we remove only what belongs to this user, by descriptor, and a directory only if
 * no other user can rename it.
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

/**
 * `part`: a staged file; `old`: the previous file of a destination, until the run is done; `dir`: a staged directory.
 */
export type PrivateKind = 'part' | 'old' | 'dir';

const NAME = /^\.k8s-verify-([0-9a-f]{8})-([1-9][0-9]{0,9})-([0-9]{1,20})-[0-9a-f]{16}\.(part|old|dir)$/;

/** A new hidden name for a file or directory that is private to this process. */
export function privateName(kind: PrivateKind): string {
  const random = randomBytes(8).toString('hex');
  return `.k8s-verify-${hostTag()}-${process.pid}-${startOf(process.pid)}-${random}.${kind}`;
}

/**
 * Removes what killed runs left in a directory, and nothing else. Never fails: a leftover does no harm, and this run
 * matters more.
 *
 * @param fresh the name of an entry that this run has just made there; its time shows the file system's own clock.
 */
export async function removeLeftovers(directory: HeldDirectory, fresh: string): Promise<void> {
  try {
    const names = (await directory.names()).filter((name) => NAME.test(name) && name !== fresh);
    if (names.length === 0) return;
    // The two clocks can differ by days on a machine that was just switched on. Use the one that makes files look
    // younger.
    const now = Math.min(Date.now(), Number((await directory.lstat(fresh)).mtimeMs));
    for (const name of names) await removeIfLeft(directory, name, now).catch(() => undefined);
  } catch {
    // If we may not read the directory, its leftovers stay.
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

/** Whether the process with this ID and start time is still running; true if in doubt. */
function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const startNow = startOf(pid);
  return startNow === '0' || start === '0' || startNow === start;
}

/** When a process started, in clock ticks since boot; `0` if the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22 in proc(5). The second field may contain spaces and parentheses, so count from the last parenthesis.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

let knownHostTag: string | undefined;

/** Identifies this host, its boot and the process namespace. Within one tag a process ID is unambiguous. */
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
    // On Linux without /proc, another container may have the same host name, so we cannot ask about any process. On
    // other systems the addresses of the network interfaces tell apart two machines with the same name.
    return process.platform === 'linux' ? randomBytes(8).toString('hex') : addresses();
  }
}

function addresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => (one ?? []).map(({ mac }) => mac));
  return [...new Set(all)].sort().join(' ');
}
