import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { verify } from '../../src/index.ts';
import { audit, fileAt, publishPart, VERSION } from './support/audit-run.ts';

const world = await testServers();
const { releases, sigstore } = world;
const ROOT = `/release/${VERSION}/`;
const KUBECTL = 'bin/linux/amd64/kubectl';
const KUBELET = 'bin/linux/amd64/kubelet';

describe('--write', () => {
  it('writes a SHA256SUMS of what is proved, and bundles with which each file verifies', async () => {
    const files = await publishPart(world);
    const dir = await testDir();
    const run = await audit(world, { writeTo: dir.join('proved') });
    const sums = readFileSync(dir.join('proved', 'SHA256SUMS'), 'utf8');
    expect(sums).toBe(run.results.map(({ sha256, path }) => `${sha256 ?? ''}  ${path}\n`).join(''));
    expect(run.written).toMatchObject({ directory: dir.join('proved'), leftOut: [] });
    expect(run.written?.files.every((path) => existsSync(path))).toBe(true);
    const options = { trustedRoot: sigstore.trustedRoot() };
    for (const [path, { sha256 }] of files) {
      const bundlePath = dir.join('proved', `${path}.sigstore.json`);
      expect(await verify({ sha256, bundlePath }, options)).toMatchObject({
        artifacts: [{ claim: 'genuine' }],
      });
    }
    mkdirSync(dir.join('bin/linux/amd64'), { recursive: true });
    writeFileSync(dir.join(KUBECTL), files.get(KUBECTL)?.bytes ?? '');
    const list = dir.join('proved', 'SHA256SUMS');
    expect(
      execFileSync('sha256sum', ['--check', '--ignore-missing', list], { cwd: dir.path, encoding: 'utf8' }),
    ).toBe(`${KUBECTL}: OK\n`);
  });

  it('leaves out what is not proved, and says so', async () => {
    const files = await publishPart(world);
    releases.publishFile(`${ROOT}${KUBECTL}.sig`, files.get(KUBELET)?.signed?.signatureFile ?? '');
    releases.publishFile(`${ROOT}${KUBECTL}.cert`, files.get(KUBELET)?.signed?.certificateFile ?? '');
    releases.unpublish(`${ROOT}${KUBELET}.sig`);
    const dir = await testDir();
    const run = await audit(world, { writeTo: dir.path });
    expect(run.written?.leftOut).toEqual([{ path: KUBELET, verdict: 'unsigned' }]);
    const sums = readFileSync(dir.join('SHA256SUMS'), 'utf8');
    expect(sums).not.toContain(KUBELET);
    // Its digest is proved, whatever signature upstream gave it.
    expect(fileAt(run, KUBECTL).verdict).toBe('inconsistent');
    expect(sums).toContain(`${files.get(KUBECTL)?.sha256 ?? ''}  ${KUBECTL}`);
  });

  it.each<readonly [string, (path: string) => void, string]>([
    ['a file', (path) => writeFileSync(path, ''), 'destination-unsuitable'],
    ['a link', (path) => symlinkSync('/tmp', path), 'destination-unsuitable'],
    [
      'a directory with something in it',
      (path) => (mkdirSync(path), writeFileSync(`${path}/x`, '')),
      'destination-unsuitable',
    ],
  ])('refuses %s, before any request', async (_, make, code) => {
    const dir = await testDir();
    make(dir.join('at'));
    expect(await rejection(audit(world, { writeTo: dir.join('at') }))).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });

  it('refuses a place that no file can be in', async () => {
    const error = await rejection(audit(world, { writeTo: '/proc/new' }));
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(releases.http.requests).toEqual([]);
  });

  it('says who else can change what it wrote', async () => {
    await publishPart(world);
    const dir = await testDir();
    mkdirSync(dir.join('open'));
    chmodSync(dir.join('open'), 0o777);
    const run = await audit(world, { writeTo: dir.join('open', 'new') });
    expect(run.notes).toMatchObject([
      { code: 'others-can-change', text: expect.stringContaining('everybody can change') as unknown },
    ]);
  });

  it.skipIf(NO_OTHER_USER !== undefined)('says whose directory it is (needs another user)', async () => {
    await publishPart(world);
    const dir = await testDir();
    mkdirSync(dir.join('theirs'));
    chownSync(dir.join('theirs'), OTHER_UID, OTHER_UID);
    const run = await audit(world, { writeTo: dir.join('theirs', 'new') });
    expect(run.notes).toMatchObject([
      { text: expect.stringContaining(`user ${OTHER_UID} can change`) as unknown },
    ]);
  });

  it.skipIf(NO_OTHER_USER !== undefined)(
    'follows no link of another user, and asks for nothing then (needs another user)',
    async () => {
      const dir = await testDir();
      mkdirSync(dir.join('target'));
      symlinkSync('target', dir.join('link'));
      lchownSync(dir.join('link'), OTHER_UID, OTHER_UID);
      const error = await rejection(audit(world, { writeTo: dir.join('link', 'new') }));
      expect(error).toMatchObject({ code: 'destination-unsuitable', found: `a link of user ${OTHER_UID}` });
      expect(releases.http.requests).toEqual([]);
      expect(readdirSync(dir.join('target'))).toEqual([]);
    },
  );

  it.skipIf(NO_OTHER_USER !== undefined)(
    'follows no link that another user makes meanwhile (needs another user)',
    async () => {
      await publishPart(world);
      const dir = await testDir();
      mkdirSync(dir.join('target'));
      mkdirSync(dir.join('way'));
      const onRequest = (): void => {
        if (lstatSync(dir.join('way')).isSymbolicLink()) return;
        rmdirSync(dir.join('way'));
        symlinkSync('target', dir.join('way'));
        lchownSync(dir.join('way'), OTHER_UID, OTHER_UID);
      };
      const error = await rejection(audit(world, { writeTo: dir.join('way', 'new'), onRequest }));
      expect(error).toMatchObject({ code: 'destination-unsuitable' });
      expect(readdirSync(dir.join('target'))).toEqual([]);
    },
  );

  it.each(['new', 'empty'])(
    'writes nothing into a directory that is %s where nothing is proved',
    async (name) => {
      await publishPart(world);
      const dir = await testDir();
      mkdirSync(dir.join('empty'));
      const policy = JSON.stringify({ schemaVersion: 1, minimumAge: '3650d' });
      const run = await audit(world, { writeTo: dir.join(name), policy });
      expect(run.error).toMatchObject({ code: 'not-allowed' });
      expect(run.written).toMatchObject({ directory: dir.join(name), files: [] });
      expect(run.written?.leftOut).toHaveLength(run.results.length);
      expect(readdirSync(dir.path)).toEqual(['empty']);
      expect(readdirSync(dir.join('empty'))).toEqual([]);
    },
  );

  it('leaves nothing where it is interrupted', async () => {
    await publishPart(world);
    const dir = await testDir();
    const abort = new AbortController();
    const onRequest = (path: string): void => {
      if (path.endsWith('.sig')) abort.abort();
    };
    const error = await rejection(
      audit(world, { writeTo: dir.join('new'), signal: abort.signal, onRequest }),
    );
    expect(error).toMatchObject({ code: 'interrupted' });
    expect(readdirSync(dir.path)).toEqual([]);
  });
});
