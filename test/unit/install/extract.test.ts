import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { assert, asyncProperty, integer, nat } from 'fast-check';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { InterruptedError, K8sVerifyError } from '../../../src/errors.ts';
import { listArchive, stageMembers } from '../../../src/install/extract.ts';
import { EXECUTABLE_MODE, placeAll } from '../../../src/install/place.ts';
import { openStaging } from '../../../src/install/staging.ts';
import { confirmFile } from '../../../src/install/verified-artifact.ts';
import { CAN_MOUNT, testDisk } from '../../support/test-disk.ts';
import { verifiedArchive } from './support/archive.ts';
import { digestOf, namesIn, provenFor, rejection, scratch } from './support/disk.ts';
import { directory, END, entry, file, gnuLong, pax, tar, tarGz } from './support/tar-writer.ts';
import { unpack } from './support/unpack.ts';

const unix = process.platform !== 'win32';
const kubectl = 'kubernetes/client/bin/kubectl';
const client = [
  directory('kubernetes/'),
  directory('kubernetes/client/'),
  directory('kubernetes/client/bin/'),
  file(kubectl, 'the program', 0o755),
  file('kubernetes/client/bin/kubectl-convert', 'the other program', 0o700),
  file('kubernetes/LICENSES', 'licences'),
];

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

describe('unpacking', () => {
  it('unpacks everything, with mode and time, whatever the umask', async () => {
    const into = join(scratch(), 'new', 'client');
    const before = process.umask(0o077);
    try {
      const extracted = await unpack(await verifiedArchive(tarGz(...client)), { into });
      expect(extracted.directory).toBe(into);
      expect(extracted.members.map(({ path }) => path)).toEqual([
        'kubernetes',
        'kubernetes/client',
        'kubernetes/client/bin',
        kubectl,
        'kubernetes/client/bin/kubectl-convert',
        'kubernetes/LICENSES',
      ]);
    } finally {
      process.umask(before);
    }
    expect(readFileSync(join(into, kubectl), 'utf8')).toBe('the program');
    expect(readFileSync(join(into, 'kubernetes/LICENSES'), 'utf8')).toBe('licences');
    for (const path of [kubectl, 'kubernetes', 'kubernetes/LICENSES']) {
      expect(statSync(join(into, path)).mtime.toISOString()).toBe('2022-12-09T00:00:00.000Z');
    }
    expect(namesIn(join(into, '..'))).toEqual(['client']);
  });

  it.runIf(unix)('gives every file one of two modes', async () => {
    const into = join(scratch(), 'client');
    await unpack(await verifiedArchive(tarGz(...client)), { into });
    expect(
      ['.', 'kubernetes/client', kubectl, `${kubectl}-convert`, 'kubernetes/LICENSES'].map((path) =>
        modeOf(join(into, path)).toString(8),
      ),
    ).toEqual(['755', '755', '755', '755', '644']);
  });

  it.each([
    ['a plain tar', tar(...client)],
    [
      'gzip in several parts',
      Buffer.concat([gzipSync(tar(...client).subarray(0, 700)), gzipSync(tar(...client).subarray(700))]),
    ],
    [
      'a top directory called .',
      tarGz(
        directory('./'),
        ...['kubernetes/client/bin/kubectl'].map((path) => file(`./${path}`, 'the program', 0o755)),
      ),
    ],
    ['no directories of its own', tarGz(file(kubectl, 'the program', 0o755))],
    ['a note of its commit', tarGz(pax({ comment: '0123abc' }, 'g'), ...client)],
    [
      'a PAX path',
      tarGz(pax({ path: kubectl, mtime: '1670544000.5', uid: '4000000' }), file('x', 'the program')),
    ],
    ['a PAX size', tarGz(pax({ size: '11' }), entry({ name: kubectl, content: 'the program', size: 0 }))],
    ['a GNU long name', tarGz(gnuLong(kubectl), file('x', 'the program'))],
    [
      'a ustar prefix',
      tarGz(entry({ prefix: 'kubernetes/client', name: 'bin/kubectl', content: 'the program' })),
    ],
    ['the oldest format', tarGz(entry({ name: kubectl, content: 'the program', magic: '', type: '\0' }))],
    ['padding of many blocks', tarGz(...client, Buffer.alloc(10_240))],
    [
      'a size in base 256',
      tarGz(
        entry({
          name: kubectl,
          content: 'the program',
          size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]),
        }),
      ),
    ],
  ])('reads %s', async (_, bytes) => {
    const into = join(scratch(), 'client');
    await unpack(await verifiedArchive(bytes), { into });
    expect(readFileSync(join(into, kubectl), 'utf8')).toBe('the program');
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
    await unpack(await confirmFile(archive, provenFor(bytes), undefined), { into });
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
    const archive = await verifiedArchive(tarGz(...client));
    const runs = await Promise.allSettled(
      Array.from({ length: 8 }, () => unpack(archive, { into: join(parent, 'out') })),
    );
    const refused = runs.flatMap((run): unknown[] => (run.status === 'rejected' ? [run.reason] : []));
    expect(refused).toHaveLength(7);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'destination-unsuitable' });
    expect(namesIn(parent)).toEqual(['out']);
    expect(readFileSync(join(parent, 'out', kubectl), 'utf8')).toBe('the program');
  });
});

describe('the target', () => {
  it('may be an empty directory', async () => {
    const parent = scratch();
    mkdirSync(join(parent, 'out'), { mode: 0o700 });
    await unpack(await verifiedArchive(tarGz(...client)), { into: join(parent, 'out') });
    expect(namesIn(join(parent, 'out'))).toEqual(['kubernetes']);
    expect(namesIn(parent)).toEqual(['out']);
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
      unpack(await verifiedArchive(tarGz(...client)), { into: join(parent, 'out') }),
    );
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(error.found).toContain(found);
    expect(namesIn(parent)).toEqual(['out']);
  });

  it('may not be the current directory', async () => {
    const here = scratch();
    const archive = await verifiedArchive(tarGz(...client));
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
    ...client,
    file('kubernetes/server/bin/kubectl', 'a second one'),
    file('kubectl', 'at the top'),
  ];

  it.each([
    ['a path', client, [kubectl], [kubectl]],
    ['a path with ./ before it', client, [`./${kubectl}`], [kubectl]],
    ['the last part of a path', client, ['kubectl'], [kubectl]],
    ['several', client, ['LICENSES', 'kubectl-convert'], ['kubernetes/LICENSES', `${kubectl}-convert`]],
    ['one of them twice', client, ['kubectl', kubectl], [kubectl]],
    [
      'a directory',
      client,
      ['kubernetes/client'],
      ['kubernetes/client', 'kubernetes/client/bin', kubectl, `${kubectl}-convert`],
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
    const archive = await verifiedArchive(tarGz(...client));
    const error = await rejection(unpack(archive, { into: join(parent, 'out'), members: ['kubctl'] }));
    expect(error).toMatchObject({ name: 'InstallError', code: 'archive-member-missing' });
    expect(error.found).toBe(`near it: ${kubectl}`);
    expect(namesIn(parent)).toEqual([]);
  });

  it.each(['kubernetes/client/kubectl', 'client/bin/kubectl', '/kubernetes/client/bin/kubectl', '..'])(
    'does not guess what %s means',
    async (name) => {
      const archive = await verifiedArchive(tarGz(...client));
      const error = await rejection(unpack(archive, { into: join(scratch(), 'out'), members: [name] }));
      expect(error.code).toBe('archive-member-missing');
    },
  );

  it('asks for the path where a last part is not enough', async () => {
    const archive = await verifiedArchive(tarGz(...client, file('kubernetes/server/bin/kubectl')));
    const error = await rejection(unpack(archive, { into: join(scratch(), 'out'), members: ['kubectl'] }));
    expect(error).toMatchObject({ code: 'archive-member-missing' });
    expect(error.found).toBe(`${kubectl}, kubernetes/server/bin/kubectl`);
  });

  it('checks also what is not asked for', async () => {
    const archive = await verifiedArchive(tarGz(...client, file('../evil')));
    const error = await rejection(unpack(archive, { into: join(scratch(), 'out'), members: [kubectl] }));
    expect(error.code).toBe('archive-rejected');
  });
});

describe('stageMembers', () => {
  it('takes binaries out of an archive and has them placed', async () => {
    const bin = join(scratch(), 'bin');
    const archive = await verifiedArchive(tarGz(...client));
    const requests = ['kubectl', 'kubectl-convert'].map((name) => ({
      member: `kubernetes/client/bin/${name}`,
      staged: openStaging({ directory: bin, fileName: name }),
    }));
    const artifacts = await stageMembers(archive, requests);
    expect(artifacts.map(({ member, sha256, proven }) => [member, sha256, proven])).toEqual([
      [kubectl, digestOf('the program'), archive.proven],
      [`${kubectl}-convert`, digestOf('the other program'), archive.proven],
    ]);
    await placeAll(
      artifacts.map((artifact) => ({
        artifact,
        destination: join(bin, artifact.staged.fileName),
        mode: EXECUTABLE_MODE,
      })),
    );
    expect(namesIn(bin)).toEqual(['kubectl', 'kubectl-convert']);
    expect(readFileSync(join(bin, 'kubectl'), 'utf8')).toBe('the program');
  });

  it.each([
    ['is not there', tarGz(...client), 'kubernetes/server/bin/kubectl', 'archive-member-missing'],
    ['is a directory', tarGz(...client), 'kubernetes/client', 'archive-member-missing'],
    ['comes before something that is refused', tarGz(...client, file('/evil')), kubectl, 'archive-rejected'],
  ])('gives nothing where the member %s', async (_, bytes, member, code) => {
    const bin = join(scratch(), 'bin');
    const staged = openStaging({ directory: bin, fileName: 'kubectl' });
    const error = await rejection(stageMembers(await verifiedArchive(bytes), [{ member, staged }]));
    expect(error.code).toBe(code);
    await staged.discard();
    expect(namesIn(join(bin, '..'))).toEqual([]);
  });

  it('gives nothing of an archive that was changed', async () => {
    const archive = await verifiedArchive(tar(...client), 'a.tar');
    const changed = tar(...client.with(3, file(kubectl, 'evil program', 0o755)));
    writeFileSync(archive.path, changed.subarray(0, tar(...client).length));
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    const error = await rejection(stageMembers(archive, [{ member: kubectl, staged }]));
    expect(error).toMatchObject({ name: 'UntrustedError', code: 'digest-mismatch' });
    await staged.discard();
  });

  it('keeps an empty member', async () => {
    const staged = openStaging({ directory: scratch(), fileName: 'empty' });
    const [artifact] = await stageMembers(await verifiedArchive(tarGz(file('empty', ''))), [
      { member: 'empty', staged },
    ]);
    expect(artifact).toMatchObject({ bytes: 0, sha256: digestOf('') });
    await staged.discard();
  });
});

describe('listArchive', () => {
  it('tells every member and writes nothing', async () => {
    const archive = await verifiedArchive(tarGz(...client.slice(2, 4)));
    expect(await listArchive(archive)).toEqual([
      {
        path: 'kubernetes/client/bin',
        kind: 'directory',
        bytes: 0,
        mode: 0o755,
        modified: new Date('2022-12-09'),
      },
      { path: kubectl, kind: 'file', bytes: 11, mode: 0o755, modified: new Date('2022-12-09') },
    ]);
    expect(namesIn(join(archive.path, '..'))).toEqual(['archive.tar.gz']);
  });

  it.runIf(unix)('follows a link to the archive that a user named', async () => {
    const archive = await verifiedArchive(tarGz(file('a')));
    const link = join(scratch(), 'link');
    symlinkSync(archive.path, link);
    const linked = await confirmFile(link, archive.proven, undefined);
    expect((await listArchive(linked)).map(({ path }) => path)).toEqual(['a']);
  });

  it('of an archive without members is empty', async () => {
    expect(await listArchive(await verifiedArchive(END))).toEqual([]);
  });

  it('ends in one of our errors or in members that stay inside, whichever byte is changed', async () => {
    const whole = tar(...client, gnuLong('n/'.repeat(3) + 'f'), file('x'), pax({ path: 'p/q' }), file('y'));
    await assert(
      asyncProperty(nat(whole.length - 1), integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        const archive = await verifiedArchive(bytes, 'a.tar');
        const outcome: unknown = await listArchive(archive).then(
          (members) => members.map(({ path }) => path).filter((path) => !/^[^/.\\][^\\]*$/.test(path)),
          (error: unknown) => (error instanceof K8sVerifyError ? [] : error),
        );
        expect(outcome).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe.skipIf(!CAN_MOUNT)('on a disk of its own (needs the right to mount one)', () => {
  it.each([
    ['one large member', [file('big', Buffer.alloc(2_000_000, 'abcdefg'))]],
    ['many small members', Array.from({ length: 300 }, (_, index) => file(`d${index}/f`, 'x'.repeat(4000)))],
  ])('a full disk is told, and left as it was: %s', async (_, entries) => {
    const { path } = testDisk('size=1m');
    writeFileSync(join(path, 'kept'), 'kept');
    const error = await rejection(
      unpack(await verifiedArchive(tarGz(...entries)), { into: join(path, 'out') }),
    );
    expect(error).toMatchObject({ name: 'InstallError', code: 'disk-full' });
    expect(namesIn(path)).toEqual(['kept']);
  });

  it('a full disk while a binary is taken out of an archive', async () => {
    const { path } = testDisk('size=1m');
    const staged = openStaging({ directory: path, fileName: 'kubectl' });
    const archive = await verifiedArchive(tarGz(file('kubectl', Buffer.alloc(3_000_000, 'abcdefg'))));
    const error = await rejection(stageMembers(archive, [{ member: 'kubectl', staged }]));
    expect(error.code).toBe('disk-full');
    await staged.discard();
    expect(namesIn(path)).toEqual([]);
  });

  it('a bomb is refused as one before it fills a disk', async () => {
    const { path } = testDisk('size=32m');
    const archive = await verifiedArchive(tarGz(file('zeros', Buffer.alloc(100 << 20))));
    const error = await rejection(unpack(archive, { into: join(path, 'out') }));
    expect(error.code).toBe('archive-rejected');
    expect(namesIn(path)).toEqual([]);
  });

  it('a mount point, even an empty one, is not replaced', async () => {
    const { path } = testDisk('size=1m');
    const error = await rejection(unpack(await verifiedArchive(tarGz(...client)), { into: path }));
    expect(['destination-unsuitable', 'place-failed']).toContain(error.code);
    expect(namesIn(path)).toEqual([]);
  });
});
