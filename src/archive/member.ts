import type { ReadEntry } from 'tar/read-entry';
import { MAX_ARCHIVE_MEMBER_BYTES } from '../limits.ts';
import { rejectedMember } from './archive-error.ts';
import { hasNoContent } from './header-form.ts';
import { type MemberKind, memberPath } from './member-path.ts';

export interface ArchiveMember {
  /** Relative, with `/`. Checked: it stays inside and is safe to print. */
  readonly path: string;
  readonly kind: MemberKind;
  readonly bytes: number;
  /** 0755 for a directory and for a file with any execute bit, else 0644. */
  readonly mode: number;
  readonly modified: Date;
}

export interface MemberForm {
  /** Its own header. */
  readonly block: Buffer;
  /** Whether a GNU long link target came with it. */
  readonly linked: boolean;
}

/**
 * Accepts an entry that is a regular file or a directory, with a name that stays inside.
 *
 * @throws InstallError `archive-rejected`, naming it.
 */
export function memberOf(entry: ReadEntry, { block, linked }: MemberForm): ArchiveMember {
  const name = nameOf(entry);
  const kind = kindOf(name, entry.type);
  const path = memberPath(name, kind);
  if (linked) throw rejectedLinkTarget(name);
  // The size may also come from an extended header.
  if (kind === 'directory' && (entry.size !== 0 || !hasNoContent(block))) {
    throw rejectedMember(
      name,
      'a directory with content',
      'programs disagree on where the next member begins',
    );
  }
  if (entry.size > MAX_ARCHIVE_MEMBER_BYTES) {
    throw rejectedMember(name, `of ${entry.size} bytes`, `a member has at most ${MAX_ARCHIVE_MEMBER_BYTES}`);
  }
  const mode = entry.mode ?? 0;
  if ((mode & 0o7000) !== 0) {
    throw rejectedMember(
      name,
      'with a set-user-ID, set-group-ID or sticky bit',
      'it would run with the rights of another user',
    );
  }
  const usual = kind === 'directory' || (mode & 0o111) !== 0 ? 0o755 : 0o644;
  return { path, kind, bytes: entry.size, mode: usual, modified: modifiedAt(name, entry.mtime) };
}

/** On Windows, node-tar turns `\` into `/` in the path but not in the header. {@link memberPath} refuses it. */
function nameOf({ header, path }: ReadEntry): string {
  return header.path?.includes('\\') === true ? header.path : path;
}

/** Other kinds of members, which are never unpacked. */
const REFUSED_KINDS: Readonly<Record<string, string>> = {
  Link: 'a hard link',
  SymbolicLink: 'a symbolic link',
  CharacterDevice: 'a character device',
  BlockDevice: 'a block device',
  FIFO: 'a named pipe',
  SparseFile: 'a sparse file',
};

/** @param type as node-tar names it. */
export function isRefusedKind(type: string): boolean {
  return type in REFUSED_KINDS;
}

function kindOf(name: string, type: string): MemberKind {
  if (type === 'Directory') return 'directory';
  if (type === 'File' || type === 'OldFile') return 'file';
  throw rejectedKind(name, type);
}

/** @param type as node-tar names it. */
export function rejectedKind(name: string, type: string): Error {
  const found = REFUSED_KINDS[type] ?? 'an entry of an unknown type';
  return rejectedMember(name, found, 'it is neither a regular file nor a directory');
}

export function rejectedLinkTarget(name: string): Error {
  return rejectedMember(name, 'with the target of a link, but not a link', 'programs disagree on what it is');
}

/** Times are limited to 1970 to 9999, because no file system needs to know any others. */
const LATEST_SECOND = 253_402_300_799;

function modifiedAt(name: string, time: Date | undefined): Date {
  const seconds = time === undefined ? 0 : time.getTime() / 1000;
  if (Number.isNaN(seconds))
    throw rejectedMember(name, 'with a time that cannot be read', 'its header is malformed');
  return new Date(Math.min(Math.max(seconds, 0), LATEST_SECOND) * 1000);
}
