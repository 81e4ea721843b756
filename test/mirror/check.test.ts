/** `mirror --check`: everything is proved again, and what is wrong has a name and a code. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { checkMirror, mirror } from '../../src/index.ts';
import { checkMirrorIn, type MirrorCheck } from '../../src/mirror.ts';
import { createLocalSigstore } from '#support/local-sigstore';
import { snapshot } from '#support/temp-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { mirrorWorld, type MirrorWorld, program, publish, VERSION } from './mirror-world.ts';

const servers = await testServers();
const { sigstore } = servers;

const ROOT = `release/${VERSION}`;
const KUBECTL = `${ROOT}/bin/linux/amd64/kubectl`;
const KUBELET = `${ROOT}/bin/linux/amd64/kubelet`;
const INDEX = 'k8s-verify-mirror.json';
const MANIFEST = `${ROOT}/kubernetes-release.spdx`;

async function filled(more: Partial<MirrorWorld['input']> = {}): Promise<MirrorWorld> {
  await publish(servers);
  const world = await mirrorWorld(servers);
  await mirror({ ...world.input, ...more }, world.client);
  world.requests();
  return world;
}

async function check(
  { to }: Pick<MirrorWorld, 'to'>,
  trustedRoot: string = sigstore.trustedRoot(),
): Promise<MirrorCheck> {
  await using client = createClient();
  const trust = { trustedRoot: Buffer.from(trustedRoot) };
  return await checkMirrorIn(to, trust, client, new AbortController().signal);
}

function said({ files }: MirrorCheck, { to }: Pick<MirrorWorld, 'to'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    files.map((one) => [
      one.path.slice(to.length + 1),
      one.kind === 'proved' ? one.artifact.claim : `${one.verdict} ${one.error.code}`,
    ]),
  );
}

interface Index {
  readonly files: readonly { readonly sha256: string }[];
  readonly made: string[];
}

const GENUINE = { [KUBECTL]: 'genuine', [KUBELET]: 'genuine', [MANIFEST]: 'genuine' };

describe('a check of a mirror', () => {
  it('proves everything, with no request and no change', async () => {
    const world = await filled();
    const before = await snapshot(world.to);
    const found = await check(world);
    expect(said(found, world)).toEqual(GENUINE);
    expect(found.files.map((one) => one.kind === 'proved' && one.artifact.name?.bound)).toEqual([
      true,
      true,
      true,
    ]);
    expect(found.notes).toEqual([]);
    expect(world.requests()).toEqual([]);
    expect(await snapshot(world.to)).toEqual(before);
  });

  it.each<readonly [string, (world: MirrorWorld) => void, Readonly<Record<string, string>>]>([
    ['a swapped file', ({ at }) => writeFileSync(at(KUBECTL), 'x'), { [KUBECTL]: 'refused digest-mismatch' }],
    ['a missing file', ({ at }) => rmSync(at(KUBECTL)), { [KUBECTL]: 'missing mirror-inconsistent' }],
    [
      'a missing bundle',
      ({ at }) => rmSync(at(`${KUBECTL}.sigstore.json`)),
      { [KUBECTL]: 'missing mirror-inconsistent' },
    ],
    [
      'a damaged bundle',
      ({ at }) => writeFileSync(at(`${KUBECTL}.sigstore.json`), '{'),
      { [KUBECTL]: 'refused material-malformed' },
    ],
    [
      'the bundle of another file',
      ({ at, text }) => writeFileSync(at(`${KUBECTL}.sigstore.json`), text(`${KUBELET}.sigstore.json`)),
      { [KUBECTL]: 'refused digest-mismatch' },
    ],
    [
      'two genuine files under the names of each other',
      ({ at }) => {
        for (const end of ['', '.sigstore.json', '.sha256']) {
          renameSync(at(`${KUBECTL}${end}`), at('aside'));
          renameSync(at(`${KUBELET}${end}`), at(`${KUBECTL}${end}`));
          renameSync(at('aside'), at(`${KUBELET}${end}`));
        }
      },
      { [KUBECTL]: 'refused name-mismatch', [KUBELET]: 'refused name-mismatch' },
    ],
    [
      'a checksum file of another file',
      ({ at }) => writeFileSync(at(`${KUBECTL}.sha256`), '0'.repeat(64)),
      { [KUBECTL]: 'refused digest-mismatch' },
    ],
    ...['.sha256', '.sha512', '.sig', '.cert'].map(
      (end) =>
        [
          `a missing ${end} file`,
          ({ at }: MirrorWorld) => rmSync(at(`${KUBECTL}${end}`)),
          { [KUBECTL]: 'missing mirror-inconsistent' },
        ] as const,
    ),
    ...['.sig', '.cert'].map(
      (end) =>
        [
          `the ${end} file of another file`,
          ({ at, text }: MirrorWorld) => writeFileSync(at(`${KUBECTL}${end}`), text(`${KUBELET}${end}`)),
          { [KUBECTL]: 'refused signature-mismatch' },
        ] as const,
    ),
    [
      'another long checksum',
      ({ at }) => writeFileSync(at(`${KUBECTL}.sha512`), '0'.repeat(128)),
      { [KUBECTL]: 'refused digest-mismatch' },
    ],
    [
      'a long checksum that is a link out',
      ({ at, dir }) => {
        renameSync(at(`${KUBECTL}.sha512`), dir.join('outside'));
        symlinkSync(dir.join('outside'), at(`${KUBECTL}.sha512`));
      },
      { [KUBECTL]: 'not-judged mirror-unreadable' },
    ],
    [
      'a list with another digest',
      ({ at, text }) =>
        writeFileSync(at(`${ROOT}/SHA256SUMS`), text(`${ROOT}/SHA256SUMS`).replace(/^[0-9a-f]/, 'x')),
      { [`${ROOT}/SHA256SUMS`]: 'refused digest-mismatch' },
    ],
    [
      'a marker of a release that is not there',
      ({ at }) => writeFileSync(at('release/stable.txt'), 'v1.31.0'),
      { 'release/stable.txt': 'missing mirror-inconsistent' },
    ],
    [
      'a link that leads out',
      ({ at, dir }) => {
        renameSync(at(KUBECTL), dir.join('outside'));
        symlinkSync(dir.join('outside'), at(KUBECTL));
      },
      { [KUBECTL]: 'not-judged mirror-unreadable' },
    ],
  ])('names %s', async (_, damage, expected) => {
    const world = await filled();
    damage(world);
    expect(said(await check(world), world)).toEqual({ ...GENUINE, ...expected });
  });

  it.each<readonly [string, (index: Index) => void, Readonly<Record<string, string>>]>([
    [
      'another digest than the proven one, and in the list as well',
      ({ files }) => Object.assign(files[0] ?? {}, { sha256: 'e'.repeat(64) }),
      { [INDEX]: 'missing mirror-inconsistent', [`${ROOT}/SHA256SUMS`]: 'refused digest-mismatch' },
    ],
    [
      'another time than the proven one',
      ({ files }) => Object.assign(files[0] ?? {}, { signedAt: '2020-01-01T00:00:00.000Z' }),
      { [INDEX]: 'missing mirror-inconsistent' },
    ],
    [
      'no lists, and one that is false',
      ({ made }) => made.splice(0),
      { [`${ROOT}/SHA256SUMS`]: 'refused digest-mismatch' },
    ],
  ])('does not believe an index with %s', async (_, edit, expected) => {
    const world = await filled();
    const index: Index = JSON.parse(world.text(INDEX));
    const [digest = ''] = index.files.map(({ sha256 }) => sha256);
    edit(index);
    writeFileSync(world.at(INDEX), JSON.stringify(index));
    if (`${ROOT}/SHA256SUMS` in expected) {
      const list = world.text(`${ROOT}/SHA256SUMS`);
      writeFileSync(world.at(`${ROOT}/SHA256SUMS`), list.replace(digest, 'e'.repeat(64)));
    }
    expect(said(await check(world), world)).toEqual({ ...GENUINE, ...expected });
  });

  it('compares a list of another maker with what it proves', async () => {
    const world = await filled();
    rmSync(world.at(INDEX));
    const list = `${ROOT}/SHA256SUMS`;
    const more = `${'d'.repeat(64)}  bin/linux/arm64/kubectl\n`;
    writeFileSync(world.at(list), `${world.text(list)}${more}`);
    expect(said(await check(world), world)).toEqual(GENUINE);
    writeFileSync(world.at(list), world.text(list).replace(/^[0-9a-f]{8}/, '00000000'));
    expect(said(await check(world), world)).toEqual({ ...GENUINE, [list]: 'refused digest-mismatch' });
  });

  it('names a list that is no file, and goes on', async () => {
    const world = await filled();
    rmSync(world.at(`${ROOT}/SHA256SUMS`));
    symlinkSync('/dev/zero', world.at(`${ROOT}/SHA256SUMS`));
    expect(said(await check(world), world)).toEqual({
      ...GENUINE,
      [`${ROOT}/SHA256SUMS`]: 'not-judged mirror-unreadable',
    });
  });

  it('proves what a link to a directory leads to, and says where it did not look', async () => {
    const world = await filled();
    const hidden = 'hidden/bin/linux/amd64';
    mkdirSync(world.at(hidden), { recursive: true });
    writeFileSync(world.at(`${hidden}/kubectl`), 'x');
    symlinkSync('../hidden', world.at('release/v1.30.1'));
    symlinkSync('.', world.at('release/v1.30.0'));
    symlinkSync('/proc', world.at('release/v1.29.0'));
    expect(said(await check(world), world)).toEqual({
      ...GENUINE,
      'release/v1.30.1/bin/linux/amd64/kubectl': 'not-judged mirror-incomplete',
      'release/v1.30.0': 'not-judged mirror-unreadable',
      'release/v1.29.0': 'not-judged mirror-unreadable',
    });
  });

  it('is there for programs, which must name the directory and nothing unknown', async () => {
    const world = await filled();
    writeFileSync(world.at(KUBECTL), 'x');
    const input = { directory: world.to, trustedRoot: sigstore.trustedRoot() };
    expect(said(await checkMirror(input), world)).toEqual({
      ...GENUINE,
      [KUBECTL]: 'refused digest-mismatch',
    });
    expect(world.requests()).toEqual([]);
    const odd = { ...input, prune: true };
    expect(await rejection(checkMirror(odd))).toMatchObject({ code: 'usage' });
    const none = { ...input, directory: world.dir.join('none') };
    expect(await rejection(checkMirror(none))).toMatchObject({ code: 'usage' });
  });

  it('follows links that end inside', async () => {
    const world = await filled();
    renameSync(world.at('release'), world.at('..data'));
    symlinkSync('..data', world.at('release'));
    expect(said(await check(world), world)).toEqual(GENUINE);
  });

  it('proves what is there besides the index, and notes what is no file of a release', async () => {
    const world = await filled();
    const extra = `${ROOT}/bin/linux/arm64/kubectl`;
    const bytes = program('kubectl', VERSION, 'linux/arm64');
    mkdirSync(world.at(`${ROOT}/bin/linux/arm64`));
    writeFileSync(world.at(extra), bytes);
    writeFileSync(world.at(`${extra}.sigstore.json`), sigstore.signBlob({ bytes }).bundle('0.3'));
    writeFileSync(world.at(`${ROOT}/bin/linux/arm64/notes`), 'of an admin');
    const found = await check(world);
    expect(said(found, world)).toEqual({ ...GENUINE, [extra]: 'genuine' });
    expect(found.notes).toMatchObject([{ code: 'mirror-extra', text: expect.stringContaining('/notes') }]);
    unlinkSync(world.at(`${extra}.sigstore.json`));
    // The manifest lists it.
    expect(said(await check(world), world)).toEqual({ ...GENUINE, [extra]: 'genuine' });
  });

  it('says that nothing binds a name, which is no failure', async () => {
    const world = await filled();
    for (const end of ['', '.sig', '.cert', '.sha256', '.sha512', '.sigstore.json'])
      rmSync(world.at(`${MANIFEST}${end}`));
    const found = await check(world);
    expect(said(found, world)).toEqual({ ...GENUINE, [MANIFEST]: 'missing mirror-inconsistent' });
    const bound = found.files.flatMap((one) => (one.kind === 'proved' ? [one.artifact.name?.bound] : []));
    expect(bound).toEqual([false, false]);
  });

  it('proves a mirror of evidence alone', async () => {
    const world = await filled({ evidenceOnly: true });
    expect(said(await check(world), world)).toEqual(GENUINE);
    writeFileSync(world.at(`${KUBECTL}.sigstore.json`), world.text(`${KUBELET}.sigstore.json`));
    expect(said(await check(world), world)).toEqual({ ...GENUINE, [KUBECTL]: 'refused digest-mismatch' });
  });

  it('names the file in what it says of it, since the others of a kind are told in one line', async () => {
    const world = await filled();
    for (const file of [KUBECTL, KUBELET]) writeFileSync(world.at(file), 'x');
    const { files } = await check(world);
    const messages = files.flatMap((one) => (one.kind === 'failed' ? [one.error.message] : []));
    expect(messages.toSorted()).toEqual(
      [KUBECTL, KUBELET].map((file) => `${world.at(file)} is not the one that was signed`),
    );
  });

  it('refuses nothing because of a trusted root of another Sigstore: nothing is learnt then', async () => {
    const world = await filled();
    const found = await check(world, createLocalSigstore().trustedRoot());
    expect(new Set(Object.values(said(found, world)))).toEqual(new Set(['not-judged authority-unknown']));
  });

  it('refuses a directory without a mirror, and a half-written index', async () => {
    const world = await mirrorWorld(servers);
    mkdirSync(world.to);
    expect(await rejection(check(world))).toMatchObject({ code: 'mirror-inconsistent' });
    writeFileSync(world.at('k8s-verify-mirror.json'), '{"schemaVersion":1,"files":[');
    expect(await rejection(check(world))).toMatchObject({
      code: 'mirror-inconsistent',
      message: expect.stringContaining('cannot be read'),
    });
    expect(readFileSync(world.at('k8s-verify-mirror.json'), 'utf8')).toContain('files');
  });
});
