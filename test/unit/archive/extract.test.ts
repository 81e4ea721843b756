import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../src/errors.ts';
import { listArchive } from '../../../src/archive/extract.ts';
import { CAN_MOUNT } from '#support/test-disk';
import { rejection } from '#support/thrown-by';
import { CLIENT, confirmedFile, KUBECTL, verifiedArchive } from './support/archive.ts';
import { digestOf, namesIn, provenFor, scratch } from '../disk/support/disk.ts';
import { directory, entry, file, gnuLong, pax, tar, tarGz } from './support/tar-writer.ts';
import { unpack } from './support/unpack.ts';

const unix = process.platform !== 'win32';

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

describe('unpacking', () => {
  it('unpacks everything, with mode and time, whatever the umask', async () => {
    const into = join(scratch(), 'new', 'client');
    const before = process.umask(0o077);
    try {
      const extracted = await unpack(await verifiedArchive(tarGz(...CLIENT)), { into });
      expect(extracted.directory).toBe(into);
      expect(extracted.members.map(({ path }) => path)).toEqual([
        'kubernetes',
        'kubernetes/client',
        'kubernetes/client/bin',
        KUBECTL,
        'kubernetes/client/bin/kubectl-convert',
        'kubernetes/LICENSES',
      ]);
    } finally {
      process.umask(before);
    }
    expect(readFileSync(join(into, KUBECTL), 'utf8')).toBe('the program');
    expect(readFileSync(join(into, 'kubernetes/LICENSES'), 'utf8')).toBe('licences');
    for (const path of [KUBECTL, 'kubernetes', 'kubernetes/LICENSES']) {
      expect(statSync(join(into, path)).mtime.toISOString()).toBe('2022-12-09T00:00:00.000Z');
    }
    expect(namesIn(join(into, '..'))).toEqual(['client']);
  });

  it.runIf(unix).each([0o077, 0o022, 0])(
    'gives every file and every directory that it makes one of two modes, umask %i (needs POSIX permissions)',
    async (umask) => {
      const parent = scratch();
      chmodSync(parent, 0o750);
      const into = join(parent, 'new', 'client');
      const archive = await verifiedArchive(tarGz(...CLIENT, file('without/its/directories')));
      const before = process.umask(umask);
      try {
        await unpack(archive, { into });
      } finally {
        process.umask(before);
      }
      const modes = (paths: readonly string[]): readonly string[] =>
        paths.map((path) => modeOf(join(into, path)).toString(8));
      expect(modes(['..', '.', 'kubernetes/client', 'without/its', KUBECTL, `${KUBECTL}-convert`])).toEqual([
        '755',
        '755',
        '755',
        '755',
        '755',
        '755',
      ]);
      expect(modes(['kubernetes/LICENSES', 'without/its/directories'])).toEqual(['644', '644']);
      // What was there keeps its mode.
      expect(modeOf(parent)).toBe(0o750);
    },
  );

  it.each([
    ['a plain tar', tar(...CLIENT)],
    [
      'gzip in several parts',
      Buffer.concat([gzipSync(tar(...CLIENT).subarray(0, 700)), gzipSync(tar(...CLIENT).subarray(700))]),
    ],
    [
      'a top directory called .',
      tarGz(
        directory('./'),
        ...['kubernetes/client/bin/kubectl'].map((path) => file(`./${path}`, 'the program', 0o755)),
      ),
    ],
    ['no directories of its own', tarGz(file(KUBECTL, 'the program', 0o755))],
    ['a note of its commit', tarGz(pax({ comment: '0123abc' }, 'g'), ...CLIENT)],
    [
      'a PAX path',
      tarGz(pax({ path: KUBECTL, mtime: '1670544000.5', uid: '4000000' }), file('x', 'the program')),
    ],
    ['a PAX size', tarGz(pax({ size: '11' }), entry({ name: KUBECTL, content: 'the program', size: 0 }))],
    ['a GNU long name', tarGz(gnuLong(KUBECTL), file('x', 'the program'))],
    [
      'a ustar prefix',
      tarGz(entry({ prefix: 'kubernetes/client', name: 'bin/kubectl', content: 'the program' })),
    ],
    ['the oldest format', tarGz(entry({ name: KUBECTL, content: 'the program', magic: '', type: '\0' }))],
    ['padding of many blocks', tarGz(...CLIENT, Buffer.alloc(10_240))],
    [
      'a size in base 256',
      tarGz(
        entry({
          name: KUBECTL,
          content: 'the program',
          size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]),
        }),
      ),
    ],
  ])('reads %s', async (_, bytes) => {
    const into = join(scratch(), 'client');
    await unpack(await verifiedArchive(bytes), { into });
    expect(readFileSync(join(into, KUBECTL), 'utf8')).toBe('the program');
  });

  it('keeps a long name that is not ASCII, wherever the pieces of the stream fall', async () => {
    const name = `${'\u00fc'.repeat(100)}/${'\u{1f600}'.repeat(50)}`;
    const filler = Array.from({ length: 40 }, (_, index) => file(`f${index}`, 'x'.repeat(index * 997)));
    for (const bytes of [
      tarGz(...filler, pax({ path: name }), file('x')),
      tar(...filler, gnuLong(name), file('x')),
    ]) {
      const members = await listArchive(await verifiedArchive(bytes));
      expect(members.at(-1)?.path).toBe(name);
    }
  });

  it.each(['gnu', 'pax', 'ustar', 'oldgnu', 'v7'])('reads what GNU tar writes as %s', async (format) => {
    const source = scratch();
    mkdirSync(join(source, 'kubernetes', 'bin'), { recursive: true });
    const long = format === 'v7' ? 'a-name' : 'a-long-name-'.repeat(8);
    writeFileSync(join(source, 'kubernetes', 'bin', long), 'x'.repeat(70_000), { mode: 0o755 });
    writeFileSync(join(source, 'kubernetes', 'empty'), '');
    const archive = join(source, 'a.tar.gz');
    execFileSync('tar', ['--format', format, '-czf', archive, '-C', source, 'kubernetes']);
    const bytes = readFileSync(archive);
    const into = join(scratch(), 'out');
    await unpack(await confirmedFile(archive, provenFor(bytes)), { into });
    expect(readFileSync(join(into, 'kubernetes', 'bin', long), 'utf8')).toBe('x'.repeat(70_000));
    expect(readFileSync(join(into, 'kubernetes', 'empty'), 'utf8')).toBe('');
  });

  it('reads what node-tar writes', async () => {
    const source = scratch();
    mkdirSync(join(source, 'd'));
    writeFileSync(join(source, 'd', `${'n'.repeat(120)}\u00e9`), 'content');
    await create({ file: join(source, 'a.tgz'), gzip: true, cwd: source }, ['d']);
    const bytes = readFileSync(join(source, 'a.tgz'));
    const members = await listArchive(await verifiedArchive(bytes));
    expect(members.map(({ path, bytes: size }) => [path, size])).toEqual([
      ['d', 0],
      [`d/${'n'.repeat(120)}\u00e9`, 7],
    ]);
  });

  it('unpacks a file of many pieces as it was', async () => {
    const content = Buffer.alloc(3_000_001, 'not the same in every place ');
    const into = join(scratch(), 'out');
    await unpack(await verifiedArchive(tarGz(file('big', content), file('after'))), { into });
    expect(digestOf(readFileSync(join(into, 'big')))).toBe(digestOf(content));
    expect(readFileSync(join(into, 'after'), 'utf8')).toBe('content of after');
  });

  it('stops when the run is interrupted', async () => {
    const parent = scratch();
    const archive = await verifiedArchive(
      tarGz(...Array.from({ length: 2000 }, (_, index) => file(`f${index}`))),
    );
    const controller = new AbortController();
    const extracting = unpack(archive, { into: join(parent, 'out'), signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(extracting).rejects.toBeInstanceOf(InterruptedError);
    expect(namesIn(parent)).toEqual([]);
  });

  it('lets one of several runs into one place succeed, and refuses the others', async () => {
    const parent = scratch();
    const archive = await verifiedArchive(tarGz(...CLIENT));
    const runs = await Promise.allSettled(
      Array.from({ length: 8 }, () => unpack(archive, { into: join(parent, 'out') })),
    );
    const refused = runs.flatMap((run): unknown[] => (run.status === 'rejected' ? [run.reason] : []));
    expect(refused).toHaveLength(7);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'destination-unsuitable' });
    expect(namesIn(parent)).toEqual(['out']);
    expect(readFileSync(join(parent, 'out', KUBECTL), 'utf8')).toBe('the program');
  });
});

const PROGRAM = fileURLToPath(new URL('../../kill/extract-program.ts', import.meta.url));

it.skipIf(!CAN_MOUNT)('unpacks where there is no /proc (needs the right to mount a disk)', async () => {
  const into = join(scratch(), 'new', 'client');
  const { path } = await verifiedArchive(tarGz(...CLIENT));
  const script = 'umask 077; mount -t tmpfs none /proc; exec "$@"';
  execFileSync('unshare', ['-m', 'sh', '-ec', script, 'sh', process.execPath, PROGRAM, path, into]);
  expect(readFileSync(join(into, KUBECTL), 'utf8')).toBe('the program');
  expect(modeOf(join(into, '..'))).toBe(0o755);
  expect(modeOf(join(into, 'kubernetes'))).toBe(0o755);
  expect(statSync(join(into, 'kubernetes')).mtime.toISOString()).toBe('2022-12-09T00:00:00.000Z');
  expect(namesIn(join(into, '..'))).toEqual(['client']);
});

describe('the target', () => {
  it('may be an empty directory', async () => {
    const parent = scratch();
    mkdirSync(join(parent, 'out'), { mode: 0o700 });
    await unpack(await verifiedArchive(tarGz(...CLIENT)), { into: join(parent, 'out') });
    expect(namesIn(join(parent, 'out'))).toEqual(['kubernetes']);
    expect(namesIn(parent)).toEqual(['out']);
    // Its mode is its owner's choice.
    expect(modeOf(join(parent, 'out'))).toBe(unix ? 0o700 : modeOf(join(parent, 'out', 'kubernetes')));
  });

  it.each<[string, (path: string) => void, string]>([
    ['a directory that is not empty', (path) => mkdirSync(join(path, 'x'), { recursive: true }), 'not empty'],
    ['a file', (path) => writeFileSync(path, ''), 'not a directory'],
    ['a link to an empty directory', (path) => symlinkSync(scratch(), path), 'a symbolic link'],
    ['a link to nothing', (path) => symlinkSync('nothing', path), 'a symbolic link'],
  ])('may not be %s', async (_, make, found) => {
    const parent = scratch();
    make(join(parent, 'out'));
    const error = await rejection(
      unpack(await verifiedArchive(tarGz(...CLIENT)), { into: join(parent, 'out') }),
    );
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(error.found).toContain(found);
    expect(namesIn(parent)).toEqual(['out']);
  });

  it('may not be the current directory', async () => {
    const here = scratch();
    const archive = await verifiedArchive(tarGz(...CLIENT));
    const before = process.cwd();
    process.chdir(here);
    try {
      expect((await rejection(unpack(archive, { into: '.' }))).found).toBe('the current directory');
    } finally {
      process.chdir(before);
    }
  });
});

describe('members that are asked for', () => {
  const two = [
    ...CLIENT,
    file('kubernetes/server/bin/kubectl', 'a second one'),
    file('kubectl', 'at the top'),
  ];

  it.each([
    ['a path', CLIENT, [KUBECTL], [KUBECTL]],
    ['a path with ./ before it', CLIENT, [`./${KUBECTL}`], [KUBECTL]],
    ['the last part of a path', CLIENT, ['kubectl'], [KUBECTL]],
    ['several', CLIENT, ['LICENSES', 'kubectl-convert'], ['kubernetes/LICENSES', `${KUBECTL}-convert`]],
    ['one of them twice', CLIENT, ['kubectl', KUBECTL], [KUBECTL]],
    [
      'a directory',
      CLIENT,
      ['kubernetes/client'],
      ['kubernetes/client', 'kubernetes/client/bin', KUBECTL, `${KUBECTL}-convert`],
    ],
    ['a path before a last part', two, ['kubectl'], ['kubectl']],
    [
      'a path, and a directory that has the same name in it',
      two,
      ['kubectl', 'kubernetes/server'],
      ['kubectl', 'kubernetes/server/bin/kubectl'],
    ],
    ['none: everything', [file('a'), file('b')], [], ['a', 'b']],
  ])('by %s', async (_, entries, members, expected) => {
    const into = join(scratch(), 'out');
    const extracted = await unpack(await verifiedArchive(tarGz(...entries)), { into, members });
    expect(extracted.members.map(({ path }) => path).sort()).toEqual(expected.toSorted());
    expect(expected.filter((path) => !existsSync(join(into, path)))).toEqual([]);
    const tops = new Set(expected.map((path) => path.split('/')[0] ?? ''));
    expect(namesIn(into)).toEqual([...tops].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('says what is near where there is no such member', async () => {
    const parent = scratch();
    const archive = await verifiedArchive(tarGz(...CLIENT));
    const error = await rejection(unpack(archive, { into: join(parent, 'out'), members: ['kubctl'] }));
    expect(error).toMatchObject({ name: 'InstallError', code: 'archive-member-missing' });
    expect(error.found).toBe(`near it: ${KUBECTL}`);
    expect(namesIn(parent)).toEqual([]);
  });

  it.each(['kubernetes/client/kubectl', 'client/bin/kubectl', '/kubernetes/client/bin/kubectl', '..'])(
    'does not guess what %s means',
    async (name) => {
      const archive = await verifiedArchive(tarGz(...CLIENT));
      const error = await rejection(unpack(archive, { into: join(scratch(), 'out'), members: [name] }));
      expect(error.code).toBe('archive-member-missing');
    },
  );

  it('asks for the path where a last part is not enough', async () => {
    const archive = await verifiedArchive(tarGz(...CLIENT, file('kubernetes/server/bin/kubectl')));
    const error = await rejection(unpack(archive, { into: join(scratch(), 'out'), members: ['kubectl'] }));
    expect(error).toMatchObject({ code: 'archive-member-missing' });
    expect(error.found).toBe(`${KUBECTL}, kubernetes/server/bin/kubectl`);
  });

  it('checks also what is not asked for', async () => {
    const archive = await verifiedArchive(tarGz(...CLIENT, file('../evil')));
    const error = await rejection(unpack(archive, { into: join(scratch(), 'out'), members: [KUBECTL] }));
    expect(error.code).toBe('archive-rejected');
  });
});
