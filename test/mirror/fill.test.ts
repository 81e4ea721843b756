/** `mirror`: what a filled directory has, and that it is enough for an install without a network. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { install, mirror } from '../../src/index.ts';
import { snapshot } from '#support/temp-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import type { MirrorInput } from '../../src/plan/input.ts';
import { mirrorWorld, program, publish, sha, VERSION } from './mirror-world.ts';

const servers = await testServers();
const { releases, sigstore } = servers;

const ROOT = `release/${VERSION}`;
const KUBECTL = `${ROOT}/bin/linux/amd64/kubectl`;
const DENYING = JSON.stringify({ schemaVersion: 1, minimumAge: '3650d' });
const KUBELET = `${ROOT}/bin/linux/amd64/kubelet`;

describe('a mirror', () => {
  it('is laid out like dl.k8s.io, with everything that stands next to a file', async () => {
    await publish(servers);
    const { input, client, to, text } = await mirrorWorld(servers);
    const result = await mirror(input, client);
    expect(result.files.map(({ outcome, path }) => [outcome, path])).toEqual([
      ['added', `${to}/${KUBECTL}`],
      ['added', `${to}/${KUBELET}`],
      ['added', `${to}/${ROOT}/kubernetes-release.spdx`],
    ]);
    const names = Object.keys(await snapshot(to)).filter((name) => !statSync(`${to}/${name}`).isDirectory());
    const ends = ['', '.cert', '.sha256', '.sha512', '.sig', '.sigstore.json'];
    expect(names.toSorted()).toEqual(
      [
        'checkpoints.json',
        'k8s-verify-mirror.json',
        ...['', '-1', '-1.30'].map((scope) => `release/stable${scope}.txt`),
        `${ROOT}/SHA256SUMS`,
        ...ends.map((end) => `${KUBECTL}${end}`),
        ...ends.map((end) => `${KUBELET}${end}`),
        ...ends.map((end) => `${ROOT}/kubernetes-release.spdx${end}`),
        'trusted_root.json',
      ].toSorted(),
    );
    const bytes = program('kubectl', VERSION, 'linux/amd64');
    expect(readFileSync(`${to}/${KUBECTL}`)).toEqual(bytes);
    expect(text(`${KUBECTL}.sha256`)).toBe(sha('sha256', bytes));
    expect(text(`${KUBECTL}.sha512`)).toBe(sha('sha512', bytes));
    expect(text('release/stable.txt')).toBe(VERSION);
    expect(text(`${ROOT}/SHA256SUMS`)).toContain(`${sha('sha256', bytes)}  bin/linux/amd64/kubectl\n`);
    expect(text('trusted_root.json')).toBe(sigstore.trustedRoot());
    expect(text('checkpoints.json')).toMatch(/^\{\n ".+": "[^\n]+"\n\}\n$/);
  });

  it('has the very signature files that the publisher has', async () => {
    await publish(servers, ['kubectl'], [VERSION], ['linux/amd64']);
    const { input, client, text } = await mirrorWorld(servers);
    await mirror({ ...input, artifacts: [`kubectl@${VERSION}`] }, client);
    for (const end of ['.sig', '.cert', '.sha256', '.sha512']) {
      const published = await fetch(`${releases.url}/${KUBECTL}${end}`);
      expect(text(`${KUBECTL}${end}`)).toBe(await published.text());
    }
  });

  it('is enough for an install: no server is asked, and the names are bound', async () => {
    await publish(servers);
    const { input, client, to, dir, requests } = await mirrorWorld(servers);
    await mirror(input, client);
    requests();
    const { artifacts } = await install({
      artifacts: ['kubectl', 'kubelet'],
      platform: 'linux/amd64',
      into: dir.join('bin'),
      sources: [to],
      rekorUrl: 'http://127.0.0.1:1',
      trustedRoot: sigstore.trustedRoot(),
      requireName: true,
    });
    expect(artifacts.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['installed', VERSION],
      ['installed', VERSION],
    ]);
    expect(requests()).toEqual([]);
  });

  it('keeps what is there and proves, without a request, and adds the rest', async () => {
    await publish(servers);
    const { input, client, to, requests } = await mirrorWorld(servers);
    await mirror({ ...input, artifacts: [`kubectl@${VERSION}`] }, client);
    const before = statSync(`${to}/${KUBECTL}`);
    requests();
    const again = await mirror({ ...input, artifacts: [`kubectl@${VERSION}`] }, client);
    expect(requests()).toEqual([]);
    expect(again.files.map(({ outcome, bundle }) => [outcome, bundle?.outcome])).toEqual([
      ['kept', 'kept'],
      ['kept', 'kept'],
    ]);
    expect(again.bytesWritten).toBe(0);
    const more = await mirror(input, client);
    expect(more.files.map(({ outcome }) => outcome)).toEqual(['kept', 'added', 'kept']);
    const after = statSync(`${to}/${KUBECTL}`);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect(requests().filter((path) => path.endsWith('/kubectl'))).toEqual([]);
  });

  it.each([
    ['swapped', (file: string) => writeFileSync(file, 'another program')],
    ['cut', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 100))],
    ['gone', (file: string) => rmSync(file)],
  ])('heals a file that is %s', async (_, damage) => {
    await publish(servers);
    const { input, client, to } = await mirrorWorld(servers);
    await mirror(input, client);
    const before = await snapshot(to);
    damage(`${to}/${KUBECTL}`);
    const { files } = await mirror(input, client);
    expect(files.map(({ outcome }) => outcome)).toEqual(['added', 'kept', 'kept']);
    expect(await snapshot(to)).toEqual(before);
  });

  it.each(['.sig', '.cert', '.sha256', '.sha512', '.sigstore.json'])('heals a damaged %s', async (end) => {
    await publish(servers);
    const { input, client, to } = await mirrorWorld(servers);
    await mirror(input, client);
    writeFileSync(`${to}/${KUBECTL}${end}`, 'damaged');
    await mirror(input, client);
    const { artifacts } = await install({
      artifacts: [`kubectl@${VERSION}`],
      platform: 'linux/amd64',
      into: `${to}-bin`,
      sources: [to],
      rekorUrl: 'http://127.0.0.1:1',
      trustedRoot: sigstore.trustedRoot(),
    });
    expect(artifacts).toMatchObject([{ outcome: 'installed' }]);
    expect(readFileSync(`${to}/${KUBECTL}${end}`, 'utf8')).not.toBe('damaged');
  });

  it('knows which of several releases is the newest, and only of those that are there', async () => {
    await publish(servers, ['kubectl'], ['v1.30.2', 'v1.29.6', 'v1.31.0-rc.1'], ['linux/amd64']);
    const { input, client, text, to } = await mirrorWorld(servers);
    const artifacts = ['kubectl@v1.29.6', 'kubectl@v1.31.0-rc.1'];
    await mirror({ ...input, artifacts }, client);
    expect(text('release/stable.txt')).toBe('v1.29.6');
    expect(text('release/latest-1.31.txt')).toBe('v1.31.0-rc.1');
    await mirror({ ...input, artifacts: ['kubectl@v1.30.2'] }, client);
    expect(text('release/stable.txt')).toBe('v1.30.2');
    expect(text('release/stable-1.29.txt')).toBe('v1.29.6');
    expect(existsSync(`${to}/release/stable-1.31.txt`)).toBe(false);
  });

  it('says what was never published, and mirrors the rest', async () => {
    await publish(servers, ['kubectl'], [VERSION], ['linux/amd64', 'linux/arm']);
    await publish(servers, ['kubelet'], [VERSION], ['linux/amd64']);
    const { input, client } = await mirrorWorld(servers);
    const { skipped, files } = await mirror({ ...input, platforms: ['linux/amd64', 'linux/arm'] }, client);
    expect(skipped).toEqual([{ component: 'kubelet', version: VERSION, platform: 'linux/arm' }]);
    expect(files).toHaveLength(4);
  });

  it('refuses bytes that were not signed, keeps what it has, and goes on from there', async () => {
    await publish(servers);
    const { input, client, to } = await mirrorWorld(servers);
    await mirror({ ...input, artifacts: [`kubectl@${VERSION}`] }, client);
    const good = program('kubelet', VERSION, 'linux/amd64');
    releases.publishFile(`/${KUBELET}`, 'other bytes');
    expect(await rejection(mirror(input, client))).toMatchObject({
      code: 'digest-mismatch',
      from: `${releases.url}/${KUBELET}`,
    });
    expect(existsSync(`${to}/${KUBELET}`)).toBe(false);
    expect(readdirSync(to).filter((name) => name.startsWith('.'))).toEqual([]);
    releases.publishFile(`/${KUBELET}`, good);
    const { files } = await mirror(input, client);
    expect(files.map(({ outcome }) => outcome)).toEqual(['kept', 'added', 'kept']);
  });

  it.each<readonly [string, Partial<MirrorInput>, string]>([
    ['there is no such release', { artifacts: ['kubectl@v1.30.99'] }, 'artifact-not-found'],
    ['the policy forbids it', { policy: DENYING }, 'not-allowed'],
  ])('leaves nothing of its own where %s', async (_, failing, code) => {
    await publish(servers, ['kubectl'], [VERSION], ['linux/amd64']);
    const { input, client, dir } = await mirrorWorld(servers);
    const before = readdirSync(dir.path);
    const one = { ...input, artifacts: [`kubectl@${VERSION}`], platforms: ['linux/amd64'] };
    for (const to of [dir.join('new'), dir.join('deep', 'er')]) {
      expect(await rejection(mirror({ ...one, to, ...failing }, client))).toMatchObject({ code });
      expect(readdirSync(dir.path)).toEqual(before);
    }
    mkdirSync(dir.join('empty'));
    await rejection(mirror({ ...one, to: dir.join('empty'), ...failing }, client));
    expect(readdirSync(dir.join('empty'))).toEqual([]);
  });

  it('leaves no empty directory where bytes are not what was signed', async () => {
    await publish(servers, ['kubectl'], [VERSION], ['linux/amd64']);
    releases.publishFile(`/${KUBECTL}`, 'other bytes');
    const { input, client, to } = await mirrorWorld(servers);
    const one = { ...input, artifacts: [`kubectl@${VERSION}`] };
    expect(await rejection(mirror(one, client))).toMatchObject({ code: 'digest-mismatch' });
    // The release manifest may have been whole by then; the next run goes on from there.
    const left = existsSync(to) ? Object.keys(await snapshot(to)) : [];
    expect(left.filter((path) => path.startsWith(`${ROOT}/bin`))).toEqual([]);
  });

  it('never writes through a link in it', async () => {
    await publish(servers);
    const { input, client, to, dir } = await mirrorWorld(servers);
    mkdirSync(dir.join('elsewhere'));
    mkdirSync(`${to}/release`, { recursive: true });
    symlinkSync(dir.join('elsewhere'), `${to}/${ROOT}`);
    expect(await rejection(mirror(input, client))).toMatchObject({ code: 'destination-unsuitable' });
    expect(readdirSync(dir.join('elsewhere'))).toEqual([]);
  });

  it('replaces a link in the place of a small file, and not what it leads to', async () => {
    await publish(servers);
    const { input, client, to, dir } = await mirrorWorld(servers);
    mkdirSync(`${to}/${ROOT}`, { recursive: true });
    writeFileSync(dir.join('precious'), 'precious');
    symlinkSync(dir.join('precious'), `${to}/${ROOT}/SHA256SUMS`);
    await mirror(input, client);
    expect(readFileSync(dir.join('precious'), 'utf8')).toBe('precious');
    expect(readFileSync(`${to}/${ROOT}/SHA256SUMS`, 'utf8')).toContain('bin/linux/amd64/kubectl');
  });

  it('does not read a file that is larger than any artifact, and replaces it', async () => {
    await publish(servers);
    const { input, client, at } = await mirrorWorld(servers);
    await mirror(input, client);
    const path = at(`${ROOT}/bin/linux/amd64/kubectl`);
    const bytes = readFileSync(path);
    truncateSync(path, 15 * 2 ** 40);
    await mirror(input, client);
    expect(readFileSync(path)).toEqual(bytes);
  });

  it('quotes the name of a directory in a command that it gives', async () => {
    await publish(servers);
    const { input, client, dir } = await mirrorWorld(servers);
    const to = dir.join('v2 $(touch it)');
    mkdirSync(to);
    writeFileSync(join(to, 'k8s-verify-mirror.json'), '{');
    expect(await rejection(mirror({ ...input, to }, client))).toMatchObject({
      code: 'mirror-inconsistent',
      next: expect.stringMatching(/: rm '\S+v2 \$\(touch it\)\/k8s-verify-mirror\.json'$/),
    });
  });

  it('refuses a half-written index, and loses nothing', async () => {
    await publish(servers);
    const { input, client, to, at } = await mirrorWorld(servers);
    await mirror(input, client);
    const index = readFileSync(at('k8s-verify-mirror.json'));
    writeFileSync(at('k8s-verify-mirror.json'), index.subarray(0, index.length / 2));
    const before = await snapshot(to);
    expect(await rejection(mirror(input, client))).toMatchObject({
      code: 'mirror-inconsistent',
      next: expect.stringContaining(`rm ${at('k8s-verify-mirror.json')}`),
    });
    expect(await snapshot(to)).toEqual(before);
    rmSync(at('k8s-verify-mirror.json'));
    await mirror(input, client);
    expect(readFileSync(at('k8s-verify-mirror.json'))).toEqual(index);
  });

  it('may be read by everyone, whatever the umask', async () => {
    await publish(servers);
    const { input, client, to } = await mirrorWorld(servers);
    const umask = process.umask(0o077);
    try {
      await mirror(input, client);
    } finally {
      process.umask(umask);
    }
    const modes = new Set(
      Object.values(await snapshot(to)).map((entry) => entry.split(' ').slice(0, 2).join(' ')),
    );
    expect([...modes].toSorted()).toEqual(['directory 0755', 'file 0644']);
  });
});
