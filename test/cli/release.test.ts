import { describe, expect, it } from 'vitest';
import { publishWholeRelease, type WholeFile } from '#support/whole-release';
import { type LocalWorld, localWorld } from './local-world.ts';
import { schemaFaults } from './result-schema.ts';

const VERSION = 'v1.30.2';
const ROOT = `/release/${VERSION}/`;
const [KUBECTL, KUBELET] = ['bin/linux/amd64/kubectl', 'bin/linux/amd64/kubelet'];
const PATHS = [KUBECTL, KUBELET, 'kubernetes-release.spdx'];
/** What is published here of the release. */
const ASKED = [
  'release',
  VERSION,
  ...['kubectl', 'kubelet', 'kubernetes-release.spdx'].flatMap((name) => ['--component', name]),
  '--platform',
  'linux/amd64',
];

interface ReleaseWorld extends LocalWorld {
  readonly files: ReadonlyMap<string, WholeFile>;
}

async function releaseWorld(): Promise<ReleaseWorld> {
  const world = await localWorld(1000);
  const { releases, sigstore } = world;
  const files = await publishWholeRelease(releases, { version: VERSION, paths: PATHS, sigstore });
  return { ...world, files };
}

describe('k8s-verify release', () => {
  it('prints a line for each file: verdict, name, platform, SHA-256, time of signing, log entry', async () => {
    const world = await releaseWorld();
    const { options, files } = world;
    const { stdout, stderr, exitCode } = await world.run([...ASKED, ...options]);
    const [first = '', ...others] = stdout.trimEnd().split('\n');
    expect(first.split('\t')).toEqual([
      'genuine',
      'kubectl',
      'linux/amd64',
      files.get(KUBECTL)?.sha256,
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      expect.stringMatching(/^\d+$/),
    ]);
    expect(others).toHaveLength(2);
    expect(stderr).toMatch(
      /^Kubernetes v1\.30\.2: all 3 signed files are genuine; kubernetes-release\.spdx, SHA256SUMS, SHA512SUMS, provenance\.json and each \.sha256 agree$/m,
    );
    expect(exitCode).toBe(0);
  });

  it('prints JSON as the schema says, whether all is well or not', async () => {
    const world = await releaseWorld();
    const { options, releases, files } = world;
    const asked = [...ASKED, ...options, '--json', '--quiet'];
    const well: unknown = JSON.parse((await world.run([...asked, '--deep', '--write', 'proved'])).stdout);
    expect(schemaFaults(well)).toEqual([]);
    expect(well).toMatchObject({ ok: true, command: 'release', release: VERSION, summary: { genuine: 3 } });
    releases.publishFile(`${ROOT}${KUBECTL}.sig`, files.get(KUBELET)?.signed?.signatureFile ?? '');
    releases.publishFile(`${ROOT}${KUBECTL}.cert`, files.get(KUBELET)?.signed?.certificateFile ?? '');
    releases.publishFile(`${ROOT}SHA512SUMS`, '<html>');
    const { stdout, exitCode } = await world.run(asked);
    const failed: unknown = JSON.parse(stdout);
    expect(schemaFaults(failed)).toEqual([]);
    expect(failed).toMatchObject({
      ok: false,
      exitCode: 22,
      results: [{ verdict: 'inconsistent', proved: true, error: { code: 'release-inconsistent' } }, {}, {}],
      summary: { found: 3, genuine: 2, inconsistent: 1 },
      error: {
        code: 'release-inconsistent',
        next: [
          {
            command: expect.stringContaining(`k8s-verify kubectl ${VERSION} --platform linux/amd64 --mirror`),
          },
        ],
      },
    });
    expect(exitCode).toBe(22);
    const none: unknown = JSON.parse((await world.run(['release', 'v1.31.0', ...options, '--json'])).stdout);
    expect(schemaFaults(none)).toEqual([]);
    expect(none).toMatchObject({ exitCode: 4, results: [], error: { code: 'mirror-incomplete' } });
  });

  it('says in sentences what is wrong, and the exit code last', async () => {
    const world = await releaseWorld();
    const { options, releases } = world;
    releases.unpublish(`${ROOT}${KUBECTL}.sig`);
    const { stdout, stderr, exitCode } = await world.run([...ASKED, ...options]);
    expect(stdout).toContain(`not-judged\tkubectl\tlinux/amd64\t\t\t\n`);
    expect(stderr).toContain(
      'k8s-verify: error: the mirror has kubectl v1.30.2 linux/amd64, but not its signature',
    );
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      '2 of 3 genuine, 1 not judged. Exit code 4 (k8s-verify help 4)',
    );
    expect(exitCode).toBe(4);
  });

  it('works without a network, from a mirror directory', async () => {
    const world = await releaseWorld();
    const { options, dir } = world;
    const names = ['kubectl', 'kubelet', VERSION, '--platform', 'linux/amd64'];
    expect((await world.run(['mirror', ...names, '--to', 'mirror', ...options])).exitCode).toBe(0);
    const root = ['--trusted-root', dir.join('root.json')];
    const offline = ['--offline', '--mirror', dir.join('mirror'), ...root];
    const { stdout, exitCode } = await world.run([...ASKED, ...offline, '--data-dir', dir.join('other')]);
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual([
      'genuine',
      'genuine',
      'genuine',
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  it.each<readonly [string, readonly string[], number, string]>([
    ['no version', ['release'], 2, 'no release is named'],
    ['two versions', ['release', 'v1.30.2', 'v1.30.3'], 2, 'takes one argument'],
    ['a word with two meanings', ['release', 'latest'], 2, '"latest" has two meanings'],
    ['an unknown component', ['release', 'v1.30.2', '--component', 'kubetcl'], 3, 'no component "kubetcl"'],
    [
      'a platform that it is not for',
      ['release', 'v1.30.2', '--component', 'kubelet', '--platform', 'linux/386'],
      3,
      'no such file',
    ],
    [
      'a release from before signing',
      ['release', 'v1.20.0'],
      10,
      'no signatures are published for Kubernetes v1.20.0',
    ],
  ])('refuses %s, without a request', async (_, words, code, text) => {
    const world = await localWorld(1000);
    const { stderr, exitCode, stdout } = await world.run([...words, '--mirror', 'http://127.0.0.1:1']);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toContain(text);
  });
});
