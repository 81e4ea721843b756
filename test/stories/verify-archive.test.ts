import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../../src/progress.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import type { RunResult } from '../../src/result.ts';
import { verifyFile } from '../../src/verify.ts';
import { createClient } from '../../src/client.ts';
import { snapshot, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { directory, entry, file, tar, tarGz } from '../unit/archive/support/tar-writer.ts';
import { binaryTarball, contentOf, sha256 } from './support/tarballs.ts';

const MODIFIED = '2022-12-09T00:00:00.000Z';

const { sigstore } = await testServers();
let dir: TempDir;

beforeEach(async () => {
  dir = await testDir();
  writeFileSync(dir.join('trusted_root.json'), sigstore.trustedRoot());
});

/** A local file with its bundle, or with its signature and certificate. */
function place(bytes: Uint8Array, evidence: 'bundle' | 'pair' = 'bundle', name = 'client.tar.gz'): string {
  const path = dir.join(name);
  const signed = sigstore.signBlob({ bytes });
  writeFileSync(path, bytes);
  if (evidence === 'bundle') writeFileSync(`${path}.sigstore.json`, signed.bundle('0.3'));
  if (evidence === 'pair') {
    writeFileSync(`${path}.sig`, signed.signatureFile);
    writeFileSync(`${path}.cert`, signed.certificateFile);
  }
  return path;
}

/** @param onProved is called between the proof and the opening of the archive. */
async function verify(
  path: string,
  archive: VerifyRequest['archive'],
  change: Partial<VerifyRequest> = {},
  onProved: () => void = () => undefined,
): Promise<RunResult> {
  const report = (event: ProgressEvent): void => {
    if (event.kind === 'check' && event.check === 'identity') onProved();
  };
  const world = createClient({ retries: 0, report });
  try {
    return await verifyFile(
      {
        subject: { kind: 'file', path },
        evidence: { kind: 'beside' },
        trustedRootFile: dir.join('trusted_root.json'),
        rekorUrl: sigstore.rekorUrl,
        ...(archive === undefined ? {} : { archive }),
        ...change,
      },
      world,
    );
  } finally {
    await world.http.close();
  }
}

const LIST = { kind: 'list' } as const;

function extract(...members: readonly string[]): VerifyRequest['archive'] {
  return { kind: 'extract', into: dir.join('out'), members };
}

async function refused(path: string, archive: VerifyRequest['archive'], change?: Partial<VerifyRequest>) {
  const before = await snapshot(dir.path);
  const error = await rejection(verify(path, archive, change));
  expect(await snapshot(dir.path)).toEqual(before);
  return error;
}

describe('a local tarball', () => {
  it.each(['bundle', 'pair'] as const)('is verified with its %s like any file', async (evidence) => {
    const path = place(binaryTarball('client', 'kubectl'), evidence);
    const { artifacts } = await verify(path, undefined);
    expect(artifacts[0]).toMatchObject({ outcome: 'verified', path });
    expect(artifacts[0]).not.toHaveProperty('members');
  });

  it.each(['bundle', 'pair'] as const)(
    'with its %s tells its members, and writes nothing',
    async (evidence) => {
      const path = place(binaryTarball('client', 'kubectl'), evidence);
      const before = await snapshot(dir.path);
      const { artifacts } = await verify(path, LIST);
      expect(artifacts[0]).toMatchObject({ outcome: 'verified', path, sha256: sha256(readFileSync(path)) });
      const folder = { kind: 'directory', bytes: 0, mode: '0755', modified: MODIFIED };
      expect(artifacts[0]?.members).toEqual([
        { ...folder, path: 'kubernetes' },
        { ...folder, path: 'kubernetes/client' },
        { ...folder, path: 'kubernetes/client/bin' },
        {
          path: 'kubernetes/client/bin/kubectl',
          kind: 'file',
          bytes: contentOf('kubectl').length,
          mode: '0755',
          modified: MODIFIED,
        },
        { path: 'kubernetes/LICENSES', kind: 'file', bytes: 8, mode: '0644', modified: MODIFIED },
      ]);
      expect(await snapshot(dir.path)).toEqual(before);
    },
  );

  it('may be a tar without gzip, as images are', async () => {
    const path = place(tar(directory('blobs/'), file('manifest.json', '[]')), 'bundle', 'kube-proxy.tar');
    const { artifacts } = await verify(path, LIST);
    expect(artifacts[0]?.members?.map((member) => member.path)).toEqual(['blobs', 'manifest.json']);
  });

  it('is unpacked, whole or in part, and its bundle saved', async () => {
    const path = place(binaryTarball('client', 'kubectl', 'kubectl-convert'), 'pair');
    const saveBundlePath = `${path}.sigstore.json`;
    const { artifacts } = await verify(path, extract('kubectl'), { saveBundlePath });
    expect(artifacts[0]).toMatchObject({
      outcome: 'extracted',
      path: dir.join('out'),
      bundlePath: saveBundlePath,
      extracted: { files: 1, bytes: contentOf('kubectl').length },
    });
    expect(await snapshot(dir.join('out'))).toEqual({
      kubernetes: 'directory 0755',
      'kubernetes/client': 'directory 0755',
      'kubernetes/client/bin': 'directory 0755',
      'kubernetes/client/bin/kubectl': `file 0755 ${sha256(contentOf('kubectl'))}`,
    });
    expect((await verify(path, undefined)).artifacts[0]?.evidence.kind).toBe('bundle');
  });

  it('is unpacked in spite of a Ctrl-C that comes once its bundle is saved', async () => {
    const path = place(tarGz(file('a', 'x')), 'pair');
    const bundle = `${path}.sigstore.json`;
    const { signal } = new AbortController();
    Object.defineProperty(signal, 'aborted', { get: () => existsSync(bundle) });
    await verify(path, extract(), { saveBundlePath: bundle, signal });
    expect(existsSync(bundle)).toBe(true);
    expect(readFileSync(dir.join('out', 'a'), 'utf8')).toBe('x');
  });
});

describe('a local tarball is refused, and the disk is as it was, where', () => {
  it.each([LIST, { kind: 'extract' } as const])('a byte was changed, before $kind', async ({ kind }) => {
    const path = place(binaryTarball('client', 'kubectl'));
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const archive = kind === 'list' ? LIST : extract();
    expect(await refused(path, archive)).toMatchObject({ name: 'UntrustedError', check: 'digest' });
  });

  it('another identity signed it', async () => {
    const path = place(binaryTarball('client', 'kubectl'));
    const signed = sigstore.signBlob({ bytes: readFileSync(path), identity: 'somebody@example.com' });
    writeFileSync(`${path}.sigstore.json`, signed.bundle('0.3'));
    expect(await refused(path, LIST)).toMatchObject({ code: 'identity-mismatch' });
  });

  it.each(['list', 'extract'])('proved as it is, it holds what is refused: %s', async (kind) => {
    const link = entry({ name: 'kubernetes/link', type: '2', linkName: '../../etc' });
    const path = place(tarGz(file('kubernetes/a', 'a'), link));
    const error = await refused(path, kind === 'list' ? LIST : extract());
    expect(error).toMatchObject({ code: 'archive-rejected' });
    expect(error.message).toContain('kubernetes/link');
  });

  it('what is proved is no archive', async () => {
    const path = place(Buffer.from(contentOf('kubectl')), 'bundle', 'kubectl');
    expect(await refused(path, LIST)).toMatchObject({ code: 'archive-rejected' });
  });

  it('a member is not in it', async () => {
    const path = place(binaryTarball('client', 'kubectl'), 'pair');
    const error = await refused(path, extract('kubelet'), { saveBundlePath: `${path}.sigstore.json` });
    expect(error).toMatchObject({ code: 'archive-member-missing' });
  });

  it('something is where it is to be unpacked', async () => {
    const path = place(binaryTarball('client', 'kubectl'));
    mkdirSync(dir.join('out'));
    writeFileSync(dir.join('out', 'mine'), 'mine');
    expect(await refused(path, extract())).toMatchObject({ code: 'destination-unsuitable' });
  });

  it('the place of its bundle is taken', async () => {
    const path = place(binaryTarball('client', 'kubectl'), 'pair');
    mkdirSync(dir.join('taken'));
    const error = await refused(path, extract(), { saveBundlePath: dir.join('taken') });
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
  });

  it.skipIf(process.platform === 'win32').each([LIST, { kind: 'extract' } as const])(
    'a pipe is named, before it is read, to $kind (needs mkfifo)',
    async ({ kind }) => {
      const path = place(randomBytes(10));
      rmSync(path);
      execFileSync('mkfifo', [path]);
      const error = await rejection(verify(path, kind === 'list' ? LIST : extract()));
      expect(error).toMatchObject({ code: 'file-not-readable', found: 'a pipe or a device' });
      expect(existsSync(dir.join('out'))).toBe(false);
    },
  );

  it('only its digest is given', async () => {
    const path = place(binaryTarball('client', 'kubectl'));
    const subject = { kind: 'digest', sha256: sha256(readFileSync(path)) } as const;
    const evidence = { kind: 'bundle', path: `${path}.sigstore.json` } as const;
    expect(await refused(path, LIST, { subject, evidence })).toMatchObject({ code: 'usage' });
  });
});

function flipLast(path: string, length: number): void {
  const bytes = readFileSync(path);
  bytes[length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('a local tarball that another program changes once it is proved', () => {
  const other = binaryTarball('client', 'kubectl-convert');
  const changes: readonly (readonly [string, string, (path: string, length: number) => void])[] = [
    [
      'into another archive of the same length',
      'digest-mismatch',
      (path, length) => writeFileSync(path, Buffer.concat([other, Buffer.alloc(length)]).subarray(0, length)),
    ],
    [
      'into nothing that can be unpacked',
      'digest-mismatch',
      (path, length) => writeFileSync(path, Buffer.alloc(length)),
    ],
    ['by its last byte', 'digest-mismatch', flipLast],
    ['by a byte more', 'digest-mismatch', (path) => appendFileSync(path, 'x')],
    [
      'for a copy under its name',
      'place-failed',
      (path, length) => {
        writeFileSync(`${path}.new`, readFileSync(path).subarray(0, length));
        renameSync(`${path}.new`, path);
      },
    ],
  ];

  it('into a sound archive of the same length, is read to its end, and nothing of it stays', async () => {
    const path = place(tar(file('kubectl', 'genuine')), 'bundle', 'image.tar');
    const change = (): void => writeFileSync(path, tar(file('kubectl', 'an evil')));
    const error = await rejection(verify(path, extract(), {}, change));
    expect(error).toMatchObject({ name: 'UntrustedError', code: 'digest-mismatch' });
    expect(await snapshot(dir.join('out'))).toEqual({});
  });

  describe.each([LIST, { kind: 'extract' } as const])('before $kind', ({ kind }) => {
    it.each(changes)('%s, is refused with %s, and nothing is unpacked', async (_, code, change) => {
      const path = place(binaryTarball('client', 'kubectl'));
      const { length } = readFileSync(path);
      const archive = kind === 'list' ? LIST : extract();
      const error = await rejection(verify(path, archive, {}, () => change(path, length)));
      expect(error).toMatchObject({ code });
      expect(Object.keys(await snapshot(dir.path))).toEqual([
        'client.tar.gz',
        'client.tar.gz.sigstore.json',
        'trusted_root.json',
      ]);
    });
  });
});

const PROCESS_IO = '/proc/self/io';

/** By this process, so far. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(PROCESS_IO, 'utf8'))?.[1]);
}

it.skipIf(!existsSync(PROCESS_IO))(
  'a local tarball is read twice: for the proof, and as it is opened (needs /proc/self/io)',
  async () => {
    const path = place(tarGz(file('a', randomBytes(8_000_000))));
    const before = bytesRead();
    await verify(path, LIST);
    const times = (bytesRead() - before) / readFileSync(path).length;
    expect(times).toBeGreaterThan(2);
    expect(times).toBeLessThan(2.5);
  },
);

const OPEN_FILES = '/proc/self/fd';

/** Files below the test's directory that this process has open. */
function openOnes(): readonly string[] {
  return readdirSync(OPEN_FILES).flatMap((number) => {
    try {
      return [readlinkSync(`${OPEN_FILES}/${number}`)].filter((path) => path.startsWith(dir.path));
    } catch {
      // The one that lists them is closed by now.
      return [];
    }
  });
}

it.skipIf(!existsSync(OPEN_FILES))(
  'a local tarball is closed in the end, whatever becomes of it (needs /proc/self/fd)',
  async () => {
    const good = place(binaryTarball('client', 'kubectl'));
    const bad = place(Buffer.from('no archive'), 'bundle', 'bad');
    const unsigned = place(randomBytes(100), 'bundle', 'unsigned');
    appendFileSync(unsigned, 'x');
    for (const path of [good, bad, unsigned]) {
      for (const archive of [undefined, LIST, extract()]) {
        await verify(path, archive).catch(() => undefined);
        expect(openOnes()).toEqual([]);
      }
    }
  },
);
