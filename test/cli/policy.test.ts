/** `--policy`, `K8S_VERIFY_POLICY` and `k8s-verify policy`, as a program. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { COMMANDS, type CommandName } from '../../src/cli/add-command.ts';
import { createProgram } from '../../src/cli/program.ts';
import { goProgram } from '#support/go-program';
import type { ProgramRun } from '#support/run-program';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';
import { publishWholeRelease } from '#support/whole-release';
import { type LocalWorld, localWorld } from './local-world.ts';
import { schemaFaults } from './result-schema.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../docs/policy.schema.json', import.meta.url), 'utf8'),
);
const isPolicy = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);
const IDENTITY = {
  subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
  issuer: 'https://accounts.google.com',
};
const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64'];

/** Installs kubectl v1.26.4 under a policy file that says this. */
async function installUnder(
  world: LocalWorld,
  policy: object,
  more: readonly string[] = [],
): Promise<ProgramRun> {
  writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
  return world.run([
    ...KUBECTL,
    ...world.options,
    '--install-dir',
    'bin',
    '--policy',
    'platform.json',
    ...more,
  ]);
}

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
}

const DENIED = {
  denied: {
    signingTimes: [
      { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: 'the signer was stolen' },
    ],
  },
};

describe('--policy', () => {
  it('is told on every success, and so is each exception', async () => {
    const world = await localWorld();
    const plain = await installUnder(world, { allowed: [{ components: ['kubectl'], versions: ['1.26'] }] });
    expect(plain).toMatchObject({ exitCode: 0 });
    expect(plain.stderr).toContain('\npolicy platform.json: allowed\n');
    const { sha256 } = world.kubectl;
    const exceptions = [{ sha256, lifts: ['deniedSigningTimes'], reason: 'INC-4711', until: tomorrow() }];
    const { stderr, exitCode } = await installUnder(world, { ...DENIED, exceptions });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`policy platform.json: allowed; 1 exception used (INC-4711, to ${tomorrow()})`);
  });

  it('ends with 2 for a request that it forbids, and asks no one', async () => {
    const world = await localWorld();
    const { exitCode, stderr } = await installUnder(world, { allowed: [{ components: ['kubelet'] }] });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('k8s-verify: error: the policy forbids this request');
    expect(stderr).toContain('see what it says: k8s-verify policy check');
    expect(world.releases.http.requests).toEqual([]);
  });

  it('ends with 23 for what is genuine and not allowed, with the reason', async () => {
    const world = await localWorld();
    const { exitCode, stderr } = await installUnder(world, DENIED);
    expect(exitCode).toBe(23);
    expect(stderr).toContain('kubectl v1.26.4 linux/amd64 is genuine, but not allowed by the policy');
    expect(stderr).toContain('why    the signer was stolen');
    expect(stderr).toContain('Nothing was installed. Exit code 23');
  });

  it('gives verify a verdict of its own, and other files theirs', async () => {
    const world = await localWorld();
    await world.run([...KUBECTL, ...world.options, '--install-dir', 'bin', '--save-bundle']);
    writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...DENIED }));
    const root = ['--trusted-root', 'root.json', '--policy', 'platform.json'];
    const one = await world.run(['verify', 'bin/kubectl', ...root]);
    expect(one).toMatchObject({ exitCode: 23 });
    expect(one.stdout).toMatch(/^not-allowed\t/);
    expect(one.stderr).toContain('The policy does not allow bin/kubectl.');
    const two = await world.run(['verify', 'bin/kubectl', 'bin/none', ...root, '--json']);
    const printed: { readonly artifacts: readonly object[] } = JSON.parse(two.stdout);
    expect(two.exitCode).toBe(23);
    expect(printed.artifacts).toMatchObject([
      { verdict: 'not-allowed', error: { code: 'not-allowed' } },
      { verdict: 'unreadable' },
    ]);
  });

  it('judges a local file by what it says that it is', async () => {
    const world = await localWorld();
    await world.run([...KUBECTL, ...world.options, '--install-dir', 'bin', '--save-bundle']);
    const policy = { schemaVersion: 1, allowed: [{ components: ['kubectl'] }] };
    writeFileSync(world.dir.join('platform.json'), JSON.stringify(policy));
    const root = ['--trusted-root', 'root.json', '--policy', 'platform.json'];
    const { exitCode, stderr } = await world.run(['verify', 'bin/kubectl', ...root]);
    expect(exitCode).toBe(23);
    expect(stderr).toContain('found  a file of which nothing says what it is');
    expect(stderr).toContain(
      'or name the release that it should be of: k8s-verify verify bin/kubectl --trusted-root root.json ' +
        '--policy platform.json --as COMPONENT@VERSION',
    );
    const [, , ...log] = world.options;
    const named = [...root, ...world.options.slice(0, 2), ...log.slice(0, 2), '--as', 'kubectl@v1.26.4'];
    expect(await world.run(['verify', 'bin/kubectl', ...named])).toMatchObject({ exitCode: 0 });
  });

  it('asks the unsigned markers how far behind a version is, and says so', async () => {
    const world = await localWorld();
    world.releases.publishFile('/release/stable-1.26.txt', 'v1.26.6');
    const near = await installUnder(world, { maxPatchesBehind: 2 });
    expect(near).toMatchObject({ exitCode: 0 });
    expect(near.stderr).toContain(
      'policy platform.json: allowed; 2 behind v1.26.6, as an unsigned version marker says',
    );
    const far = await installUnder(world, { maxPatchesBehind: 1 });
    expect(far).toMatchObject({ exitCode: 2 });
    const [, , ...log] = world.options;
    const words = [...KUBECTL, ...log, '--install-dir', 'bin', '--policy', 'platform.json', '--offline'];
    const offline = await world.run(words);
    expect(offline).toMatchObject({ exitCode: 4 });
  });

  it('takes no marker that is missing, and none of a mirror directory, for an answer', async () => {
    const world = await localWorld();
    const missing = await installUnder(world, { maxPatchesBehind: 9 });
    expect(missing).toMatchObject({ exitCode: 4 });
    expect(missing.stderr).toContain('the newest patch release is not known');
    expect(missing.stderr).toContain('stable-1.26.txt');
    await publishWholeRelease(world.releases, {
      version: 'v1.26.4',
      paths: ['bin/linux/amd64/kubectl'],
      sigstore: world.sigstore,
    });
    // It writes a marker of what it holds: v1.26.4.
    expect(await world.run(['mirror', ...KUBECTL, ...world.options, '--to', 'mirror'])).toMatchObject({
      exitCode: 0,
    });
    const [, , ...log] = world.options;
    const own = [
      ...KUBECTL,
      ...log,
      '--mirror',
      'mirror',
      '--install-dir',
      'bin',
      '--policy',
      'platform.json',
    ];
    for (const more of [[], ['--offline']]) {
      const run = await world.run([...own, ...more]);
      expect(run).toMatchObject({ exitCode: 4 });
      expect(run.stderr).toContain('say what was put into it, and not what was released since');
    }
    const check = ['mirror', '--check', 'mirror', '--trusted-root', 'root.json', '--policy', 'platform.json'];
    expect(await world.run(check)).toMatchObject({ exitCode: 4 });
    world.releases.publishFile('/release/stable-1.26.txt', 'v1.26.9');
    const both = await world.run([...own, '--mirror', world.releases.url]);
    expect(both).toMatchObject({ exitCode: 0 });
    expect(both.stderr).toContain('5 behind v1.26.9');
  });

  it('takes files from its own sources where none is named', async () => {
    const world = await localWorld();
    writeFileSync(
      world.dir.join('platform.json'),
      JSON.stringify({ schemaVersion: 1, sources: [world.releases.url] }),
    );
    const [, , ...options] = world.options;
    const run = await world.run([
      ...KUBECTL,
      ...options,
      '--install-dir',
      'bin',
      '--policy',
      'platform.json',
    ]);
    expect(run).toMatchObject({ exitCode: 0 });
  });

  it('wants a trusted root that is known to be fresh where it says so', async () => {
    const world = await localWorld();
    const run = await installUnder(world, { required: { trustedRootMaxAge: '7d' } });
    expect(run).toMatchObject({ exitCode: 5 });
  });
});

describe('K8S_VERIFY_POLICY', () => {
  it('says what is allowed, and not who must have signed', async () => {
    const world = await localWorld();
    const [, ...rest] = [...KUBECTL, ...world.options, '--install-dir', 'bin'];
    const run = async (policy: object): Promise<ProgramRun> => {
      writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
      const env = { K8S_VERIFY_POLICY: 'platform.json', PATH: process.env['PATH'], HOME: world.dir.path };
      return world.run(['kubectl', ...rest], { env });
    };
    const allowed = await run({ minimumAge: '1h' });
    expect(allowed).toMatchObject({ exitCode: 23 });
    expect(allowed.stderr).toMatch(
      /next {3}wait until \d{4}-\d\d-\d\dT\S+Z, take a release that the policy allows/,
    );
    const named = await run({ identities: [IDENTITY] });
    expect(named).toMatchObject({ exitCode: 2 });
    expect(named.stderr).toContain('names signers, and a variable named it');
    expect(world.releases.http.requests.filter(({ path }) => path.endsWith('kubectl'))).toHaveLength(1);
  });
});

/** How each command that proves something is asked to; every other one proves nothing, and takes no policy. */
const PROVING: Readonly<Partial<Record<CommandName, (world: LocalWorld) => readonly string[]>>> = {
  install: ({ options }) => ['install', ...KUBECTL, ...options, '--install-dir', 'bin'],
  digest: ({ options }) => ['digest', ...KUBECTL, ...options],
  mirror: ({ options }) => ['mirror', ...KUBECTL, ...options, '--to', 'mirror'],
  lock: ({ options }) => ['lock', ...KUBECTL, ...options],
  release: ({ options }) => [
    'release',
    'v1.26.4',
    '--component',
    'kubectl',
    '--platform',
    'linux/amd64',
    ...options,
  ],
  verify: ({ dir }) => ['verify', 'proved/kubectl', '--trusted-root', dir.join('root.json')],
};
const PROVING_NOTHING: readonly CommandName[] = [
  'list',
  'doctor',
  'trusted-root',
  'policy',
  'completion',
  'help',
  'version',
];

describe('every command', () => {
  it('that proves something is under a policy', () => {
    const proving = [...Object.keys(PROVING), 'scan'];
    expect([...proving, ...PROVING_NOTHING].toSorted()).toEqual([...COMMANDS].toSorted());
    const takers = createProgram().strictCommands.filter((command) =>
      command.ownOptions.some(({ long }) => long === '--policy'),
    );
    expect(takers.map((command) => command.name()).toSorted()).toEqual(proving.toSorted());
  });

  it('obeys it: scan', async () => {
    const world = await localWorld();
    const bytes = goProgram({ strings: ['v1.26.4'] });
    const what = { component: 'kubectl', version: 'v1.26.4', platform: 'linux/amd64' };
    await world.releases.publishRelease({ ...what, bytes, sigstore: world.sigstore });
    await world.run([...KUBECTL, ...world.options, '--install-dir', 'proved', '--save-bundle']);
    for (const [code, policy] of [
      [0, { allowed: [{ components: ['kubectl'] }] }],
      [23, { allowed: [{ components: ['kubelet'] }] }],
      [23, DENIED],
    ] as const) {
      writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
      const scan = [
        'scan',
        'proved',
        '--trusted-root',
        'root.json',
        '--policy',
        'platform.json',
        '--offline',
      ];
      const { exitCode, output } = await world.run(scan);
      expect({ exitCode, output, policy }).toMatchObject({ exitCode: code });
    }
  });

  it.each(Object.entries(PROVING).filter(([command]) => command !== 'verify'))(
    'refuses what it forbids before any request: %s',
    async (_, words) => {
      const world = await localWorld();
      for (const policy of [
        { allowed: [{ components: ['kubelet'] }] },
        { allowed: [{ versions: ['1.27'] }] },
        { sources: ['https://mirror.example.com'] },
        { identities: [{ ...IDENTITY, kinds: ['image'] }] },
      ]) {
        writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
        const { exitCode, output } = await world.run([...words(world), '--policy', 'platform.json']);
        expect({ exitCode, output, policy }).toMatchObject({ exitCode: 2 });
        expect(output).toContain('the policy forbids this request');
      }
      expect(world.releases.http.requests).toEqual([]);
    },
  );

  it('obeys it: release', async () => {
    const world = await localWorld();
    const version = 'v1.26.4';
    const paths = ['bin/linux/amd64/kubectl'];
    const files = await publishWholeRelease(world.releases, { version, paths, sigstore: world.sigstore });
    const sha256 = files.get('bin/linux/amd64/kubectl')?.sha256;
    const words = PROVING.release?.(world) ?? [];
    for (const [code, policy] of [
      [0, { allowed: [{ components: ['kubectl'], versions: ['1.26'] }] }],
      [23, DENIED],
      [23, { denied: { digests: [{ sha256, reason: 'recalled' }] } }],
    ] as const) {
      writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
      const { exitCode, output } = await world.run([...words, '--policy', 'platform.json']);
      expect({ exitCode, output, policy }).toMatchObject({ exitCode: code });
    }
  });

  it.each(Object.entries(PROVING).filter(([command]) => command !== 'release'))(
    'obeys it: %s',
    async (command: string, words) => {
      const world = await localWorld();
      await world.run([...KUBECTL, ...world.options, '--install-dir', 'proved', '--save-bundle']);
      const { sha256 } = world.kubectl;
      const policies = [
        [23, DENIED],
        [23, { denied: { digests: [{ sha256, reason: 'recalled' }] } }],
        // The release has no manifest, and the file says nothing. Some commands want a name, or a manifest, anyway.
        [{ digest: 4, lock: 4, mirror: 3 }[command] ?? 23, { required: { boundName: true } }],
      ] as const;
      for (const [index, [code, policy]] of policies.entries()) {
        if ('required' in policy) world.releases.withoutManifest();
        writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
        const line = [
          ...words(world),
          '--policy',
          'platform.json',
          '--data-dir',
          world.dir.join(`data-${index}`),
        ];
        const { exitCode, output } = await world.run(line);
        expect({ exitCode, output, policy }).toMatchObject({ exitCode: code });
      }
    },
  );
});

/** The same commands, and those that prove what is here already; each after {@link placed}. */
const EVERY_RUN: Readonly<Record<string, (world: LocalWorld) => readonly string[]>> = {
  ...PROVING,
  'verify of several': (world) => [...(PROVING.verify?.(world) ?? []), 'proved/kubectl'],
  'mirror --check': () => ['mirror', '--check', 'carried', '--trusted-root', 'root.json'],
  'lock --check': () => ['lock', '--check', '--lockfile', 'carried.lock.json', '--trusted-root', 'root.json'],
  scan: () => ['scan', 'proved', '--trusted-root', 'root.json', '--offline'],
};

/** kubectl of a whole release, which says what it is, and what a mirror and a lock have of it. */
async function placed(world: LocalWorld): Promise<{ readonly kubectl: string; readonly manifest: string }> {
  const path = 'bin/linux/amd64/kubectl';
  const files = await publishWholeRelease(world.releases, {
    version: 'v1.26.4',
    paths: [path],
    bytesOf: () => goProgram({ strings: ['v1.26.4'] }),
    sigstore: world.sigstore,
  });
  for (const words of [
    ['install', ...KUBECTL, '--install-dir', 'proved', '--save-bundle'],
    ['mirror', ...KUBECTL, '--to', 'carried'],
    ['lock', ...KUBECTL, '--lockfile', 'carried.lock.json'],
  ]) {
    const { exitCode, output } = await world.run([...words, ...world.options]);
    expect({ words, output, exitCode }).toMatchObject({ exitCode: 0 });
  }
  const manifest = world.dir.join('carried/release/v1.26.4/kubernetes-release.spdx');
  return {
    kubectl: files.get(path)?.sha256 ?? '',
    manifest: createHash('sha256').update(readFileSync(manifest)).digest('hex'),
  };
}

interface PrintedRun {
  readonly artifacts?: readonly PrintedFile[];
  readonly results?: readonly PrintedFile[];
  readonly files?: readonly PrintedFile[];
  readonly error?: { readonly message: string; readonly subject?: object };
}

interface PrintedFile {
  readonly component?: string;
  readonly verdict?: string;
  readonly sha256?: string;
  readonly signedAt?: string;
  readonly logEntries?: readonly { readonly logIndex: string }[];
  readonly policy?: { readonly exceptions: readonly { readonly sha256: string }[] };
}

function filesOf({ artifacts = [], results = [], files = [] }: PrintedRun): readonly PrintedFile[] {
  return [...artifacts, ...results, ...files];
}

/** A file that says itself what it is needs no release manifest for its name. */
const NAMED_BY_ITSELF: ReadonlySet<string> = new Set(['verify', 'verify of several', 'scan']);
const COUNTS_TWO: ReadonlySet<string> = new Set(['verify of several', 'mirror --check']);
/** They judge one by one, and have a result for what is not allowed. */
const ONE_BY_ONE: ReadonlySet<string> = new Set([...NAMED_BY_ITSELF, 'release', 'mirror --check']);

describe('every run', () => {
  it.each(Object.entries(EVERY_RUN))(
    'says what allowed it, and of what is forbidden when it was signed and where the log has it: %s',
    async (name, words) => {
      const world = await localWorld();
      const { kubectl, manifest } = await placed(world);
      const under = async (policy: object, ...more: string[]): Promise<ProgramRun> => {
        writeFileSync(world.dir.join('platform.json'), JSON.stringify({ schemaVersion: 1, ...policy }));
        return world.run([...words(world), '--policy', 'platform.json', ...more]);
      };
      const denied = await under(DENIED, '--json');
      expect(denied).toMatchObject({ exitCode: 23 });
      const refusal: PrintedRun = JSON.parse(denied.stdout);
      expect(schemaFaults(refusal)).toEqual([]);
      const signing = {
        sha256: kubectl,
        signedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        logEntries: [expect.objectContaining({ logIndex: expect.stringMatching(/^\d+$/) })],
      };
      expect(refusal.error?.subject).toMatchObject(signing);
      // It is called by its name.
      expect(refusal.error?.message).toMatch(/kubectl\b.* is genuine, but not allowed by the policy$/);
      expect(refusal.error?.message).not.toContain('the file');
      const isCounted = denied.stderr.includes(
        '\n0 of 2 genuine, 2 not allowed by the policy. Exit code 23 ',
      );
      expect(isCounted).toBe(COUNTS_TWO.has(name));
      const judged = filesOf(refusal).filter(({ sha256 }) => sha256 === kubectl);
      expect(judged.map(({ verdict }) => verdict)).toEqual(
        judged.map(() => (ONE_BY_ONE.has(name) ? 'not-allowed' : 'none of them is judged')),
      );
      expect(judged.length > 0).toBe(ONE_BY_ONE.has(name));
      for (const one of judged) expect(one).toMatchObject(signing);

      const until = tomorrow();
      const lifted = { lifts: ['deniedSigningTimes'], reason: 'INC-4711', until };
      // The release manifest, which says the name, was signed in the same hours.
      const needed = NAMED_BY_ITSELF.has(name) ? [kubectl] : [kubectl, manifest];
      const exceptions = needed.map((sha256) => ({ sha256, ...lifted }));
      const allowed = await under({ ...DENIED, exceptions }, '--json');
      expect(allowed).toMatchObject({ exitCode: 0 });
      const count = needed.length === 1 ? '1 exception' : '2 exceptions';
      const told = allowed.stderr.split('\n').filter((one) => one.startsWith('policy '));
      expect(told).toEqual([`policy platform.json: allowed; ${count} used (INC-4711, to ${until})`]);
      const result: PrintedRun = JSON.parse(allowed.stdout);
      expect(schemaFaults(result)).toEqual([]);
      const used = filesOf(result).flatMap(({ policy }) => policy?.exceptions ?? []);
      expect(new Set(used.map(({ sha256 }) => sha256))).toEqual(new Set(needed));
    },
  );
});

describe('k8s-verify policy', () => {
  it('shows the built-in policy, which is a policy file with which everything is as without one', async () => {
    const world = await localWorld();
    const shown = await world.run(['policy', 'show']);
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
    const policy: unknown = JSON.parse(shown.stdout);
    expect(isPolicy(policy) ? [] : isPolicy.errors).toEqual([]);
    writeFileSync(world.dir.join('built-in.json'), shown.stdout);
    const words = [...world.options, '--install-dir', 'bin', '--policy', 'built-in.json'];
    expect(await world.run([...KUBECTL, ...words])).toMatchObject({ exitCode: 0 });
    for (const [version, code] of [
      ['v1.25.4', 2],
      ['v1.25.5', 3],
      ['v1.26.0-beta.0', 2],
      ['v1.26.0-rc.1', 3],
    ] as const) {
      const { exitCode } = await world.run(['kubelet', version, ...words, '--platform', 'linux/amd64']);
      expect({ version, exitCode }).toEqual({ version, exitCode: code });
    }
  });

  it('checks a file, and names exceptions that have ended and components that it does not know', async () => {
    const dir = await testDir();
    const exceptions = [
      { sha256: 'a'.repeat(64), lifts: ['minimumAge'], reason: 'INC-1', until: '2024-02-29' },
      { sha256: 'b'.repeat(64), lifts: ['minimumAge'], reason: 'INC-2', until: '2124-02-29' },
    ];
    const policy = {
      schemaVersion: 1,
      allowed: [{ components: ['kubectl', 'kubctl'] }],
      minimumAge: '7d',
      exceptions,
    };
    writeFileSync(dir.join('policy.json'), JSON.stringify(policy));
    const { exitCode, stdout, stderr } = await runCli(['policy', 'check', 'policy.json'], { cwd: dir.path });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^usable\t\/.*policy\.json\t[0-9a-f]{64}\n$/);
    expect(stderr).toContain('exception INC-1: ended 2024-02-29');
    expect(stderr).toContain('exception INC-2: lifts minimumAge to 2124-02-29');
    expect(stderr).toContain('no component that this version knows: kubctl');
    const json = await runCli(['policy', 'check', 'policy.json', '--json'], { cwd: dir.path });
    expect(JSON.parse(json.stdout)).toMatchObject({
      file: { exceptions: [{ hasEnded: true }, { hasEnded: false }] },
    });
  });

  it('says of a file that it cannot check what to do, and nothing of options that were not typed', async () => {
    const dir = await testDir();
    const check = ['policy', 'check', 'policy.json'];
    const gone = await runCli(check, { cwd: dir.path });
    expect(gone).toMatchObject({ exitCode: 2 });
    expect(gone.stderr).toContain('next   check the name of the file\n');
    writeFileSync(dir.join('policy.json'), '{"schemaVersion":1,"minimumAges":"7d"}');
    const flawed = await runCli(check, { cwd: dir.path });
    expect(flawed).toMatchObject({ exitCode: 2 });
    expect(flawed.stderr).toContain('docs/policy.md has every field\n');
    expect(flawed.stderr).toContain('see what it takes: k8s-verify policy --help');
    expect((await runCli(['policy', '--help'])).stdout).toContain('minimumAge');
    for (const { stderr } of [gone, flawed]) {
      expect(stderr).not.toContain('--policy');
      expect(stderr).not.toContain('policy check');
    }
  });

  it.each<readonly [string, readonly string[]]>([
    ['nothing', ['policy']],
    ['another word', ['policy', 'print']],
    ['a file too many', ['policy', 'show', 'x.json']],
    ['no file', ['policy', 'check']],
  ])('needs to know what to do: %s', async (_, words) => {
    expect(await runCli(words)).toMatchObject({ exitCode: 2 });
  });
});

describe('a policy file that cannot be used ends with 2, and says where', () => {
  const ONE = { sha256: 'a'.repeat(64), lifts: ['minimumAge'], reason: 'INC-1', until: '2124-01-01' };
  it.each<readonly [string, string | object, string]>([
    ['no JSON', '{"schemaVersion": 1', 'is not strict JSON'],
    ['a list', '[]', 'the document: an object'],
    [
      'keys that stand twice',
      '{"schemaVersion": 1, "minimumAge": "7d", "minimumAge": "1h"}',
      'two keys "minimumAge"',
    ],
    ['an unknown field', { maximumAge: '7d' }, 'a field "maximumAge"'],
    ['an unknown field in a list', { allowed: [{ component: ['kubectl'] }] }, 'allowed[0]'],
    ['another version of the form', { schemaVersion: 2 }, 'schemaVersion'],
    ['a list of nothing', { allowed: [] }, 'an empty one'],
    ['a rule without anything', { allowed: [{}] }, 'neither'],
    ['a range that is none', { allowed: [{ versions: ['1.30.x'] }] }, 'versions[0]'],
    ['a range with two spaces', { allowed: [{ versions: ['>=v1.30.0  <v1.31.0'] }] }, 'versions[0]'],
    [
      'ranges that contradict each other',
      { allowed: [{ versions: ['>=v1.31.0 <v1.30.0'] }] },
      'contradict each other',
    ],
    [
      'a minor and a bound outside it',
      { allowed: [{ versions: ['1.30 >=v1.31.0'] }] },
      'contradict each other',
    ],
    ['a text in the place of a number', { maxPatchesBehind: '2' }, 'maxPatchesBehind'],
    ['a number below nothing', { maxPatchesBehind: -1 }, 'maxPatchesBehind'],
    ['an age of nothing', { minimumAge: '0d' }, 'minimumAge'],
    ['a text in the place of true', { required: { boundName: 'yes' } }, 'required.boundName'],
    ['a source with a password', { sources: ['https://a:b@mirror.example.com'] }, 'sources[0]'],
    [
      'a time that ends before it begins',
      {
        denied: { signingTimes: [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z', reason: 'x' }] },
      },
      'signingTimes[0].to',
    ],
    [
      'indexes that end before they begin',
      { denied: { logIndexes: [{ from: '2', to: '1', reason: 'x' }] } },
      'logIndexes[0].to',
    ],
    ['a denial without a reason', { denied: { digests: [{ sha256: 'a'.repeat(64) }] } }, 'reason'],
    [
      'a reason of two lines',
      { denied: { digests: [{ sha256: 'a'.repeat(64), reason: 'a\nb' }] } },
      'reason',
    ],
    [
      'a pattern for an identity',
      { identities: [{ ...IDENTITY, subjectAlternativeName: '*@k8s.example' }] },
      'subjectAlternativeName',
    ],
    ['an exception for who signed', { exceptions: [{ ...ONE, lifts: ['identities'] }] }, 'lifts[0]'],
    ['an exception for a check of the proof', { exceptions: [{ ...ONE, lifts: ['signature'] }] }, 'lifts[0]'],
    ['an exception without an end', { exceptions: [{ ...ONE, until: undefined }] }, 'until'],
    ['an exception that ends on no day', { exceptions: [{ ...ONE, until: '2026-02-30' }] }, 'until'],
    [
      'an exception for a denied digest',
      { denied: { digests: [{ sha256: ONE.sha256, reason: 'x' }] }, exceptions: [ONE] },
      'which denied.digests has',
    ],
  ])('%s', async (_, policy, place) => {
    const dir = await testDir();
    const text = typeof policy === 'string' ? policy : JSON.stringify({ schemaVersion: 1, ...policy });
    writeFileSync(dir.join('policy.json'), text);
    const { exitCode, stderr } = await runCli(['policy', 'check', 'policy.json'], { cwd: dir.path });
    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(place);
  });

  it('one that is huge, without reading it to its end', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('policy.json'), '');
    truncateSync(dir.join('policy.json'), 10 * 2 ** 30);
    const { exitCode, stderr } = await runCli(['policy', 'check', 'policy.json'], { cwd: dir.path });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is too large');
  });

  it.skipIf(process.platform === 'win32')(
    'a pipe that nobody writes to, a device, a directory, and nothing (needs a POSIX system)',
    async () => {
      const dir = await testDir();
      expect(spawnSync('mkfifo', [dir.join('pipe')]).status).toBe(0);
      for (const [path, why] of [
        ['pipe', 'is not a regular file'],
        ['/dev/null', 'is not a regular file'],
        ['.', 'a directory'],
        ['none.json', 'no such file'],
      ] as const) {
        const { exitCode, stderr } = await runCli(['policy', 'check', path], { cwd: dir.path });
        expect({ path, exitCode }).toEqual({ path, exitCode: 2 });
        expect(stderr).toContain(why);
      }
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'one whose bytes are not those that it has when it is looked at (needs Linux)',
    async () => {
      // A file of the kernel has no size, and its bytes are made while they are read.
      const { exitCode, stderr } = await runCli(['policy', 'check', '/proc/version']);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('was changed while it was read');
    },
  );
});

describe('a policy file that others can change', () => {
  it.skipIf(process.platform === 'win32')(
    'is named with who can, also behind a link (needs a POSIX system)',
    async () => {
      const world = await localWorld();
      await mkdir(world.dir.join('open'));
      writeFileSync(world.dir.join('open/policy.json'), JSON.stringify({ schemaVersion: 1 }));
      await chmod(world.dir.join('open'), 0o777);
      symlinkSync('open/policy.json', world.dir.join('link.json'));
      for (const path of ['open/policy.json', 'link.json']) {
        const words = [...KUBECTL, ...world.options, '--install-dir', 'bin', '--policy', path, '--json'];
        const { exitCode, stdout } = await world.run(words);
        expect(exitCode).toBe(0);
        const { notes }: { readonly notes: readonly { readonly code: string; readonly text: string }[] } =
          JSON.parse(stdout);
        const told = notes.filter(({ code }) => code === 'policy-others-can-change');
        expect(told).toHaveLength(1);
        expect(told[0]?.text).toContain(`everybody (${world.dir.join('open')})`);
      }
    },
  );
});
