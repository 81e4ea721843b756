/**
 * Finds out who else, apart from root and the user of this run, can change what is at a path: rename it, replace it
 * with a link, or write to it. Owners, modes, sticky bits, every directory above and every link on the way count.
 *
 * Access control lists are not read, but on Linux the group bits of the mode show that one exists. On Windows only
 * access control lists decide, so there we give no answer.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isOwnOrRoots } from './owner.ts';

/** Another user or group who can change what is at a path. */
export interface OtherHand {
  /** The first directory or file on the path that they can change. */
  readonly path: string;
  /** `user 1000`, `group 50` or `everybody`. */
  readonly who: string;
}

/** Whether this system can answer the question at all. */
const HAS_OWNERS = process.geteuid !== undefined;

const GROUP_WRITE = 0o020n;
const GROUP_SEARCH = 0o010n;
const ALL_WRITE = 0o002n;
const ALL_SEARCH = 0o001n;
const STICKY = 0o1000n;

/** Linux's own limit. */
const MAX_LINKS = 40;

/**
 * Everyone else who can change what is at the path, each with the first place where they can. Parts that do not exist
 * are skipped, because they will belong to this user.
 *
 * @returns undefined if the system does not tell (Windows). That does not mean "no one".
 */
export async function othersCanChange(path: string): Promise<readonly OtherHand[] | undefined> {
  if (!HAS_OWNERS) return undefined;
  const hands = new Map<string, OtherHand>();
  for await (const hand of handsOnTheWay(resolve(path))) {
    if (!hands.has(hand.who)) hands.set(hand.who, hand);
  }
  return [...hands.values()];
}

/**
 * Like {@link othersCanChange}, but for an open file on its own: who can write to it or give others the right to.
 *
 * @returns undefined on Windows.
 */
export async function othersCanWrite(file: BigIntStats): Promise<readonly string[] | undefined> {
  return HAS_OWNERS ? writersOf(file, false) : undefined;
}

/** Walks from the root through links, like the system. */
async function* handsOnTheWay(path: string): AsyncGenerator<OtherHand> {
  let at = '/';
  let here: BigIntStats | undefined = await look(at);
  let links = 0;
  for (const rest = partsOf(path); here !== undefined;) {
    const name = rest.shift();
    const isLast = name === undefined;
    // In a sticky directory, others can create entries, but can rename or remove only their own.
    const protects = here.isDirectory() && (here.mode & STICKY) !== 0n;
    for (const who of await writersOf(here, protects)) yield { path: at, who };
    if (isLast) return;
    const child = name === '..' ? dirname(at) : join(at, name);
    const found: BigIntStats | undefined = await look(child);
    if (found?.isSymbolicLink() !== true) {
      [at, here] = [child, found];
      continue;
    }
    if (protects && !isOwnOrRoots(found)) yield { path: child, who: `user ${found.uid}` };
    links += 1;
    if (links > MAX_LINKS) return;
    const target = await readlink(child);
    rest.unshift(...partsOf(target));
    if (target.startsWith('/')) [at, here] = ['/', await look('/')];
  }
}

/**
 * The same for the entries of one directory: who can rename them, even without owning them.
 *
 * @returns undefined on Windows.
 */
export async function othersCanRename(directory: BigIntStats): Promise<readonly string[] | undefined> {
  return HAS_OWNERS ? writersOf(directory, (directory.mode & STICKY) !== 0n) : undefined;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

async function look(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch(() => undefined);
}

async function writersOf(entry: BigIntStats, isSticky: boolean): Promise<readonly string[]> {
  const who = isOwnOrRoots(entry) ? [] : [`user ${entry.uid}`];
  if (isSticky) return who;
  // To create an entry in a directory you also need the right to search it.
  const [group, all] = entry.isDirectory()
    ? [GROUP_WRITE | GROUP_SEARCH, ALL_WRITE | ALL_SEARCH]
    : [GROUP_WRITE, ALL_WRITE];
  if ((entry.mode & all) === all) return [...who, 'everybody'];
  const isLetIn = (entry.mode & group) === group && !(await hasOnlyUs(entry.gid));
  return isLetIn ? [...who, `group ${entry.gid}`] : who;
}

/**
 * Many systems give each user their own group and make directories writable for that group. A group counts as this
 * user's alone if /etc/group and /etc/passwd list no one else in it. Group 0 never does, because containers give it
 * to any user.
 */
async function hasOnlyUs(gid: bigint): Promise<boolean> {
  if (gid === 0n) return false;
  const [groups, users] = await Promise.all([recordsOf('/etc/group'), recordsOf('/etc/passwd')]);
  const group = groups.find(([, , id]) => id === String(gid));
  if (group === undefined) return false;
  const ours = new Set(['0', String(process.geteuid?.())]);
  const named = (group[3] ?? '').split(',').filter((name) => name !== '');
  const members = users.filter(([name = '', , , primary]) => primary === String(gid) || named.includes(name));
  const isKnown = named.every((name) => members.some(([member]) => member === name));
  return isKnown && members.every(([, , uid = '']) => ours.has(uid));
}

/** Lines split into fields; empty if the file does not exist. */
async function recordsOf(path: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.split(':'));
}
