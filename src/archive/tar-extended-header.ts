import { Pax } from 'tar';
import { excerpt } from '../encoding/base64.ts';
import { rejectedArchive } from './archive-error.ts';

/** What PAX records and GNU long names say about the member that follows them. */
export interface ExtendedHeader {
  /** As node-tar reads it; undefined where only a link's target is known. */
  readonly pax: Pax | undefined;
  readonly path: string | undefined;
  /** A GNU long link target came with it, which only a link can have. */
  readonly linked: boolean;
}

/**
 * The records that may be there (POSIX.1-2008, pax, "Extended Header Keywords", and what GNU tar and libarchive add
 * to plain files). Not `linkpath`, since there are no links; not `GNU.sparse.*`; not `hdrcharset`, which makes names
 * mean something else; not `type` and `mode`, which node-tar alone knows.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  'path',
  'size',
  'mtime',
  'atime',
  'ctime',
  'uid',
  'gid',
  'uname',
  'gname',
  'comment',
  'SCHILY.dev',
  'SCHILY.ino',
  'SCHILY.nlink',
  'LIBARCHIVE.creationtime',
]);
/** An empty value takes back what the plain header says, which is no use for these. */
const NEVER_EMPTY: ReadonlySet<string> = new Set(['path', 'size', 'mtime']);
/** For the whole archive: git-archive notes its commit. */
const ALLOWED_GLOBALLY: ReadonlySet<string> = new Set(['comment']);

/**
 * Reads the records of an extended header: `length key=value\n`, the length in decimal and of the whole record.
 * node-tar skips a record that is out of shape, and ends a value at its first line feed or NUL; here it is refused.
 *
 * @throws InstallError `archive-rejected`
 */
export function decodePaxRecords(body: Uint8Array, scope: 'member' | 'archive'): ExtendedHeader {
  const allowed = scope === 'member' ? ALLOWED : ALLOWED_GLOBALLY;
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const { key, value, length } = decodeRecord(body.subarray(at));
    if (!allowed.has(key))
      throw rejectedArchive(`an extended header says ${excerpt(key)}, which changes what it holds`);
    if (records.has(key)) throw rejectedArchive(`an extended header says ${key} twice`);
    records.set(key, value);
    at += length;
  }
  assertPlainSize(records.get('size'));
  return { pax: Pax.parse(decodeText(body)), path: records.get('path'), linked: false };
}

function decodeRecord(bytes: Uint8Array): {
  readonly key: string;
  readonly value: string;
  readonly length: number;
} {
  const digits = /^[1-9][0-9]{0,6} /.exec(Buffer.from(bytes.subarray(0, 8)).toString('latin1'))?.[0] ?? '';
  const length = Number.parseInt(digits, 10);
  const record = bytes.subarray(digits.length, length);
  const text =
    digits === '' || bytes.length < length || record.at(-1) !== 0x0a
      ? ''
      : decodeText(record.subarray(0, -1));
  const separator = text.indexOf('=');
  const value = text.slice(separator + 1);
  const key = text.slice(0, separator);
  if (separator < 1 || /[\0\n]/.test(text) || (value === '' && NEVER_EMPTY.has(key))) {
    throw rejectedArchive('an extended header has a record that is out of shape');
  }
  return { key, value, length };
}

function assertPlainSize(size: string | undefined): void {
  if (size !== undefined && !/^(?:0|[1-9][0-9]{0,14})$/.test(size)) {
    throw rejectedArchive('an extended header gives a size that is no number');
  }
}

/**
 * GNU's long name: the name, and a NUL after it.
 *
 * @throws InstallError `archive-rejected`
 */
export function decodeLongName(body: Uint8Array): ExtendedHeader {
  const path = decodeText(body.subarray(0, -1));
  if (body.at(-1) !== 0 || path === '' || path.includes('\0')) {
    throw rejectedArchive('a long name in it is out of shape');
  }
  return { pax: new Pax({ path }), path, linked: false };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw rejectedArchive('an extended header is not UTF-8', error);
  }
}
