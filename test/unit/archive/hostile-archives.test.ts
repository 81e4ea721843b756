import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listArchive } from '../../../src/archive/extract.ts';
import { MAX_ARCHIVE_MEMBERS } from '../../../src/limits.ts';
import { rejection } from '#support/thrown-by';
import { verifiedArchive } from './support/archive.ts';
import { namesIn, scratch } from '../disk/support/disk.ts';
import { refusal } from './support/refusal.ts';
import {
  BLOCK,
  directory,
  END,
  entry,
  file,
  gnuLong,
  pax,
  paxRecord,
  tar,
  tarGz,
} from './support/tar-writer.ts';
import { unpack } from './support/unpack.ts';

const good = file('kubernetes/client/bin/kubectl', 'the program', 0o755);

describe('tricks with extended headers', () => {
  const named = (records: Readonly<Record<string, string>>, ...rest: readonly Uint8Array[]): Buffer =>
    tarGz(good, pax(records), ...(rest.length === 0 ? [file('innocent')] : rest));
  const raw = (content: string | Uint8Array): Buffer =>
    tarGz(good, entry({ type: 'x', content }), file('innocent'));

  it.each([
    ['a path that leaves', named({ path: '../outside' }), '"../outside", a path that leaves'],
    ['an absolute path', named({ path: '/outside' }), '"/outside", an absolute path'],
    ['a link target', named({ linkpath: '/etc' }), 'says "linkpath"'],
    ['a sparse map', named({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'x' }), 'says "GNU.sparse.major"'],
    ['another character set', named({ hdrcharset: 'BINARY' }), 'says "hdrcharset"'],
    ['another type, which one reader knows', named({ type: 'SymbolicLink' }), 'says "type"'],
    ['another mode, which one reader knows', named({ mode: '2541' }), 'says "mode"'],
    ['a size that is no number', named({ size: '12x' }), 'a size that is not a number'],
    ['a negative size', named({ size: '-1' }), 'a size that is not a number'],
    ['a size in another notation', named({ size: '0x10' }), 'a size that is not a number'],
    [
      'a time that cannot be read',
      named({ mtime: 'yesterday' }),
      '"innocent", with a time that cannot be read',
    ],
    [
      'a size for a directory',
      named({ size: '512' }, directory('d/'), file('evil')),
      'a directory with content',
    ],
    ['a line feed in a path', raw(paxRecord('path', 'a\nb')), 'malformed'],
    ['a NUL in a path', raw(paxRecord('path', 'good\0evil')), 'malformed'],
    ['a record that is too long', raw('99 path=evil\n'), 'malformed'],
    ['a record that is too short', raw('5 path=evil\n'), 'malformed'],
    ['a record without its line feed', raw('12 path=evil!'), 'malformed'],
    ['a length with a sign', raw('+12 path=evil\n'), 'malformed'],
    ['a length with a zero before it', raw('012 path=evi\n'), 'malformed'],
    ['no key', raw('7 =evil\n'), 'malformed'],
    ['no equals sign', raw('11 patevil\n'), 'malformed'],
    ['an empty value', raw(paxRecord('path', '')), 'malformed'],
    ['a record twice', raw(paxRecord('path', 'a') + paxRecord('path', 'b')), 'says path twice'],
    ['bytes that are not UTF-8', raw(Buffer.from('13 path=ev\xffl\n', 'latin1')), 'not UTF-8'],
    [
      'two of them',
      named({ path: 'a' }, pax({ path: 'b' }), file('c')),
      'one member has two extended headers',
    ],
    [
      'one of each kind',
      named({ path: 'a' }, gnuLong('b'), file('c')),
      'one member has two extended headers',
    ],
    ['two long names', tarGz(gnuLong('a'), gnuLong('b'), file('c')), 'one member has two extended headers'],
    ['a long name that leaves', tarGz(gnuLong(`${'../'.repeat(60)}x`), file('x')), 'a path that leaves'],
    ['a NUL in a long name', tarGz(gnuLong('good\0evil'), file('x')), 'a long name in it is malformed'],
    ['an empty long name', tarGz(gnuLong(''), file('x')), 'a long name in it is malformed'],
    [
      'a long name without its end',
      tarGz(entry({ type: 'L', content: 'name' }), file('x')),
      'a long name in it is malformed',
    ],
    ['a path for the whole archive', tarGz(pax({ path: 'evil' }, 'g'), good), 'says "path"'],
    ['a size for the whole archive', tarGz(pax({ size: '1' }, 'g'), good), 'says "size"'],
    ['a huge one', raw('x'.repeat(100_000)), 'an extended header has 100000 bytes'],
    ['a long path', named({ path: 'a/'.repeat(600) }), 'a path that is too long'],
    ['a long part of a path', named({ path: 'a'.repeat(256) }), 'a name that is too long'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });
});

function flip(bytes: Uint8Array, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** A good member, and two blocks that node-tar takes for the empty ones of the end. */
function emptyBlock(checksum: string): Buffer {
  const end = Buffer.from(END);
  end.write(checksum, 148);
  end.write(checksum, BLOCK + 148);
  return gzipSync(Buffer.concat([good, end]));
}

describe('an archive that is not whole, or more than that', () => {
  const whole = tarGz(good, file('b', 'x'.repeat(2000)));
  const plain = tar(good, file('b', 'x'.repeat(2000)));
  const large = tar(file('c', randomBytes(2000)));
  it.each([
    ['an empty file', Buffer.alloc(0), 'ends in the middle'],
    ['two bytes of gzip', whole.subarray(0, 2), 'its gzip stream is damaged or cut short'],
    [
      'gzip that is cut short',
      whole.subarray(0, whole.length - 20),
      'its gzip stream is damaged or cut short',
    ],
    ['gzip without its last byte', whole.subarray(0, -1), 'its gzip stream is damaged or cut short'],
    ['gzip with another checksum', flip(whole, whole.length - 8), 'its gzip stream is damaged or cut short'],
    ['gzip with another length', flip(whole, whole.length - 1), 'its gzip stream is damaged or cut short'],
    [
      'gzip with zeros after it',
      Buffer.concat([whole, Buffer.alloc(1000)]),
      'something follows its gzip stream',
    ],
    ['gzip with text after it', Buffer.concat([whole, Buffer.from('evil')]), 'its gzip stream is damaged'],
    ['text', Buffer.from('<html>'.repeat(500)), 'a header fails its checksum, or it is not a tar archive'],
    ['text in gzip', gzipSync('<html>'.repeat(500)), 'it is not a tar archive'],
    ['a short text', Buffer.from('<html>'), 'ends in the middle'],
    ['a header with another checksum', tarGz(good, entry({ checksum: '000000\0 ' })), 'fails its checksum'],
    [
      'a base-256 number out of range',
      tarGz(entry({ size: Buffer.alloc(12, 0x80) })),
      'a number that cannot be read',
    ],
    ['gzip in gzip', gzipSync(gzipSync(large)), 'packed with gzip twice'],
    ['zstd in gzip', gzipSync(zstdCompressSync(large)), 'a header '],
    ['zstd', zstdCompressSync(large), 'a header '],
    ['an end with a text where its checksum would be', emptyBlock('evil'), 'fails its checksum'],
    ['an extended header without a name', tarGz(entry({ name: '', type: 'x' }), good), 'without a name'],
    ['tar that is cut in a header', plain.subarray(0, 100), 'ends in the middle'],
    ['tar that is cut in a member', plain.subarray(0, BLOCK * 4), 'ends in the middle'],
    ['tar without its end', plain.subarray(0, -2 * BLOCK), 'lacks the two empty blocks'],
    ['tar with half its end', plain.subarray(0, -BLOCK), 'lacks the two empty blocks'],
    ['a member that says it is longer', tarGz(entry({ content: 'x', size: 9999 })), 'ends in the middle'],
    [
      'a member that says it is shorter',
      tarGz(entry({ content: 'x'.repeat(600), size: 1 })),
      'fails its checksum',
    ],
    ['an empty block between members', tarGz(good, Buffer.alloc(BLOCK), file('evil')), 'between its members'],
    ['a member after the end', Buffer.concat([plain, file('evil'), END]), 'something follows its end'],
    ['one byte after the end', Buffer.concat([plain, Buffer.from('x')]), 'something follows its end'],
    [
      'a second archive after the first',
      gzipSync(Buffer.concat([plain, plain])),
      'something follows its end',
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });
});

describe('an archive that costs more than it should', () => {
  it('stops at a bomb', async () => {
    const bomb = tarGz(file('zeros', Buffer.alloc(100 << 20)));
    const parent = scratch();
    const archive = await verifiedArchive(bomb);
    const error = await rejection(unpack(archive, { into: join(parent, 'target') }));
    expect(error).toMatchObject({ code: 'archive-rejected' });
    expect(error.message).toContain('more than 100 times its size');
    expect(namesIn(parent)).toEqual([]);
  });

  it('stops at a bomb of zeros after the end', async () => {
    const bytes = gzipSync(Buffer.concat([tar(good), Buffer.alloc(100 << 20)]), { level: 1 });
    expect(await refusal(bytes)).toContain('more than 100 times its size');
  });

  it('stops at 100,000 members', async () => {
    const entries = Array.from({ length: 100_000 }, (_, index) => entry({ name: `f${index}`, mtime: index }));
    const archive = await verifiedArchive(Buffer.concat(entries), 'a.tar');
    const error = await rejection(listArchive(archive));
    expect(error.message).toContain(`more than ${MAX_ARCHIVE_MEMBERS} members`);
  });

  it('counts the directories that paths alone name', async () => {
    const entries = Array.from({ length: 4000 }, (_, index) => file(`${`d${index}/`.repeat(17)}f`, ''));
    expect((await rejection(listArchive(await verifiedArchive(tarGz(...entries))))).message).toContain(
      'members',
    );
  });
});

describe('nothing of it is believed before all of it was read', () => {
  it('a file that was changed after its digest was confirmed', async () => {
    const archive = await verifiedArchive(tar(good), 'a.tar');
    writeFileSync(archive.path, tar(file('kubernetes/client/bin/kubectl', 'another one', 0o755)));
    const parent = scratch();
    const error = await rejection(unpack(archive, { into: join(parent, 'target') }));
    expect(error).toMatchObject({ name: 'UntrustedError', code: 'digest-mismatch' });
    expect(namesIn(parent)).toEqual([]);
    expect((await rejection(listArchive(archive))).code).toBe('digest-mismatch');
  });

  it('a file that became longer, or another one', async () => {
    const archive = await verifiedArchive(tar(good), 'a.tar');
    writeFileSync(archive.path, Buffer.concat([tar(good), END]));
    expect((await rejection(listArchive(archive))).message).toContain('changed or replaced');
  });

  it('an evil last member after many good ones', async () => {
    const parent = scratch();
    mkdirSync(join(parent, 'kept'));
    const many = Array.from({ length: 50 }, (_, index) => file(`d${index}/f`));
    const archive = await verifiedArchive(tarGz(...many, file('../evil')));
    const error = await rejection(unpack(archive, { into: join(parent, 'new', 'target') }));
    expect(error.code).toBe('archive-rejected');
    expect(namesIn(parent)).toEqual(['kept']);
  });
});
