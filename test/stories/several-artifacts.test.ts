import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import type { ArtifactRequest } from '../../src/plan/request.ts';
import { fault } from '#support/http/faults';
import { releasePath } from '#support/release-server';
import { snapshot } from '#support/temp-dir';
import { testServers } from '#support/test-servers';
import { CAN_MOUNT } from '#support/test-disk';
import { prepareInstall } from './support/install-run.ts';

const { sigstore, releases } = await testServers();

const LINUX = 'linux/amd64';

interface Wanted {
  readonly component: string;
  readonly version: string;
  readonly platform: string;
}

function wanted(component: string, version = 'v1.30.2', platform = LINUX): Wanted {
  return { component, version, platform };
}

/** Publishes each, signed, with content of its own; the digests in the same order. */
async function publish(...all: readonly Wanted[]): Promise<readonly string[]> {
  const published = await Promise.all(
    all.map((one) =>
      releases.publishRelease({ ...one, bytes: Buffer.from(`${Object.values(one).join(' ')}\n`), sigstore }),
    ),
  );
  return published.map(({ sha256 }) => sha256);
}

const FIVE = ['kubectl', 'kubeadm', 'kubelet', 'kube-proxy', 'kube-apiserver'].map((name) => wanted(name));

describe('several artifacts in one run', () => {
  it('are all installed, and told in the order in which they were asked for', async () => {
    const digests = await publish(...FIVE);
    releases.http.delay(/\/kubectl$/, 50);
    const run = await prepareInstall({ sigstore, releases });
    const { artifacts } = await run.install({ artifacts: FIVE });
    expect(artifacts.map(({ component, outcome, sha256 }) => ({ component, outcome, sha256 }))).toEqual(
      FIVE.map(({ component }, index) => ({ component, outcome: 'installed', sha256: digests[index] })),
    );
    expect(await snapshot(run.dir.join('bin'))).toEqual(
      Object.fromEntries(FIVE.map(({ component }, index) => [component, `file 0755 ${digests[index]}`])),
    );
  });

  it('may be of different versions', async () => {
    const mixed = [wanted('kubectl', 'v1.29.3'), wanted('kubelet', 'v1.30.2')];
    await publish(...mixed);
    const run = await prepareInstall({ sigstore, releases });
    const { artifacts } = await run.install({ artifacts: mixed });
    expect(artifacts.map(({ component, version }) => `${component} ${version}`)).toEqual([
      'kubectl v1.29.3',
      'kubelet v1.30.2',
    ]);
  });

  it('for several platforms go into a directory for each', async () => {
    const platforms = ['linux/amd64', 'linux/arm64', 'windows/amd64'];
    const all = platforms.map((platform) => wanted('kubectl', 'v1.30.2', platform));
    const [amd64, arm64, windows] = await publish(...all);
    const run = await prepareInstall({ sigstore, releases });
    const { artifacts } = await run.install({ artifacts: all });
    expect(await snapshot(run.dir.join('bin'))).toEqual({
      'linux-amd64': 'directory 0755',
      'linux-amd64/kubectl': `file 0755 ${amd64}`,
      'linux-arm64': 'directory 0755',
      'linux-arm64/kubectl': `file 0755 ${arm64}`,
      'windows-amd64': 'directory 0755',
      'windows-amd64/kubectl.exe': `file 0755 ${windows}`,
    });
    expect(artifacts.map(({ platform }) => platform)).toEqual(platforms);
  });

  it('of one platform, named or meant, go into one directory', async () => {
    const host = hostPlatform({ platform: process.platform, arch: process.arch, endianness: endianness() });
    await publish(
      ...['kubectl', 'kubectl-convert'].map((one) => wanted(one, 'v1.30.2', formatPlatform(host))),
    );
    const run = await prepareInstall({ sigstore, releases });
    const { artifacts } = await run.install({
      artifacts: [
        { component: 'kubectl', version: 'v1.30.2' },
        wanted('kubectl-convert', 'v1.30.2', formatPlatform(host)),
      ],
    });
    expect(artifacts.map(({ path }) => dirname(path ?? ''))).toEqual([
      run.dir.join('bin'),
      run.dir.join('bin'),
    ]);
  });

  it('of one file for all platforms are fetched once, and stand next to the directories', async () => {
    const { sha256 } = await releases.publishSigned('/release/v1.30.2/kubernetes-source.spdx', {
      bytes: Buffer.from('SPDXVersion: SPDX-2.3\n'),
      sigstore,
    });
    const [kubectl] = await publish(wanted('kubectl'), wanted('kubectl', 'v1.30.2', 'darwin/arm64'));
    const run = await prepareInstall({ sigstore, releases });
    const { artifacts } = await run.install({
      artifacts: ['linux/amd64', 'darwin/arm64'].flatMap((platform) => [
        wanted('kubectl', 'v1.30.2', platform),
        wanted('kubernetes-source.spdx', 'v1.30.2', platform),
      ]),
    });
    expect(artifacts.map(({ component }) => component)).toEqual([
      'kubectl',
      'kubernetes-source.spdx',
      'kubectl',
    ]);
    expect(releases.http.requestsFor(/source\.spdx$/)).toHaveLength(1);
    expect(await snapshot(run.dir.join('bin'))).toMatchObject({
      'kubernetes-source.spdx': `file 0644 ${sha256}`,
      'linux-amd64/kubectl': `file 0755 ${kubectl}`,
    });
  });

  it('are downloaded only where they are not installed already', async () => {
    await publish(...FIVE);
    const run = await prepareInstall({ sigstore, releases });
    await run.install({ artifacts: FIVE.slice(0, 2) });
    const { artifacts } = await run.install({ artifacts: FIVE });
    expect(artifacts.map(({ outcome }) => outcome)).toEqual([
      'kept',
      'kept',
      'installed',
      'installed',
      'installed',
    ]);
    expect(releases.http.requestsFor(/\/kubeadm$/)).toHaveLength(1);
  });
});

describe('several artifacts are all refused, and the disk is as it was, where', () => {
  it.each<[string, () => void | Promise<unknown>, string, string]>([
    [
      'one of five was changed',
      () => releases.publishFile(releasePath(wanted('kubelet')), 'changed'),
      'digest-mismatch',
      'kubelet v1.30.2 linux/amd64',
    ],
    [
      'one of five is signed by another identity',
      () =>
        releases.publishRelease({
          ...wanted('kubelet'),
          bytes: Buffer.from('evil'),
          sigstore,
          sign: { identity: 'kubelet@example.com' },
        }),
      'identity-mismatch',
      'kubelet v1.30.2 linux/amd64 was signed by another signer',
    ],
    [
      'one of five is not signed',
      () => {
        for (const suffix of ['.sig', '.cert']) {
          releases.unpublish(`${releasePath(wanted('kube-proxy'))}${suffix}`);
        }
      },
      'mirror-incomplete',
      'kube-proxy v1.30.2 linux/amd64',
    ],
    [
      'one of five is not there',
      () => releases.unpublish(releasePath(wanted('kubectl'))),
      'artifact-not-found',
      'kubectl v1.30.2 linux/amd64',
    ],
    [
      'one of five cannot be had',
      () => releases.http.fault(/\/kubeadm$/, fault.status(503)),
      'http-status',
      'kubeadm v1.30.2 linux/amd64',
    ],
    [
      'one of five has a malformed signature',
      () => releases.publishFile(`${releasePath(wanted('kubectl'))}.sig`, '!'),
      'material-malformed',
      'kubectl v1.30.2 linux/amd64',
    ],
    [
      'one of five has a malformed bundle',
      () => releases.publishFile(`${releasePath(wanted('kubectl'))}.sigstore.json`, '{}'),
      'material-malformed',
      'kubectl v1.30.2 linux/amd64: the bundle',
    ],
  ])('%s, and the error says which', async (_, spoil, code, which) => {
    await publish(...FIVE);
    await spoil();
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'kubeadm'), 'old kubeadm', { mode: 0o755 });
    writeFileSync(run.dir.join('bin', 'kube-apiserver'), 'old kube-apiserver', { mode: 0o755 });
    const error = await run.refused({ artifacts: FIVE });
    expect(error).toMatchObject({ code, message: expect.stringContaining(which) });
    expect(error.message.split('v1.30.2 linux/amd64')).toHaveLength(2);
  });

  it('is not named where it is the only one', async () => {
    const only = wanted('kubelet');
    await releases.publishRelease({
      ...only,
      bytes: Buffer.from('evil'),
      sigstore,
      sign: { identity: 'kubelet@example.com' },
    });
    const run = await prepareInstall({ sigstore, releases });
    expect((await run.refused({ artifacts: [only] })).message).toBe(
      'kubelet v1.30.2 linux/amd64 was signed by another signer',
    );
  });

  it.each<[string, readonly ArtifactRequest[], string]>([
    ['two versions would become one file', [wanted('kubectl'), wanted('kubectl', 'v1.29.3')], 'usage'],
    [
      'one platform of several has no such artifact',
      [wanted('kubelet'), wanted('kubelet', 'v1.30.2', 'darwin/arm64')],
      'platform-impossible',
    ],
    [
      'one release of several is not signed',
      [wanted('kubectl'), wanted('kubelet', 'v1.25.4')],
      'signature-not-published',
    ],
    ['nothing is named', [], 'usage'],
    [
      'too many are named',
      Array.from({ length: 65 }, (_, patch) => wanted('kubectl', `v1.30.${patch}`)),
      'usage',
    ],
  ])('%s, before anything is asked for', async (_, artifacts, code) => {
    const run = await prepareInstall({ sigstore, releases });
    expect(await run.refused({ artifacts })).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });

  it('one file is to take several', async () => {
    const run = await prepareInstall({ sigstore, releases });
    const destination = { kind: 'file', path: run.dir.join('out') } as const;
    expect(await run.refused({ artifacts: FIVE, destination })).toMatchObject({ code: 'usage' });
  });

  it('the place of a later one is a directory', async () => {
    await publish(...FIVE);
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin', 'kube-apiserver'), { recursive: true });
    writeFileSync(run.dir.join('bin', 'kubectl'), 'old kubectl');
    expect(await run.refused({ artifacts: FIVE })).toMatchObject({ code: 'destination-unsuitable' });
  });

  it('the directory of a later platform is a file', async () => {
    const all = ['linux/amd64', 'linux/arm64'].map((platform) => wanted('kubectl', 'v1.30.2', platform));
    await publish(...all);
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'linux-arm64'), 'in the way');
    expect(await run.refused({ artifacts: all })).toMatchObject({ code: 'destination-unsuitable' });
  });

  it('a directory takes the place of a later one while the run is on', async () => {
    await publish(...FIVE);
    const run = await prepareInstall({ sigstore, releases }, (event) => {
      if (event.kind === 'check' && event.check === 'identity') {
        mkdirSync(run.dir.join('bin', 'kube-apiserver'), { recursive: true });
      }
    });
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'kubectl'), 'old kubectl');
    await expect(run.install({ artifacts: FIVE })).rejects.toMatchObject({ code: 'destination-unsuitable' });
    expect(Object.keys(await snapshot(run.dir.join('bin')))).toEqual(['kube-apiserver', 'kubectl']);
    expect(readFileSync(run.dir.join('bin', 'kubectl'), 'utf8')).toBe('old kubectl');
  });

  it.skipIf(!CAN_MOUNT)(
    'a later one cannot be replaced: what was placed before it is put back (needs the right to mount a disk)',
    async () => {
      await publish(...FIVE);
      const run = await prepareInstall({ sigstore, releases });
      mkdirSync(run.dir.join('bin'));
      for (const { component } of FIVE) writeFileSync(run.dir.join('bin', component), `old ${component}`);
      writeFileSync(run.dir.join('mounted'), 'mounted');
      const last = run.dir.join('bin', 'kube-apiserver');
      execFileSync('mount', ['--bind', run.dir.join('mounted'), last]);
      onTestFinished(() => void execFileSync('umount', [last]));
      expect(await run.refused({ artifacts: FIVE })).toMatchObject({ code: 'place-failed' });
    },
  );

  it('the run is interrupted while the last one is on its way', async () => {
    await publish(...FIVE);
    const last = await releases.publishRelease({
      ...wanted('kube-apiserver'),
      bytes: Buffer.alloc(1_000_000),
      sigstore,
    });
    releases.http.fault(last.path, fault.stall(1000));
    const run = await prepareInstall({ sigstore, releases });
    const abort = new AbortController();
    void releases.http.waitFor(last.path, 1000).then(() => abort.abort());
    expect(await run.refused({ artifacts: FIVE, signal: abort.signal })).toMatchObject({
      code: 'interrupted',
    });
  });
});
