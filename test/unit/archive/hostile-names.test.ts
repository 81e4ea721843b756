import { describe, expect, it } from 'vitest';
import { refusal } from './support/refusal.ts';
import { directory, END, entry, file, gnuLong, pax, tarGz } from './support/tar-writer.ts';

const good = file('kubernetes/client/bin/kubectl', 'the program', 0o755);

describe('a member is refused by its name', () => {
  it.each([
    ['a path that leaves', file('../outside'), '"../outside", a path that leaves its directory'],
    ['a path that leaves later', file('a/b/../../../outside'), 'a path that leaves its directory'],
    ['a path that leaves and comes back', file('a/../b'), 'a path that leaves its directory'],
    ['a path that ends in dots', file('a/..'), 'a path that leaves its directory'],
    ['a directory that leaves', directory('../'), 'a path that leaves its directory'],
    ['an absolute path', file('/tmp/outside'), '"/tmp/outside", an absolute path'],
    ['two slashes at the start', file('//host/share'), 'an absolute path'],
    ['a Windows path', file('C:/outside'), 'a name that Windows reads differently'],
    ['a Windows path with backslashes', file('..\\outside'), 'a name that Windows reads differently'],
    ['a Windows stream', file('kubectl:hidden'), 'a name that Windows reads differently'],
    ['a wildcard', file('kube*'), 'a name that Windows reads differently'],
    ['an empty part', file('a//b'), 'a path with an empty part'],
    ['a dot in the middle', file('a/./b'), 'a path with an empty part'],
    ['a dot at the end', file('a/.'), 'a path with an empty part'],
    ['two dots at the start', file('././a'), 'a path with an empty part'],
    ['a prefix that leaves', entry({ prefix: '../..', name: 'outside' }), 'a path that leaves its directory'],
    [
      'a prefix that leaves, in a GNU header',
      entry({ prefix: '../..', name: 'outside', magic: 'ustar  \0' }),
      '"outside", with a name prefix that its format does not have',
    ],
    [
      'a prefix that leaves, in a header of the oldest format',
      entry({ prefix: '../..', name: 'outside', magic: '' }),
      '"outside", with a name prefix that its format does not have',
    ],
    [
      'a prefix in the header of a GNU long name',
      Buffer.concat([
        entry({ prefix: '..', name: 'L', type: 'L', content: 'name\0', magic: 'ustar  \0' }),
        file('x'),
      ]),
      'with a name prefix that its format does not have',
    ],
    ['a symbolic link', entry({ name: 'bin', type: '2', linkName: '/etc' }), '"bin", a symbolic link'],
    [
      'a symbolic link inside',
      entry({ name: 'bin', type: '2', linkName: 'kubernetes' }),
      '"bin", a symbolic link',
    ],
    ['a hard link', entry({ name: 'x', type: '1', linkName: '/etc/passwd' }), '"x", a hard link'],
    [
      'a hard link inside',
      entry({ name: 'x', type: '1', linkName: 'kubernetes/client/bin/kubectl' }),
      '"x", a hard link',
    ],
    [
      'a link with a long target',
      Buffer.concat([gnuLong('../'.repeat(60), 'K'), entry({ name: 'x', type: '2', magic: 'ustar  \0' })]),
      '"x", a symbolic link',
    ],
    [
      'a link with a long target and a long name',
      Buffer.concat([
        gnuLong('/etc', 'K'),
        gnuLong('n'.repeat(200)),
        entry({ name: 'n', type: '2', magic: 'ustar  \0' }),
      ]),
      `"${'n'.repeat(200)}", a symbolic link`,
    ],
    [
      'a link target on a file',
      Buffer.concat([gnuLong('/etc', 'K'), file('x')]),
      '"x", with the target of a link, but not a link',
    ],
    [
      'a link name on a file',
      entry({ name: 'x', linkName: '/etc' }),
      '"x", with the target of a link, but not a link',
    ],
    ['a character device', entry({ name: 'null', type: '3' }), '"null", a character device'],
    ['a block device', entry({ name: 'sda', type: '4' }), '"sda", a block device'],
    ['a named pipe', entry({ name: 'pipe', type: '6' }), '"pipe", a named pipe'],
    ['a sparse file', entry({ name: 'sparse', type: 'S' }), '"sparse", a sparse file'],
    ['a contiguous file', entry({ name: 'c', type: '7' }), 'an unknown type'],
    ['an unknown type', entry({ name: 'odd', type: 'Z' }), '"odd", an entry of an unknown type'],
    ['a volume label', entry({ name: 'volume', type: 'V' }), 'an unknown type'],
    ['a continuation', entry({ name: 'rest', type: 'M' }), 'an unknown type'],
    ['an old extended header', pax({ path: 'x' }, 'X'), 'an unknown type'],
    ['an old long name', Buffer.concat([gnuLong('x', 'N'), file('y')]), 'an unknown type'],
    ['a directory with a list of names', entry({ name: 'd/', type: 'D' }), 'an unknown type'],
    ['set-user-ID', file('su', 'x', 0o4755), 'a set-user-ID, set-group-ID or sticky bit'],
    ['set-group-ID', file('su', 'x', 0o2755), 'a set-user-ID, set-group-ID or sticky bit'],
    ['a sticky directory', directory('tmp/', 0o1777), 'a set-user-ID, set-group-ID or sticky bit'],
    ['the same path twice', Buffer.concat([file('a/b'), file('a/b')]), '"a/b", which is there twice'],
    ['a directory twice', Buffer.concat([directory('a/'), directory('a/')]), '"a", which is there twice'],
    ['a file and a directory', Buffer.concat([file('a'), directory('a/')]), 'which is there twice'],
    ['a path through a file', Buffer.concat([file('a'), file('a/b')]), '"a/b", which lies below a file'],
    ['a file over a directory', Buffer.concat([file('a/b'), file('a')]), '"a", which is there twice'],
    ['another spelling of the same path', Buffer.concat([file('a'), file('./a')]), 'which is there twice'],
    ['another case', Buffer.concat([file('a/README'), file('a/readme')]), 'only in case or encoding'],
    [
      'another case of a directory',
      Buffer.concat([file('Dir/a'), file('dir/b')]),
      'only in case or encoding',
    ],
    [
      'another normal form',
      Buffer.concat([file('caf\u00e9'), file('cafe\u0301')]),
      'only in case or encoding',
    ],
    ['a ligature', Buffer.concat([file('\ufb01le'), file('file')]), 'only in case or encoding'],
    ['a long s', Buffer.concat([file('\u017fh'), file('sh')]), 'only in case or encoding'],
    ['a sharp s', Buffer.concat([file('stra\u00dfe'), file('STRASSE')]), 'only in case or encoding'],
    ['the Kelvin sign', Buffer.concat([file('\u212aube'), file('kube')]), 'only in case or encoding'],
    ['a trailing dot', file('a./b'), 'ends in a dot or a space'],
    ['a trailing space', file('a /b'), 'ends in a dot or a space'],
    ['three dots', file('.../b'), 'ends in a dot or a space'],
    ['a line feed', file('a\nb'), '"a\\nb", a name with control or invisible characters'],
    ['an escape sequence', file('a\u001b[2Jb'), 'a name with control or invisible characters'],
    ['text that runs backwards', file('a\u202eb'), 'a name with control or invisible characters'],
    ['bytes that are not UTF-8', entry({ name: Buffer.from([0x61, 0xff]) }), 'not UTF-8'],
    ['no name', entry({ name: '' }), 'a member without a name'],
    ['a NUL in a name', entry({ name: 'good\0evil' }), 'whose name continues after its end'],
    ['a NUL in a prefix', entry({ prefix: 'a\0b', name: 'c' }), 'whose name continues after its end'],
    ['too many directories', file(`${'d/'.repeat(40)}f`), 'nested too deeply'],
    ['an unknown format', entry({ name: 'x', magic: 'ustar\u000001' }), 'a header of an unknown format'],
    [
      'a size that is no number',
      entry({ name: 'x', size: '0000000000x\0' }),
      'whose size or mode is not a number',
    ],
    [
      'a negative size',
      entry({ name: 'x', size: Buffer.alloc(12, 0xff) }),
      'whose size or mode is not a number',
    ],
    [
      'a mode that is no number',
      entry({ name: 'x', mode: 'rwxr-x\0' }),
      'whose size or mode is not a number',
    ],
    [
      'a size beyond the limit',
      entry({ name: 'x', size: Buffer.from([0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]) }),
      `"x", of ${2 ** 40} bytes`,
    ],
    [
      'a directory with content',
      entry({ name: 'd/', type: '5', content: file('evil') }),
      'a directory with content',
    ],
    ['a file named as a directory', entry({ name: 'd/', content: 'x' }), 'a directory with content'],
  ])('%s', async (_, member, message) => {
    expect(await refusal(tarGz(good, member))).toContain(message);
  });

  it.each(['CON', 'nul', 'aux.txt', 'a/Com1.tar.gz', 'lpt9', 'com\u00b9', 'con .txt', 'CONOUT$', 'prn/x'])(
    'the device %s',
    async (name) => {
      expect(await refusal(tarGz(good, file(name)))).toContain('a device on Windows');
    },
  );

  // Unicode's Default_Ignorable_Code_Point: a screen shows nothing for them. One of each range, and both ends of the last.
  it.each([
    ['a soft hyphen', '\u00ad'],
    ['a grapheme joiner', '\u034f'],
    ['an Arabic letter mark', '\u061c'],
    ['a Hangul filler', '\u115f'],
    ['a Khmer vowel that is not seen', '\u17b4'],
    ['a Mongolian vowel separator', '\u180e'],
    ['a Mongolian variation selector', '\u180f'],
    ['a zero-width space', '\u200b'],
    ['a right-to-left override', '\u202e'],
    ['a word joiner', '\u2060'],
    ['a code point that is reserved for them', '\u2065'],
    ['another Hangul filler', '\u3164'],
    ['a variation selector', '\ufe0f'],
    ['a byte order mark', '\ufeff'],
    ['a half-width Hangul filler', '\uffa0'],
    ['a reserved one next to the specials', '\ufff0'],
    ['a shorthand control', '\u{1bca0}'],
    ['a musical control', '\u{1d173}'],
    ['a language tag', '\u{e0001}'],
    ['the last variation selector', '\u{e01ef}'],
    ['the last reserved one', '\u{e0fff}'],
  ])('%s', async (_, hidden) => {
    expect(await refusal(tarGz(good, file(`kube${hidden}ctl`)))).toContain(
      'a name with control or invisible characters',
    );
  });

  it('is refused also where it comes before its own extended header ends', async () => {
    expect(await refusal(tarGz(pax({ path: 'x' }), END))).toContain(
      'an extended header at its end has no member',
    );
    expect(await refusal(tarGz(gnuLong('x', 'K'), END))).toContain(
      'an extended header at its end has no member',
    );
  });
});
