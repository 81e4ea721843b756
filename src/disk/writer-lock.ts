/**
 * One writer at a time in a directory that several runs may fill, also by way of a share. The lock is a file that is made
 * only if it is not there (O_EXCL), and that names host and process. What a killed run left is taken over: the next number
 * is taken, with the same exclusion, and only then are the old ones removed. A run that finds another one next to it after
 * that gives way, so that at most one goes on.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InstallError } from '../errors.ts';
import { diskError, isAbsent, systemCode } from './disk-error.ts';
import type { HeldDirectory } from './held-directory.ts';
import { privateName, removeLeftovers } from './leftovers.ts';
import { hostTag, isRunning, startOf } from './process-mark.ts';
import { quoted } from '../text/quoted.ts';

const NAME = /^\.k8s-verify-writer-([1-9][0-9]{0,8})\.lock$/;
const MAX_LOCK_BYTES = 1024;
/** FAT and some network file systems cannot give a file a second name. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Who holds a lock. */
interface Holder {
  /** For people. */
  readonly host: string;
  readonly tag: string;
  readonly pid: number;
  readonly start: string;
}

interface FoundLock {
  readonly name: string;
  readonly number: number;
  /** Undefined if it cannot be read: only a person can say whether it counts. */
  readonly holder: Holder | undefined;
}

export interface WriterLock {
  /** The dead process whose lock was taken over, for people: "process 123 on node-1". */
  readonly tookOver: string | undefined;
  /** Never throws. May be called again. */
  release(): Promise<void>;
}

/** @throws InstallError `destination-busy` if another run has the lock, and of the disk. */
export async function lockForWriting(directory: HeldDirectory): Promise<WriterLock> {
  const stale = await findLocks(directory);
  for (const one of stale) if (!isDead(one)) throw busy(directory, one);
  const last = stale.toSorted((a, b) => a.number - b.number).at(-1);
  const name = nameOf((last?.number ?? 0) + 1);
  // The next run would not know it for a lock. No run of ours has ever counted so far.
  if (last !== undefined && !NAME.test(name)) throw busy(directory, last);
  await take(directory, name);
  const release = async (): Promise<void> => {
    await directory.unlink(name).catch(() => undefined);
  };
  try {
    for (const one of await findLocks(directory)) {
      if (one.name !== name && !isDead(one)) throw busy(directory, one);
    }
    for (const one of stale) await directory.unlink(one.name).catch(() => undefined);
    const [dead] = stale;
    return { tookOver: dead === undefined ? undefined : wordsOf(dead), release };
  } catch (error) {
    await release();
    throw error;
  }
}

function nameOf(number: number): string {
  return `.k8s-verify-writer-${number}.lock`;
}

async function findLocks(directory: HeldDirectory): Promise<readonly FoundLock[]> {
  const found: FoundLock[] = [];
  for (const name of await directory.names()) {
    const number = NAME.exec(name)?.[1];
    if (number === undefined) continue;
    try {
      found.push({ name, number: Number(number), holder: await readHolder(directory, name) });
    } catch (error) {
      // It was released meanwhile.
      if (!isAbsent(error)) found.push({ name, number: Number(number), holder: undefined });
    }
  }
  return found;
}

async function readHolder(directory: HeldDirectory, name: string): Promise<Holder | undefined> {
  const file = await directory.openFile(name);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_LOCK_BYTES), 0, MAX_LOCK_BYTES, 0);
    const [host = '', tag = '', pid = '', start = '', end] = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n');
    if (end !== '' || !/^[1-9][0-9]{0,9}$/.test(pid) || !/^[0-9]{1,20}$/.test(start)) return undefined;
    return { host, tag, pid: Number(pid), start };
  } finally {
    await file.close();
  }
}

function isDead({ holder }: FoundLock): boolean {
  return holder !== undefined && holder.tag === hostTag() && !isRunning(holder.pid, holder.start);
}

/** The file gets its name once it says whose it is, so that no other run finds half of it. */
async function take(directory: HeldDirectory, name: string): Promise<void> {
  const part = privateName('part');
  const text = [hostname(), hostTag(), process.pid, startOf(process.pid), ''].join('\n');
  try {
    await writeNew(directory, part, text);
    await removeLeftovers(directory, part);
    await directory.link(part, name).catch(async (error: unknown) => {
      if (!NO_LINKS.has(systemCode(error))) throw error;
      await writeNew(directory, name, text);
    });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw busy(directory, { name, number: 0, holder: undefined });
    throw diskError(error, 'lock the directory', join(directory.path, name));
  } finally {
    await directory.unlink(part).catch(() => undefined);
  }
}

async function writeNew(directory: HeldDirectory, name: string, text: string): Promise<void> {
  const file = await directory.createFile(name, 0o644);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

function wordsOf({ holder }: FoundLock): string {
  return holder === undefined ? 'another run' : `process ${holder.pid} on ${holder.host}`;
}

function busy({ path }: HeldDirectory, lock: FoundLock): InstallError {
  const file = join(path, lock.name);
  return new InstallError('destination-busy', `another run writes to ${path}`, {
    wanted: 'one writer at a time',
    found: wordsOf(lock),
    from: file,
    next: `wait until it has ended; if it is certain that no run writes there any more: rm ${quoted(file)}`,
  });
}
