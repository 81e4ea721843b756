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
import { randomBytes } from 'node:crypto';
import { MAX_LEFTOVER_AGE_MS } from '../limits.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isOwn } from './owner.ts';
import { hostTag, isRunning, startOf } from './process-mark.ts';
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
