import type { Header } from 'tar/header';
import { excerpt } from '../text/excerpt.ts';
import { rejectedArchive } from './archive-error.ts';

/**
 * The records that are accepted (POSIX.1-2008, pax, "Extended Header Keywords", and what GNU tar and libarchive add
 * for plain files). Left out: `linkpath`, because there are no links; `GNU.sparse.*`; `hdrcharset`, which changes the
 * meaning of names; `type` and `mode`, which only node-tar knows.
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
/** An empty value cancels the plain header's, which makes no sense for these. */
const NEVER_EMPTY: ReadonlySet<string> = new Set(['path', 'size', 'mtime']);
/** For the whole archive: git-archive notes its commit. */
const ALLOWED_GLOBALLY: ReadonlySet<string> = new Set(['comment']);

/**
 * Refuses what node-tar tolerates in extended headers: it skips a malformed record, ends a value at its first line
 * feed or NUL, takes the last of several records, and replaces bytes that are not UTF-8. The vectors are in
 * test/unit/archive/hostile-archives.test.ts, "tricks with extended headers".
 */
export class ExtendedHeaders {
  /** There is a name, or records, for the next member. */
  #named = false;
  /** There is a long link target, which only a link can have. */
  #linked = false;

  /**
   * Adds one extended header before a member.
   *
   * @param blocks its padded content.
   * @throws InstallError `archive-rejected`
   */
  add({ typeKey, size }: Header, blocks: Uint8Array): void {
    const body = blocks.subarray(0, size);
    if (typeKey === 'g') return assertRecords(body, ALLOWED_GLOBALLY);
    if (typeKey === 'K') {
      this.#linked = true;
      return;
    }
    if (this.#named) throw rejectedArchive('one member has two extended headers');
    this.#named = true;
    if (typeKey === 'L') assertLongName(body);
    else assertRecords(body, ALLOWED);
  }

  /** Applies what they said to the current member. */
  take(): 'linked' | 'not linked' {
    const linked = this.#linked;
    this.#named = false;
    this.#linked = false;
    return linked ? 'linked' : 'not linked';
  }

  /** @throws InstallError `archive-rejected` if a member should have followed. */
  assertNone(): void {
    if (this.#named || this.#linked) throw rejectedArchive('an extended header at its end has no member');
  }
}

/** Records are `length key=value\n`; the decimal length is that of the whole record. */
function assertRecords(body: Uint8Array, allowed: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (let at = 0; at < body.length;) {
    const { key, value, length } = decodeRecord(body.subarray(at));
    if (!allowed.has(key))
      throw rejectedArchive(`an extended header says ${excerpt(key)}, which changes its contents`);
    if (seen.has(key)) throw rejectedArchive(`an extended header says ${key} twice`);
    seen.add(key);
    if (key === 'size') assertPlainSize(value);
    at += length;
  }
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
    throw rejectedArchive('an extended header has a malformed record');
  }
  return { key, value, length };
}

function assertPlainSize(size: string): void {
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(size)) {
    throw rejectedArchive('an extended header gives a size that is not a number');
  }
}

/** GNU's long name: the name, followed by a NUL. */
function assertLongName(body: Uint8Array): void {
  const name = decodeText(body.subarray(0, -1));
  if (body.at(-1) !== 0 || name === '' || name.includes('\0')) {
    throw rejectedArchive('a long name in it is malformed');
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw rejectedArchive('an extended header is not UTF-8', error);
  }
}
