/**
 * Reads the members of a tar archive, one after the other, as they stream by.
 *
 * node-tar decodes the headers (checksums, octal and base-256 numbers, prefixes, PAX). The walk from block to block is
 * done here, since node-tar, as every tar program, passes over much: types it does not know, records that are out of
 * shape, bytes after the end, a missing end. Another program would pass over something else and find other members;
 * so an archive that needs such leniency is refused.
 */
import { type Header, ReadEntry } from 'tar';
import { MAX_ARCHIVE_MEMBER_BYTES, MAX_ARCHIVE_METADATA_BYTES } from '../limits.ts';
import { rejectedArchive, rejectedMember } from './archive-error.ts';
import type { ByteStream } from './byte-stream.ts';
import { type MemberKind, MemberPaths, memberPath } from './member-path.ts';
import { decodeLongName, decodePaxRecords, type ExtendedHeader } from './tar-extended-header.ts';
import { BLOCK_BYTES, decodeTarHeader, hasNoContent, isZero } from './tar-header.ts';

export interface ArchiveMember {
  /** Relative, with `/`, checked: it stays inside, and is safe to print. */
  readonly path: string;
  readonly kind: MemberKind;
  readonly bytes: number;
  /** 0755 for a directory and for what anybody may run, else 0644. */
  readonly mode: number;
  readonly modified: Date;
}

export interface VisitedMember extends ArchiveMember {
  /** The content of a file: to be read while the member is visited, or not at all. Each piece is valid until the next. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Visits every member in order and returns after the end of the archive.
 *
 * @throws InstallError `archive-rejected`, naming the member; whatever `visit` throws.
 */
export async function readTar(
  stream: ByteStream,
  visit: (member: VisitedMember) => Promise<void>,
): Promise<void> {
  const paths = new MemberPaths();
  let extended: ExtendedHeader | undefined;
  for (let block = await stream.read(BLOCK_BYTES); !isZero(block); block = await stream.read(BLOCK_BYTES)) {
    const header = decodeTarHeader(block, undefined);
    if (EXTENSIONS.has(header.typeKey)) {
      extended = await readExtension(stream, header, extended);
      continue;
    }
    const member = readMember(block, header, extended);
    extended = undefined;
    const end = stream.position + padded(member.bytes);
    if (member.path !== '') {
      paths.add(member.path, member.kind);
      await visit({ ...member, content: stream.content(member.bytes) });
    }
    await stream.skipTo(end);
  }
  if (extended !== undefined) throw rejectedArchive('an extended header at its end has no member');
  await assertEnd(stream);
}

/** After the first empty block: a second one, and nothing but padding to the end of the file. */
async function assertEnd(stream: ByteStream): Promise<void> {
  if (!isZero(await stream.read(BLOCK_BYTES)))
    throw rejectedArchive('an empty block stands between its members');
  for (;;) {
    const rest = await stream.readSome(Number.POSITIVE_INFINITY);
    if (rest === undefined) return;
    if (!isZero(rest)) throw rejectedArchive('something follows its end');
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** PAX for one member, PAX for all, GNU long name, GNU long link target. */
const EXTENSIONS: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K']);

/** What is known about the next member after one more extended header. */
async function readExtension(
  stream: ByteStream,
  { typeKey, size = 0 }: Header,
  known: ExtendedHeader | undefined,
): Promise<ExtendedHeader | undefined> {
  if (size > MAX_ARCHIVE_METADATA_BYTES) throw rejectedArchive(`an extended header has ${size} bytes`);
  const end = stream.position + padded(size);
  const body = await stream.read(size);
  await stream.skipTo(end);
  if (typeKey === 'g') {
    decodePaxRecords(body, 'archive');
    return known;
  }
  // A long link target: the link is refused when its own name is known.
  if (typeKey === 'K') return { pax: known?.pax, path: known?.path, linked: true };
  if (known?.pax !== undefined) throw rejectedArchive('one member has two extended headers');
  const { pax, path } = typeKey === 'L' ? decodeLongName(body) : decodePaxRecords(body, 'member');
  return { pax, path, linked: known?.linked === true };
}

/** What else a header can stand for; none of it is unpacked. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  S: 'a sparse file',
};

function readMember(block: Buffer, plain: Header, extended: ExtendedHeader | undefined): ArchiveMember {
  const name = extended?.path ?? plain.path ?? '';
  const header = decodeTarHeader(block, extended?.pax);
  const type = header.typeKey;
  if (type !== '0' && type !== '5') {
    const found = REFUSED_TYPES[type] ?? 'an entry of a type that is not for files';
    throw rejectedMember(name, found, 'it is no regular file and no directory');
  }
  const kind = type === '5' ? 'directory' : 'file';
  const path = memberPath(name, kind);
  const entry = new ReadEntry(header, extended?.pax);
  assertOneReading(name, { block, entry, linked: extended?.linked === true || linkTargetOf(plain) !== '' });
  if (kind === 'file' && entry.size > MAX_ARCHIVE_MEMBER_BYTES) {
    throw rejectedMember(name, `of ${entry.size} bytes`, `a member has at most ${MAX_ARCHIVE_MEMBER_BYTES}`);
  }
  const mode = entry.mode ?? 0;
  if ((mode & 0o7000) !== 0) {
    throw rejectedMember(
      name,
      'with a set-user-ID, set-group-ID or sticky bit',
      'it would run as somebody else',
    );
  }
  const usual = kind === 'directory' || (mode & 0o111) !== 0 ? 0o755 : 0o644;
  return { path, kind, bytes: entry.size, mode: usual, modified: modifiedAt(name, entry.mtime) };
}

function linkTargetOf({ linkpath }: Header): string {
  return linkpath ?? '';
}

/** What node-tar makes of the header is what every program makes of it. */
function assertOneReading(
  name: string,
  { block, entry, linked }: { readonly block: Buffer; readonly entry: ReadEntry; readonly linked: boolean },
): void {
  if (entry.path !== name) {
    throw rejectedMember(name, 'which two readers read differently', 'programs differ in what it is called');
  }
  if (linked) {
    throw rejectedMember(name, 'with the target of a link, and no link', 'programs differ in what it is');
  }
  // node-tar gives a directory no content, whatever its header says.
  if (entry.type === 'Directory' && (entry.size !== 0 || !hasNoContent(block))) {
    throw rejectedMember(name, 'a directory with content', 'programs differ in where the next member begins');
  }
}

/** Times before 1970 and after 9999 are brought to these; no file system has to know them. */
const LATEST_SECOND = 253_402_300_799;

function modifiedAt(name: string, time: Date | undefined): Date {
  const seconds = time === undefined ? 0 : time.getTime() / 1000;
  if (Number.isNaN(seconds))
    throw rejectedMember(name, 'with a time that is none', 'its header is out of shape');
  return new Date(Math.min(Math.max(seconds, 0), LATEST_SECOND) * 1000);
}
