import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { CHECK_NAMES } from '../../src/errors.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES } from '../../src/exit-codes.ts';
import { NOTE_MEANINGS } from '../../src/notes.ts';
import { failureReport } from '../../src/cli/output-json.ts';
import { UntrustedError } from '../../src/errors.ts';
import { successReport } from '../../src/result.ts';
import { aFullResult, anArtifactResult } from '../unit/cli/results.ts';
import { VERSION } from '../../src/text/version.ts';
import { bodyOf, type LocalWorld, localWorld } from './local-world.ts';
import { schema, schemaFaults } from './result-schema.ts';

function at(path: string): object | undefined {
  let value: object | undefined = schema.$defs;
  for (const name of path.split('.')) {
    const inner: unknown = value === undefined ? undefined : Reflect.get(value, name);
    value = typeof inner === 'object' && inner !== null ? inner : undefined;
  }
  return value;
}

function sorted(values: unknown): readonly unknown[] {
  return Array.isArray(values) ? values.map(String).sort() : [];
}

function codesOf(stdout: string): unknown {
  const printed: { readonly notes: readonly { readonly code: string }[] } = JSON.parse(stdout);
  return printed.notes.map(({ code }) => code);
}

const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--json'];

const facts = {
  startedAt: new Date(),
  trustedRoot: undefined,
  downloaded: false,
  aliases: new Map(),
  notes: [],
  allNotes: [],
  expectedSigners: [],
};
const invocation = { words: [], line: undefined, downloaded: false };

describe('the schema of --json', () => {
  it('knows every error code, exit code and check', () => {
    expect(sorted(at('error.properties.code.enum'))).toEqual(sorted([...Object.keys(EXIT_CODES), 'bug']));
    const exits = Object.keys(EXIT_CODE_MEANINGS).map(Number);
    expect(at('failure.properties.exitCode.enum')).toEqual(exits.filter((code) => code !== 0));
    expect(at('checkName.enum')).toEqual(CHECK_NAMES);
    expect(at('note.properties.code.enum')).toEqual(Object.keys(NOTE_MEANINGS));
    expect(at('error.properties.exitCode.enum')).toEqual(at('failure.properties.exitCode.enum'));
    expect(at('artifact.properties.checks.required')).toEqual(CHECK_NAMES);
  });

  it('has every field that a result can have', () => {
    expect(
      schemaFaults(successReport('install', { schemaVersion: 1, artifacts: [aFullResult()], notes: [] })),
    ).toEqual([]);
    const added = [
      'verdict',
      'fileName',
      'pathInRelease',
      'url',
      'proved',
      'pids',
      'deleted',
      'owner',
      'mode',
    ];
    const keys = [...Object.keys(aFullResult()), ...added];
    expect(sorted(keys)).toEqual(sorted(Object.keys(at('artifact.properties') ?? {})));
  });

  it('refuses what no run prints', () => {
    const report = successReport('install', { schemaVersion: 1, artifacts: [anArtifactResult()], notes: [] });
    expect(schemaFaults(report)).toEqual([]);
    for (const wrong of [
      { ...report, ok: false },
      { ...report, exitCode: 4 },
      { ...report, artifacts: [] },
      { ...report, surprise: 1 },
      { ...report, artifacts: [{ ...anArtifactResult(), sha256: 'abc' }] },
      { ...report, artifacts: [{ ...anArtifactResult(), signer: { kind: 'somebody' } }] },
    ]) {
      expect(schemaFaults(wrong)).not.toEqual([]);
    }
  });

  it.each([
    [
      'a refusal',
      new UntrustedError('identity-mismatch', 'm', { check: 'identity', wanted: 'a', found: 'b' }),
    ],
    ['a bug', new TypeError('x')],
    ['something that is no error', 'x'],
  ])('describes %s', (_, error) => {
    expect(schemaFaults(failureReport(error, facts, invocation))).toEqual([]);
  });
});

describe('--json', () => {
  it('prints what the schema says when all is well', async () => {
    const world = await localWorld();
    const install = [...KUBECTL, ...world.options, '--install-dir', 'bin', '--save-bundle'];
    for (const outcome of ['installed', 'kept']) {
      const { stdout, exitCode } = await world.run(install);
      const printed: unknown = JSON.parse(stdout);
      expect(exitCode).toBe(0);
      expect(schemaFaults(printed)).toEqual([]);
      expect(printed).toMatchObject({
        ok: true,
        artifacts: [{ outcome, sha256: world.kubectl.sha256, path: world.dir.join('bin', 'kubectl') }],
      });
    }
    for (const [outcome, directory] of [
      ['kept', 'bin'],
      ['would-install', 'elsewhere'],
    ] as const) {
      const { stdout } = await world.run([...KUBECTL, ...world.options, '--install-dir', directory, '-n']);
      const printed: unknown = JSON.parse(stdout);
      expect(schemaFaults(printed)).toEqual([]);
      expect(printed).toMatchObject({ artifacts: [{ outcome, sha256: world.kubectl.sha256 }] });
    }
    const bundle = world.dir.join('bin', 'kubectl.sigstore.json');
    const root = ['--trusted-root', world.dir.join('root.json')];
    const { stdout } = await world.run([
      'verify',
      `sha256:${world.kubectl.sha256}`,
      '--bundle',
      bundle,
      ...root,
      '--json',
    ]);
    const verified: unknown = JSON.parse(stdout);
    expect(schemaFaults(verified)).toEqual([]);
    expect(verified).toMatchObject({ artifacts: [{ outcome: 'verified', evidence: { kind: 'bundle' } }] });
  });

  it('prints what the schema says when it is not', async () => {
    const world = await localWorld();
    world.releases.publishFile(world.kubectl.path, 'something else');
    const { stdout, exitCode } = await world.run([...KUBECTL, ...world.options, '--install-dir', 'bin']);
    const printed: unknown = JSON.parse(stdout);
    expect(exitCode).toBe(12);
    expect(schemaFaults(printed)).toEqual([]);
    expect(printed).toMatchObject({ ok: false, exitCode: 12, error: { kind: 'UntrustedError' } });
  });

  it('tells with a failure what the run was held against', async () => {
    const world = await localWorld();
    const root = world.dir.join('root.json');
    const before = Date.now();
    const options = [...world.options, '--install-dir', 'bin', '--quiet'];
    const { stdout } = await world.run([
      ...KUBECTL,
      ...options,
      '--certificate-identity',
      'you@example.com',
      '--certificate-oidc-issuer',
      'https://issuer.example',
    ]);
    const printed = JSON.parse(stdout);
    expect(schemaFaults(printed)).toEqual([]);
    expect(printed).toMatchObject({
      exitCode: 15,
      version: VERSION,
      trustedRoot: { source: 'file', path: root, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      expectedSigners: [
        {
          artifact: 'kubectl v1.26.4 linux/amd64',
          signers: [
            {
              kind: 'certificate-identity',
              subjectAlternativeName: 'you@example.com',
              issuer: 'https://issuer.example',
            },
          ],
        },
      ],
    });
    expect(Date.parse(printed.time)).toBeGreaterThanOrEqual(before - 1000);
    expect(Date.parse(printed.time)).toBeLessThanOrEqual(Date.now() + 1000);
  });

  it('tells as much as is known where a run fails early', async () => {
    const world = await localWorld();
    const { stdout } = await world.run(['kubectl', '--json', '--nonsense']);
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({ exitCode: 2, version: VERSION });
    expect(printed).not.toHaveProperty('trustedRoot');
    expect(printed).not.toHaveProperty('expectedSigners');
  });

  it.each([
    ['list', ['list', 'v1.30.2']],
    ['digest', ['digest', 'kubelet', 'v1.30.2', '--platform', 'linux/arm']],
    ['help', ['help', '12']],
    ['version', ['version']],
    ['completion', ['completion', 'bash']],
    ['trusted-root', ['trusted-root', 'show']],
    ['doctor', ['doctor', '--mirror', 'http://127.0.0.1:9', '--rekor-url', 'http://127.0.0.1:9']],
  ])('prints what the schema says for %s', async (_, args) => {
    const world = await localWorld();
    const { stdout } = await world.run([...args, '--json']);
    expect(schemaFaults(JSON.parse(stdout))).toEqual([]);
  });

  it('prints what the schema says for scan, also where it fails', async () => {
    const world = await localWorld();
    await mkdir(world.dir.join('tools'));
    await writeFile(world.dir.join('tools/kubectl'), await bodyOf(world.kubectl.url));
    const scan = ['scan', 'tools', ...world.options, '--json'];
    const env = { SOURCE_DATE_EPOCH: String(Date.UTC(2026, 10, 28, 17, 40) / 1000) };
    const proved: unknown = JSON.parse((await world.run(scan, { env })).stdout);
    expect(proved).toMatchObject({
      ok: true,
      results: [
        {
          verdict: 'genuine',
          proved: true,
          sha256: world.kubectl.sha256,
          // A Windows has no modes.
          ...(process.platform === 'win32' ? {} : { owner: { user: process.geteuid?.() }, mode: '0644' }),
        },
      ],
      summary: { found: 1, genuine: 1 },
      machine: { host: hostname(), places: [world.dir.join('tools')], unread: { count: 0, first: [] } },
      version: VERSION,
      time: '2026-11-28T17:40:00.000Z',
      trustedRoot: { source: 'file' },
      commandLine: expect.stringMatching(/^k8s-verify scan tools --mirror /),
    });
    expect(schemaFaults(proved)).toEqual([]);
    await writeFile(world.dir.join('tools/kubelet'), 'a script');
    const failed: unknown = JSON.parse((await world.run(scan)).stdout);
    expect(failed).toMatchObject({
      ok: false,
      exitCode: 4,
      results: [{ verdict: 'genuine' }, { verdict: 'not-judged', proved: false }],
      summary: { found: 2, genuine: 1, notJudged: 1 },
      machine: { host: hostname() },
    });
    expect(schemaFaults(failed)).toEqual([]);
  });

  it('prints what the schema says for digest, also where it fails', async () => {
    const world = await localWorld();
    const digest = ['digest', ...KUBECTL, ...world.options, '--json'];
    const proved: unknown = JSON.parse((await world.run(digest)).stdout);
    expect(proved).toMatchObject({ ok: true, results: [{ sha256: world.kubectl.sha256 }], skipped: [] });
    expect(schemaFaults(proved)).toEqual([]);
    const failed: unknown = JSON.parse((await world.run(['digest', '--json'])).stdout);
    expect(failed).toMatchObject({ ok: false, exitCode: 2, results: [], skipped: [] });
    expect(schemaFaults(failed)).toEqual([]);
  });

  it('prints what the schema says for lock, also where it checks', async () => {
    const world = await localWorld();
    const lock = ['lock', ...KUBECTL, ...world.options];
    const locked: unknown = JSON.parse((await world.run(lock)).stdout);
    expect(locked).toMatchObject({
      ok: true,
      written: true,
      results: [{ component: 'kubectl', changed: true }],
    });
    expect(schemaFaults(locked)).toEqual([]);
    const checked: unknown = JSON.parse(
      (await world.run(['lock', '--check', ...world.options.slice(4), '--json'])).stdout,
    );
    expect(checked).toMatchObject({ ok: true, written: false, results: [{ changed: false }] });
    expect(schemaFaults(checked)).toEqual([]);
    const outdated = await world.run(['kubeadm', '--locked', ...world.options, '--json']);
    expect(JSON.parse(outdated.stdout)).toMatchObject({ exitCode: 22, error: { code: 'lock-outdated' } });
    expect(schemaFaults(JSON.parse(outdated.stdout))).toEqual([]);
  });

  const OUTAGE = ['--retries', '0', '--mirror', 'http://127.0.0.1:9'];
  it.each<readonly [code: string, exitCode: number, args: (world: LocalWorld) => readonly string[]]>([
    ['usage', 2, ({ options }) => ['kubectl', 'v1.26.4', 'v1.26.5', ...options]],
    ['subject-not-readable', 20, () => ['verify', 'nowhere', '--bundle', 'nowhere.json']],
    ['file-not-readable', 2, () => ['verify', 'root.json', '--bundle', 'nowhere.json']],
    ['evidence-not-found', 4, ({ options }) => ['verify', 'root.json', ...options]],
    ['version-malformed', 2, ({ options }) => ['kubectl', 'v1.x.y', ...options]],
    ['component-unknown', 3, ({ options }) => ['nothing-of-kubernetes', 'v1.26.4', ...options]],
    [
      'platform-impossible',
      3,
      ({ options }) => ['kubectl', 'v1.26.4', '--platform', 'plan9/mips', ...options],
    ],
    ['release-not-found', 3, ({ options }) => ['kubectl', '1.99', ...options]],
    ['network', 4, ({ options }) => ['kubectl', 'v1.26.4', ...options.slice(2), ...OUTAGE]],
    [
      'mirror-incomplete',
      4,
      ({ options }) => ['kubectl', 'v1.26.5', '--platform', 'linux/amd64', ...options],
    ],
    [
      'log-unreachable',
      4,
      ({ options }) => [
        ...KUBECTL,
        ...options.slice(0, 2),
        ...options.slice(4),
        '--retries',
        '0',
        '--rekor-url',
        'http://127.0.0.1:9',
      ],
    ],
    [
      'material-malformed',
      11,
      ({ options }) => ['verify', 'root.json', '--bundle', 'root.json', ...options.slice(2)],
    ],
    [
      'identity-mismatch',
      15,
      ({ options }) => [
        ...KUBECTL,
        ...options,
        '--certificate-identity',
        'a@b.c',
        '--certificate-oidc-issuer',
        'https://b.c',
      ],
    ],
    [
      'trusted-root-invalid',
      18,
      ({ options }) => [...KUBECTL, ...options.slice(0, 4), '--trusted-root', 'not-a-root.json'],
    ],
    ['destination-unsuitable', 20, ({ options }) => [...KUBECTL, ...options, '--output', 'directory']],
  ])('prints what the schema says of the failure %s', async (code, exitCode, args) => {
    const world = await localWorld();
    await writeFile(world.dir.join('not-a-root.json'), '{}');
    await mkdir(world.dir.join('directory'));
    world.releases.publishFile('/release/v1.26.5/bin/linux/amd64/kubectl', 'unsigned');
    const run = await world.run([...args(world), '--json']);
    const printed: unknown = JSON.parse(run.stdout);
    expect(printed).toMatchObject({ ok: false, exitCode, error: { code, exitCode } });
    expect(run.exitCode).toBe(exitCode);
    expect(schemaFaults(printed)).toEqual([]);
  });

  it('has the notes of the run at the top, by code', async () => {
    const world = await localWorld();
    const env = { K8S_VERIFY_MIROR: 'x', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const listed = await world.run(['list', 'v1.30.2', '--json'], { env });
    expect(codesOf(listed.stdout)).toEqual(['variable-unknown', 'release-not-looked-up']);
    const install = [...KUBECTL, ...world.options, '--install-dir', 'bin'];
    const installed = await world.run(install, { env });
    expect(codesOf(installed.stdout)).toEqual(['variable-unknown', 'tls-switch-ignored']);
    expect(schemaFaults(JSON.parse(installed.stdout))).toEqual([]);
    world.releases.publishFile(world.kubectl.path, 'something else');
    const refused = await world.run([...install.slice(0, -1), 'other'], { env });
    expect(codesOf(refused.stdout)).toEqual(['variable-unknown', 'tls-switch-ignored']);
    expect(schemaFaults(JSON.parse(refused.stdout))).toEqual([]);
    const quiet = await world.run([...install, '--quiet'], { env });
    expect(quiet.stderr).toBe('');
    expect(codesOf(quiet.stdout)).toEqual(['variable-unknown', 'tls-switch-ignored']);
  });

  it('is one object on stdout even where the command line makes no sense', async () => {
    const world = await localWorld();
    for (const args of [['--json'], ['kubectl', '--json', '--nonsense'], ['verify', '--json']]) {
      const { stdout, exitCode } = await world.run(args);
      expect(exitCode).toBe(2);
      expect(schemaFaults(JSON.parse(stdout))).toEqual([]);
    }
  });
});
