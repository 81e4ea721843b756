/**
 * Opens files below a directory that other people or programs fill: a mirror on a share, a mounted volume. Links count
 * where they end inside it, because volumes of Kubernetes have such. What they lead to outside is refused unread.
 */
import { type BigIntStats, constants, lstat, readlink, realpath } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { openDescriptor, type OpenLocalFile, WITHOUT_WAITING } from './local-file.ts';
import { unreadableReason } from './unreadable-file.ts';

const realPath = promisify(realpath);
const statEntry = promisify(lstat);
const readLink = promisify(readlink);

/** Node's types declare the flag, but Windows does not have it. */
const { O_NOFOLLOW }: Partial<typeof constants> = constants;
const FLAGS: number = O_NOFOLLOW === undefined ? WITHOUT_WAITING : WITHOUT_WAITING | O_NOFOLLOW;

/** A file is there that is not read; the message says why, as in "it leads out of /srv/k8s". */
export class RefusedFile extends Error {}

/** An open file, and what it was when it was opened. */
export interface FileWithin extends OpenLocalFile {
  /** In bytes. */
  readonly size: number;
  /** Its number in this process, as long as it is open. */
  readonly descriptor: number;
  /**
   * Call it once the file is read.
   *
   * @throws RefusedFile if the file was written to since it was opened.
   */
  assertUnchanged(): Promise<void>;
}

/** How often a file is looked for again that was moved away while it was opened: a volume is updated by moving links. */
const ATTEMPTS = 3;

/**
 * Opens a regular file below a directory, without waiting for a pipe.
 *
 * @param root absolute, without links.
 * @param path relative to it, with forward slashes.
 * @returns undefined if there is no such file.
 * @throws RefusedFile
 */
export async function openWithin(root: string, path: string): Promise<FileWithin | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const real = await realPath(join(root, ...path.split('/'))).catch(unlessAbsent);
    if (real === undefined) return undefined;
    if (!isWithin(root, real)) throw leadsOut(root);
    try {
      return await openRegular(root, real);
    } catch (error) {
      if (isAbsent(error) && attempt < ATTEMPTS) continue;
      throw refused(error);
    }
  }
}

/** @param real without links. */
export function isWithin(root: string, real: string): boolean {
  return real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

async function openRegular(root: string, real: string): Promise<FileWithin> {
  // A device does something when it is opened.
  const named = await statEntry(real, { bigint: true });
  assertRegular(named);
  const { file, descriptor } = await openDescriptor(real, FLAGS);
  try {
    const opened = await file.stat();
    assertRegular(opened);
    if (!(await isOpenedWithin(root, real, descriptor, opened))) throw leadsOut(root);
    return {
      ...file,
      size: Number(opened.size),
      descriptor,
      assertUnchanged: async () => {
        const now = await file.stat();
        if (isUnwritten(opened, now)) return;
        throw writtenTo();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Another directory may have taken a place on the way since the path was looked up. */
async function isOpenedWithin(
  root: string,
  real: string,
  descriptor: number,
  opened: BigIntStats,
): Promise<boolean> {
  if (process.platform === 'linux') {
    const at = await readLink(`/proc/self/fd/${descriptor}`).catch(() => undefined);
    if (at !== undefined) return isWithin(root, at);
  }
  const again = await realPath(real);
  const named = await statEntry(again, { bigint: true });
  return isWithin(root, again) && named.dev === opened.dev && named.ino === opened.ino;
}

function isUnwritten(before: BigIntStats, now: BigIntStats): boolean {
  return before.size === now.size && before.mtimeNs === now.mtimeNs && before.ctimeNs === now.ctimeNs;
}

function assertRegular(found: BigIntStats): void {
  if (!found.isFile()) throw new RefusedFile(`it is ${kindOf(found)}`);
}

function kindOf(found: BigIntStats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return found.isSymbolicLink() ? 'a link that has just been made' : 'a device';
}

/** For a file whose bytes are not those of a moment ago. */
export function writtenTo(): RefusedFile {
  return new RefusedFile('it was written to while it was read');
}

function leadsOut(root: string): RefusedFile {
  return new RefusedFile(`it leads out of ${root}`);
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ABSENT.has(String(error.code));
}

function unlessAbsent(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw refused(error);
}

function refused(error: unknown): unknown {
  if (error instanceof RefusedFile || !(error instanceof Error)) return error;
  return new RefusedFile(unreadableReason(error), { cause: error });
}
