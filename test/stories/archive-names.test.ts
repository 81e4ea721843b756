/** Tarballs and images by name, where no release manifest lists them: what they hold says what they are. */
import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InstallRequest } from '../../src/plan/request.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { goProgram, type GoProgram } from '#support/go-program';
import { testServers } from '#support/test-servers';
import { file, tar, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const VERSION = 'v1.30.2';
const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  releases.withoutManifest();
  run = await prepareInstall({ sigstore, releases });
});

const program = (version: string, more: GoProgram = {}): Buffer => goProgram({ strings: [version], ...more });

const client = (version: string, more: GoProgram = {}): Buffer =>
  tarGz(
    file('kubernetes/client/bin/kubectl', program(version, more), 0o755),
    file('kubernetes/LICENSES', 'licences'),
  );

/** Of Kubernetes' own test programs none is a component, and some are other projects'. */
const tests = tarGz(
  file(
    'kubernetes/test/bin/ginkgo',
    program('v2.9.4', { main: 'k8s.io/kubernetes/vendor/github.com/onsi/ginkgo/v2/ginkgo' }),
    0o755,
  ),
  file(
    'kubernetes/test/bin/e2e.test',
    program('v1.24.9', { main: 'k8s.io/kubernetes/test/e2e/e2e.test' }),
    0o755,
  ),
  file(
    'kubernetes/test/bin/go-runner',
    program('v1.24.9', { main: 'k8s.io/release/images/go-runner' }),
    0o755,
  ),
  file('kubernetes/test/bin/kubectl', program('v1.24.9', { main: 'example.com/cmd/kubectl' }), 0o755),
);

const image = (tag: string): Buffer =>
  tar(
    file('manifest.json', JSON.stringify([{ Config: 'c', RepoTags: [tag], Layers: ['l'] }])),
    file('l', 'layer'),
  );

async function publish(fileName: string, bytes: Uint8Array): Promise<void> {
  await releases.publishSigned(`/release/${VERSION}/${fileName}`, { bytes, sigstore });
}

/** With an image that does not say which it is. */
async function publishServer(version: string): Promise<void> {
  await publish(
    'kubernetes-server-linux-amd64.tar.gz',
    tarGz(
      file('kubernetes/server/bin/kube-apiserver.tar', image('any')),
      file('kubernetes/server/bin/kubectl', program(version), 0o755),
    ),
  );
}

const CLIENT = { component: 'kubernetes-client', version: VERSION, platform: 'linux/amd64' };
const CLIENT_FILE = 'kubernetes-client-linux-amd64.tar.gz';
const APISERVER = { component: 'kube-apiserver.tar', version: VERSION, platform: 'linux/amd64' };
const APISERVER_FILE = 'bin/linux/amd64/kube-apiserver.tar';

/** Unpacked, and kept as a file. */
const WAYS: readonly (readonly [string, Partial<InstallRequest>])[] = [
  ['unpacked', { extract: { members: [] } }],
  ['kept', {}],
];

async function installed(request: Partial<InstallRequest>): Promise<ArtifactResult | undefined> {
  return (await run.install(request)).artifacts[0];
}

describe.each(WAYS)('a tarball that is %s', (_, way) => {
  const ask = { ...way, artifacts: [CLIENT] };

  it('has the name that its programs say', async () => {
    await publish(CLIENT_FILE, client(VERSION));
    expect(await installed({ ...ask, requireName: 'always' })).toMatchObject({
      name: { bound: true, by: ['binary'] },
    });
  });

  it.each<readonly [string, Buffer, string]>([
    ['another release', client('v1.24.9'), 'kubernetes-client v1.24.9 linux/amd64'],
    [
      'another platform',
      client(VERSION, { settings: { GOOS: 'linux', GOARCH: 'arm64' } }),
      'kubernetes-client v1.30.2 linux/arm64',
    ],
    [
      'another tarball',
      tarGz(file('kubernetes/server/bin/kubectl', program(VERSION), 0o755)),
      'kubernetes-server v1.30.2 linux/amd64',
    ],
    [
      'a version file of another release',
      tarGz(file('kubernetes/version', 'v1.24.9\n')),
      'kubernetes-client v1.24.9',
    ],
  ])('is refused as %s, with the disk as it was', async (__, bytes, found) => {
    await publish(CLIENT_FILE, bytes);
    expect(await run.refused(ask)).toMatchObject({ code: 'name-mismatch', found: `${found}, genuine` });
  });

  it('is not refused for test programs, its own and foreign ones', async () => {
    await publish('kubernetes-test-linux-amd64.tar.gz', tests);
    const artifacts = [{ ...CLIENT, component: 'kubernetes-test' }];
    expect(await installed({ ...way, artifacts })).toMatchObject({ name: { bound: false, by: [] } });
    expect(await run.refused({ ...way, artifacts: [CLIENT] })).toMatchObject({ code: 'artifact-not-found' });
  });

  it('is not learnt where it must have a name and nothing says it', async () => {
    await publish('kubernetes-test-linux-amd64.tar.gz', tests);
    const artifacts = [{ ...CLIENT, component: 'kubernetes-test' }];
    expect(await run.refused({ ...way, artifacts, requireName: 'always' })).toMatchObject({
      code: 'name-unbound',
    });
  });

  it('for all platforms is refused by its version file, and not bound by it', async () => {
    const src = { component: 'kubernetes', version: VERSION };
    await publish('kubernetes.tar.gz', tarGz(file('kubernetes/version', 'v1.24.9\n')));
    expect(await run.refused({ ...way, artifacts: [src] })).toMatchObject({ code: 'name-mismatch' });
    await publish('kubernetes.tar.gz', tarGz(file('kubernetes/version', `${VERSION}\n`)));
    expect(await installed({ ...way, artifacts: [src] })).toMatchObject({ name: { bound: false } });
  });

  it('is not read for its name where the release manifest lists it', async () => {
    await publish(CLIENT_FILE, client('v1.24.9'));
    await releases.publishManifest(VERSION, { sigstore });
    expect(await installed(ask)).toMatchObject({ name: { by: ['release-manifest'] } });
  });
});

describe('an archive in its place', () => {
  it('is read there once more', async () => {
    await publish(CLIENT_FILE, client(VERSION));
    await run.install({ artifacts: [CLIENT] });
    expect(await installed({ artifacts: [CLIENT], requireName: 'always' })).toMatchObject({
      outcome: 'kept',
      name: { by: ['binary'] },
    });
  });

  it('may be one that would not be unpacked', async () => {
    await publish(CLIENT_FILE, tarGz(file('../kubectl', 'text')));
    expect(await installed({ artifacts: [CLIENT] })).toMatchObject({ name: { bound: false } });
  });
});

describe('an image', () => {
  it('has the name of its tags', async () => {
    await publish(APISERVER_FILE, image('registry.k8s.io/kube-apiserver-amd64:v1.30.2'));
    for (const outcome of ['installed', 'kept']) {
      expect(await installed({ artifacts: [APISERVER], requireName: 'always' })).toMatchObject({
        outcome,
        name: { by: ['binary'] },
      });
    }
  });

  it.each([
    'registry.k8s.io/kube-apiserver-amd64:v1.24.9',
    'registry.k8s.io/kube-apiserver-arm64:v1.30.2',
    'registry.k8s.io/kube-proxy-amd64:v1.30.2',
  ])('is refused as %s', async (tag) => {
    await publish(APISERVER_FILE, image(tag));
    expect(await run.refused({ artifacts: [APISERVER] })).toMatchObject({ code: 'name-mismatch' });
  });

  it('out of a tarball is what the programs next to it say', async () => {
    const ask = { artifacts: [APISERVER], fromTarball: 'server', requireName: 'always' } as const;
    await publishServer('v1.24.9');
    expect(await run.refused(ask)).toMatchObject({ code: 'name-mismatch' });
    expect(existsSync(run.dir.join('bin'))).toBe(false);
    await publishServer(VERSION);
    expect(await installed(ask)).toMatchObject({ outcome: 'installed', name: { by: ['binary'] } });
  });
});
