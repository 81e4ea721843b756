import { isPrintable } from '../text/unprintable.ts';
import { type WindowsNameProblem, windowsNameProblem } from '../text/windows-name.ts';
import {
  MAX_ARCHIVE_DEPTH,
  MAX_ARCHIVE_MEMBERS,
  MAX_ARCHIVE_NAME_BYTES,
  MAX_ARCHIVE_PATH_BYTES,
} from '../limits.ts';
import { rejectedArchive, rejectedMember } from './archive-error.ts';

export type MemberKind = 'file' | 'directory';

/** Characters that Windows does not allow in a name: separators, streams and wildcards. */
const FOREIGN = /[\\:<>"|?*]/u;
/**
 * The path of a member below the target directory: parts joined by `/`, or an empty string for the archive's own top
 * directory (`./`). The same rules apply on every system, so that an archive means the same everywhere.
 *
 * @throws InstallError `archive-rejected`, naming the member.
 */
export function memberPath(name: string, kind: MemberKind): string {
  const problem = wholeProblem(name);
  if (problem !== undefined) throw rejectedMember(name, ...problem);
  const relative = name === '.' ? '' : name.replace(/^\.\//u, '');
  const path = kind === 'directory' ? relative.replace(/\/$/u, '') : relative;
  if (path === '' && kind === 'directory') return path;
  const parts = path.split('/');
  for (const part of parts) {
    const found = partProblem(part);
    if (found !== undefined) throw rejectedMember(name, ...found);
  }
  if (parts.length > MAX_ARCHIVE_DEPTH) {
    throw rejectedMember(name, 'which is nested too deeply', `a path has at most ${MAX_ARCHIVE_DEPTH} parts`);
  }
  return path;
}

type Problem = readonly [found: string, why: string];

function wholeProblem(name: string): Problem | undefined {
  if (name === '') return ['a member without a name', 'there is no place to write it'];
  if (Buffer.byteLength(name) > MAX_ARCHIVE_PATH_BYTES) {
    return ['a path that is too long', `a path has at most ${MAX_ARCHIVE_PATH_BYTES} bytes`];
  }
  if (name.startsWith('/')) return ['an absolute path', 'it would be written outside the target directory'];
  if (!isPrintable(name))
    return ['a name with control or invisible characters', 'a screen would show a different name'];
  if (name.includes('\ufffd')) return ['a name that is not UTF-8', 'systems disagree on its name'];
  if (FOREIGN.test(name)) return ['a name that Windows reads differently', 'it would be another path there'];
  return undefined;
}

function partProblem(part: string): Problem | undefined {
  if (part === '..')
    return ['a path that leaves its directory', 'it could be written outside the target directory'];
  if (part === '' || part === '.')
    return ['a path with an empty part', 'it is a second spelling of another path'];
  if (Buffer.byteLength(part) > MAX_ARCHIVE_NAME_BYTES) {
    return ['a name that is too long', `a name has at most ${MAX_ARCHIVE_NAME_BYTES} bytes`];
  }
  const onWindows = windowsNameProblem(part);
  return onWindows === undefined ? undefined : ON_WINDOWS[onWindows];
}

const ON_WINDOWS: Readonly<Record<WindowsNameProblem, Problem>> = {
  ending: [
    'a name that ends in a dot or a space',
    'Windows drops the ending, so it would have another name there',
  ],
  device: ['a name that is a device on Windows', 'it would be written to the device there'],
};

interface Node {
  /** The archive's spelling. */
  readonly spelling: string;
  readonly children: Map<string, Node> | undefined;
  /** Whether the archive lists it, or it is only a directory in other members' paths. */
  listed: boolean;
}

/** The paths seen so far, to refuse two that some file system would treat as one file. */
export class MemberPaths {
  readonly #root: Map<string, Node> = new Map();
  #count = 0;

  /**
   * @throws InstallError `archive-rejected` for a second member with the same path, for a path that differs from
   *   another only in case or Unicode normalisation, for a path through a file, and for too many members.
   */
  add(path: string, kind: MemberKind): void {
    const parts = path.split('/');
    let level = this.#root;
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1;
      const wanted = last ? kind : 'directory';
      const node = level.get(fold(part)) ?? this.#create(level, part, wanted);
      if (node.spelling !== part) throw collision(path, part, node.spelling);
      if (!last && node.children === undefined) throw belowFile(path);
      if (last && (node.listed || (node.children === undefined) !== (kind === 'file'))) throw duplicate(path);
      if (last) node.listed = true;
      level = node.children ?? new Map();
    }
  }

  #create(level: Map<string, Node>, spelling: string, kind: MemberKind): Node {
    this.#count += 1;
    if (this.#count > MAX_ARCHIVE_MEMBERS)
      throw rejectedArchive(`it has more than ${MAX_ARCHIVE_MEMBERS} members`);
    const node: Node = { spelling, children: kind === 'directory' ? new Map() : undefined, listed: false };
    level.set(fold(spelling), node);
    return node;
  }
}

/**
 * Maps names to the same text if a file system that ignores case, Unicode normalisation or both treats them as equal.
 */
function fold(part: string): string {
  return part.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

function collision(path: string, part: string, other: string): Error {
  return rejectedMember(
    path,
    `whose part ${JSON.stringify(part)} differs from ${JSON.stringify(other)} only in case or encoding`,
    'on many file systems they are the same file, and the later one would win',
  );
}

function belowFile(path: string): Error {
  return rejectedMember(path, 'which lies below a file', 'a file cannot contain another one');
}

function duplicate(path: string): Error {
  return rejectedMember(path, 'which is there twice', 'programs disagree on which of the two counts');
}
