/** `--attest FILE`: a verification summary for each thing that was verified, whatever came of it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { goProgram } from '#support/go-program';
import { readSummaries } from '#support/verification-summaries';
import { publishWholeRelease } from '#support/whole-release';
import type { VerificationSummary } from '../../src/attest/statement.ts';
import { bodyOf, type LocalWorld, localWorld } from './local-world.ts';

const SIZE = 2000;
const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64'];
const ATTEST = ['--attest', 'vsa.jsonl'];

function summariesOf(world: LocalWorld): readonly VerificationSummary[] {
  return readSummaries(readFileSync(world.dir.join('vsa.jsonl'), 'utf8'));
}

const fileUri = (world: LocalWorld, path: string): string => pathToFileURL(world.dir.join(path)).href;
const sha256Of = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

async function proved(): Promise<LocalWorld> {
  const world = await localWorld(SIZE);
  await world.run([...KUBECTL, ...world.options, '--install-dir', 'proved', '--save-bundle']);
  return world;
}

const BUNDLE = ['--bundle', 'proved/kubectl.sigstore.json'];
const OFFLINE = ['--trusted-root', 'root.json', '--offline'];

describe('install --attest', () => {
  it('says of each artifact that it passed, from where, by what policy, root and evidence', async () => {
    const world = await localWorld(SIZE);
    const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', '--save-bundle'];
    expect(await world.run([...words, ...ATTEST])).toMatchObject({ exitCode: 0 });
    const bundle = readFileSync(world.dir.join('bin/kubectl.sigstore.json'));
    const shown = await world.run(['policy', 'show']);
    expect(summariesOf(world)).toMatchObject([
      {
        subject: [{ name: 'kubectl@v1.26.4:linux/amd64', digest: { sha256: world.kubectl.sha256 } }],
        predicate: {
          resourceUri: world.kubectl.url,
          policy: { uri: 'urn:k8s-verify:policy:built-in', digest: { sha256: sha256Of(shown.stdout) } },
          inputAttestations: [
            {
              name: 'bundle',
              uri: fileUri(world, 'bin/kubectl.sigstore.json'),
              digest: { sha256: sha256Of(bundle) },
            },
            { name: 'kubernetes-release.spdx' },
            { name: 'kubernetes-release.spdx.sigstore.json' },
          ],
          verificationResult: 'PASSED',
          verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', 'K8S_NAME_BOUND'],
          'urn:k8s-verify:trusted-root': {
            uri: fileUri(world, 'root.json'),
            digest: { sha256: sha256Of(readFileSync(world.dir.join('root.json'))) },
          },
        },
      },
    ]);
  });

  it('has the same subject and resource where the file was there already', async () => {
    const world = await localWorld(SIZE);
    const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', ...ATTEST];
    await world.run(words);
    const [first] = summariesOf(world);
    expect(await world.run([...words, '--json'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('"outcome":"kept"'),
    });
    const [second] = summariesOf(world);
    expect(second?.subject).toEqual(first?.subject);
    expect(second?.predicate.resourceUri).toBe(first?.predicate.resourceUri);
  });

  it('says FAILED of bytes that are not what was signed, and replaces the file of an earlier run', async () => {
    const world = await localWorld(SIZE);
    const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', ...ATTEST];
    await world.run(words);
    world.releases.publishFile(new URL(world.kubectl.url).pathname, 'other bytes');
    const again = [...KUBECTL, ...world.options, '--install-dir', 'other', '--data-dir', 'none', ...ATTEST];
    expect(await world.run(again)).toMatchObject({ exitCode: 12 });
    expect(summariesOf(world)).toMatchObject([
      {
        subject: [{ digest: { sha256: sha256Of('other bytes') } }],
        predicate: {
          resourceUri: world.kubectl.url,
          verificationResult: 'FAILED',
          verifiedLevels: ['FAILED'],
          'urn:k8s-verify:reason': 'digest-mismatch',
        },
      },
    ]);
  });

  it('leaves an empty file where nothing was learnt, and says so', async () => {
    const world = await localWorld(SIZE);
    const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', ...ATTEST];
    await world.run(words);
    const away = ['--mirror', 'http://127.0.0.1:1', '--retries', '0', '--data-dir', 'none'];
    const [, , ...log] = world.options;
    const run = await world.run([...KUBECTL, ...log, ...away, '--install-dir', 'other', ...ATTEST]);
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain('1 result has no verification summary');
    expect(readFileSync(world.dir.join('vsa.jsonl'), 'utf8')).toBe('');
  });

  it('leaves the file as it was where the line cannot be understood, and where there is another signer', async () => {
    const world = await proved();
    for (const more of [
      ['--platform', 'plan9'],
      ['--dry-run'],
      ['--certificate-identity', 'a@b.example', '--certificate-oidc-issuer', 'https://i.example'],
    ]) {
      const run = await world.run([...KUBECTL, ...world.options, '--install-dir', 'bin', ...ATTEST, ...more]);
      expect({ more, exitCode: run.exitCode }).toEqual({ more, exitCode: more[0] === '--platform' ? 3 : 2 });
    }
    expect(existsSync(world.dir.join('bin'))).toBe(false);
  });

  it.each([
    [['--report', './vsa.jsonl'], '--attest and --report name the same file'],
    [['--metrics', 'tools/../vsa.jsonl'], '--attest and --metrics name the same file'],
    [['--report', 'pages/'], '--report names a directory'],
  ])('is refused together with %j, before any work', async (more, message) => {
    const world = await proved();
    const run = await world.run(['scan', 'proved', ...OFFLINE, ...ATTEST, ...more]);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(existsSync(world.dir.join('vsa.jsonl'))).toBe(false);
  });

  it('is refused in the place of the artifact', async () => {
    const world = await localWorld(SIZE);
    const words = [...KUBECTL, ...world.options, '-o', 'k', '--attest', 'k'];
    const run = await world.run(words);
    expect(run).toMatchObject({ exitCode: 2 });
    expect(run.stderr).toContain('--output and --attest name the same file');
    expect(world.releases.http.requests).toEqual([]);
  });

  it('leaves nothing that says PASSED where the policy forbids the request', async () => {
    const world = await localWorld(SIZE);
    const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', ...ATTEST];
    await world.run(words);
    expect(summariesOf(world)).toMatchObject([{ predicate: { verificationResult: 'PASSED' } }]);
    const forbidding = { schemaVersion: 1, allowed: [{ components: ['kubelet'] }] };
    writeFileSync(world.dir.join('policy.json'), JSON.stringify(forbidding));
    const run = await world.run([...words, '--policy', 'policy.json']);
    expect(run).toMatchObject({ exitCode: 2 });
    expect(run.stderr).toContain('policy forbids');
    expect(readFileSync(world.dir.join('vsa.jsonl'), 'utf8')).toBe('');
  });

  it.each<readonly [string, object]>([
    ['provenance', { predicateType: 'https://slsa.dev/provenance/v1', predicate: {} }],
    [
      'a summary by another verifier',
      {
        predicateType: 'https://slsa.dev/verification_summary/v1',
        predicate: { verifier: { id: 'https://other.example/verifier' }, verificationResult: 'PASSED' },
      },
    ],
  ])('does not replace %s', async (_, other) => {
    const world = await proved();
    const text = JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', ...other, subject: [] });
    writeFileSync(world.dir.join('vsa.jsonl'), text);
    const run = await world.run(['verify', 'proved/kubectl', ...OFFLINE, ...ATTEST]);
    expect(run).toMatchObject({ exitCode: 20 });
    expect(readFileSync(world.dir.join('vsa.jsonl'), 'utf8')).toBe(text);
  });

  it('finds out before the first request that the file cannot be written', async () => {
    const world = await localWorld(SIZE);
    writeFileSync(world.dir.join('notes.txt'), 'mine');
    mkdirSync(world.dir.join('directory'));
    for (const place of ['notes.txt', 'directory', 'notes.txt/vsa.jsonl']) {
      const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', '--attest', place, '--json'];
      const { exitCode, stdout } = await world.run(words);
      expect({ place, exitCode }).toEqual({ place, exitCode: 20 });
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'output-unwritable' } });
    }
    expect(world.releases.http.requests).toEqual([]);
    expect(readFileSync(world.dir.join('notes.txt'), 'utf8')).toBe('mine');
    expect(existsSync(world.dir.join('bin'))).toBe(false);
  });
});

describe('verify --attest', () => {
  it('has one line for each file that could be judged, and counts the others', async () => {
    const world = await proved();
    await mkdir(world.dir.join('more'));
    await writeFile(world.dir.join('more/changed'), 'other bytes');
    await writeFile(
      world.dir.join('more/changed.sigstore.json'),
      readFileSync(world.dir.join('proved/kubectl.sigstore.json')),
    );
    await writeFile(world.dir.join('more/unknown'), 'a script');
    const files = ['proved/kubectl', 'more/changed', 'more/unknown', 'more/none', 'proved/kubectl'];
    const run = await world.run(['verify', ...files, ...OFFLINE, ...ATTEST]);
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('2 results have no verification summary');
    expect(summariesOf(world)).toMatchObject([
      {
        subject: [{ digest: { sha256: world.kubectl.sha256 } }],
        predicate: { verificationResult: 'PASSED', resourceUri: fileUri(world, 'proved/kubectl') },
      },
      {
        subject: [{ digest: { sha256: sha256Of('other bytes') } }],
        predicate: {
          verificationResult: 'FAILED',
          resourceUri: fileUri(world, 'more/changed'),
          'urn:k8s-verify:trusted-root': { uri: fileUri(world, 'root.json') },
        },
      },
    ]);
    expect(summariesOf(world)).toHaveLength(2);
  });

  it('names a digest by RFC 6920', async () => {
    const world = await proved();
    const { sha256 } = world.kubectl;
    expect(await world.run(['verify', `sha256:${sha256}`, ...BUNDLE, ...OFFLINE, ...ATTEST])).toMatchObject({
      exitCode: 0,
    });
    const [summary] = summariesOf(world);
    const base64 = summary?.predicate.resourceUri.replace('ni:///sha-256;', '');
    expect(Buffer.from(base64 ?? '', 'base64url').toString('hex')).toBe(sha256);
  });

  it('says by which policy file it failed, and not the one that is built in', async () => {
    const world = await proved();
    const denied = { denied: { digests: [{ sha256: world.kubectl.sha256, reason: 'recalled' }] } };
    writeFileSync(world.dir.join('policy.json'), JSON.stringify({ schemaVersion: 1, ...denied }));
    const words = ['verify', 'proved/kubectl', ...OFFLINE, '--policy', 'policy.json', ...ATTEST];
    expect(await world.run(words)).toMatchObject({ exitCode: 23 });
    expect(summariesOf(world)).toMatchObject([
      {
        subject: [{ digest: { sha256: world.kubectl.sha256 } }],
        predicate: {
          policy: {
            uri: fileUri(world, 'policy.json'),
            digest: { sha256: sha256Of(readFileSync(world.dir.join('policy.json'))) },
          },
          verificationResult: 'FAILED',
          'urn:k8s-verify:reason': 'not-allowed',
        },
      },
    ]);
  });

  it('does not write over the file that is verified', async () => {
    const world = await proved();
    const words = ['verify', 'proved/kubectl', ...OFFLINE, '--attest', 'proved/kubectl'];
    const run = await world.run(words);
    expect(run.exitCode).toBe(20);
    expect(run.stderr).toContain('is another file, and would be lost');
    expect(sha256Of(readFileSync(world.dir.join('proved/kubectl')))).toBe(world.kubectl.sha256);
  });
});

describe('scan --attest', () => {
  it('has a line for each program that could be judged, whatever the names of its directories', async () => {
    const world = await localWorld(SIZE);
    const odd = 'a\tb\u001b[31m\u202e<script>#?%';
    await mkdir(world.dir.join('tools', odd), { recursive: true });
    const bytes = await bodyOf(world.kubectl.url);
    await writeFile(world.dir.join('tools', odd, 'kubectl'), bytes);
    const gke = goProgram({ main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.31.1-gke.200'] });
    await writeFile(world.dir.join('tools/kubelet'), gke);
    const run = await world.run(['scan', 'tools', ...world.options, ...ATTEST]);
    expect(run.exitCode).toBe(24);
    expect(run.stderr).toContain('1 result has no verification summary');
    const [summary, ...others] = summariesOf(world);
    expect(others).toEqual([]);
    const uri = summary?.predicate.resourceUri ?? '';
    expect(decodeURIComponent(new URL(uri).pathname)).toBe(world.dir.join('tools', odd, 'kubectl'));
    expect(uri).not.toMatch(/[<>\\\u0080-\uffff]/);
  });

  it('writes the file too where nothing is found, and leaves nothing else behind', async () => {
    const world = await localWorld(SIZE);
    mkdirSync(world.dir.join('empty'));
    const before = readdirSync(world.dir.path);
    const run = await world.run(['scan', 'empty', ...world.options, ...ATTEST]);
    expect(run.exitCode).toBe(3);
    expect(readdirSync(world.dir.path).toSorted()).toEqual([...before, 'vsa.jsonl'].toSorted());
  });
});

describe('release --attest', () => {
  const VERSION = 'v1.30.2';
  const [KUBECTL_PATH, KUBELET_PATH] = ['bin/linux/amd64/kubectl', 'bin/linux/amd64/kubelet'];
  const NAMES = ['kubectl', 'kubelet', 'kubernetes-release.spdx'];
  const ASKED = [
    'release',
    VERSION,
    ...NAMES.flatMap((name) => ['--component', name]),
    '--platform',
    'linux/amd64',
  ];

  it('has a line for each file that could be judged, at the place that was asked', async () => {
    const world = await localWorld(SIZE);
    const { releases, sigstore, options } = world;
    const paths = [KUBECTL_PATH, KUBELET_PATH, 'kubernetes-release.spdx'];
    const files = await publishWholeRelease(releases, { version: VERSION, paths, sigstore });
    expect(await world.run([...ASKED, ...options, ...ATTEST])).toMatchObject({ exitCode: 0 });
    const base = `${releases.url}/release/${VERSION}/`;
    expect(
      summariesOf(world).map(({ subject, predicate }) => [subject[0].digest.sha256, predicate.resourceUri]),
    ).toEqual(paths.map((path) => [files.get(path)?.sha256, `${base}${path}`]));
    for (const { predicate } of summariesOf(world)) {
      expect(predicate.verificationResult).toBe('PASSED');
      expect(predicate.verifiedLevels).toContain('K8S_NAME_BOUND');
    }
    // Its signature is that of another file: the digest may be proved by something else, and no summary says so.
    releases.publishFile(
      `/release/${VERSION}/${KUBECTL_PATH}.sig`,
      files.get(KUBELET_PATH)?.signed?.signatureFile ?? '',
    );
    releases.publishFile(
      `/release/${VERSION}/${KUBECTL_PATH}.cert`,
      files.get(KUBELET_PATH)?.signed?.certificateFile ?? '',
    );
    const other = await world.run([...ASKED, ...options, '--data-dir', 'none', ...ATTEST]);
    expect(other.exitCode).toBe(22);
    expect(other.stderr).toContain('1 result has no verification summary');
    expect(summariesOf(world).map(({ predicate }) => predicate.resourceUri)).toEqual(
      paths.slice(1).map((path) => `${base}${path}`),
    );
  });

  it('says FAILED of what the policy forbids', async () => {
    const world = await localWorld(SIZE);
    const { releases, sigstore, options } = world;
    const paths = [KUBECTL_PATH, KUBELET_PATH, 'kubernetes-release.spdx'];
    const files = await publishWholeRelease(releases, { version: VERSION, paths, sigstore });
    const digests = [{ sha256: files.get(KUBELET_PATH)?.sha256, reason: 'recalled' }];
    writeFileSync(world.dir.join('policy.json'), JSON.stringify({ schemaVersion: 1, denied: { digests } }));
    const run = await world.run([...ASKED, ...options, '--policy', 'policy.json', ...ATTEST]);
    expect(run.exitCode).toBe(23);
    expect(summariesOf(world).map(({ predicate }) => predicate.verificationResult)).toEqual([
      'PASSED',
      'FAILED',
      'PASSED',
    ]);
  });
});
