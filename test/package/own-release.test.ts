/** `verify --k8s-verify-release`, in builds as the release workflow makes them: package.json names a repository. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ownRepository } from '../../scripts/own-repository.ts';
import { createClient } from '../../src/client.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import { verifyFile } from '../../src/verify.ts';
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import { runCli } from '#support/run-cli';
import type { ProgramRun } from '#support/run-program';
import type { SignOptions } from '#support/sigstore/signing';
import { createTempDir, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { ROOT } from './packed.ts';
import { buildTree, copySourceTree } from './source-tree.ts';

const REPOSITORY = 'Some-One/k8s.verify';
const WORKFLOW = `https://github.com/${REPOSITORY}/.github/workflows/release.yml`;
const RELEASE = `${WORKFLOW}@refs/tags/v0.2.0`;
const ISSUER = 'https://token.actions.githubusercontent.com';
let dir: TempDir;
let sigstore: LocalSigstore;
beforeAll(async () => {
  dir = await createTempDir();
  sigstore = createLocalSigstore();
  const url = `git+https://github.com/${REPOSITORY}.git`;
  for (const [tree, repository] of [['named', { type: 'git', url }], ['nameless']] as const) {
    copySourceTree(dir.join(tree), { repository, trustedRoot: sigstore.trustedRoot() });
    await buildTree(dir.join(tree));
  }
});
afterAll(() => dir.remove());

interface Asked {
  readonly tree?: string;
  readonly options?: readonly string[];
}

/** The verdict on standard output: nothing is said of the file but that it is refused. */
function refused(): string {
  const file = dir.join('k8s-verify-linux-x64');
  return `refused\t${file}\t\t\t\t${createHash('sha256').update(readFileSync(file)).digest('hex')}\n`;
}

/** What a build says of a file that is signed so. */
async function verify(
  sign: SignOptions,
  { tree = 'named', options = ['any'] }: Asked = {},
): Promise<ProgramRun> {
  const bytes = Buffer.from('an executable');
  const signed = sigstore.signBlob({ bytes, issuer: ISSUER, ...sign });
  const file = dir.join('k8s-verify-linux-x64');
  writeFileSync(file, bytes);
  writeFileSync(`${file}.sigstore.json`, signed.bundle('0.3'));
  return runCli(['verify', file, '--k8s-verify-release', ...options], {
    script: dir.join(tree, 'bin', 'k8s-verify.js'),
  });
}

function byWorkflow(value: string): SignOptions {
  return { identity: [{ kind: 'uri', value }] };
}

describe('a build that knows its repository', () => {
  it.each<[string, readonly string[]]>([
    ['any release', ['any']],
    ['the release of a version', ['v0.2.0']],
    ['the release of a version, written without v', ['0.2.0']],
  ])('accepts %s', async (_, options) => {
    const { exitCode, stdout, stderr } = await verify(byWorkflow(RELEASE), {
      options: [...options, '--verbose'],
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^genuine\t${dir.join('k8s-verify-linux-x64')}\t`));
    expect(stderr).toContain(`${RELEASE} vouched for by ${ISSUER}`);
  });

  it.each([
    [
      'another repository',
      `https://github.com/Some-One/k9s.verify/.github/workflows/release.yml@refs/tags/v0.2.0`,
    ],
    [
      'another owner',
      `https://github.com/Some-Two/k8s.verify/.github/workflows/release.yml@refs/tags/v0.2.0`,
    ],
    ['the owner in another case', RELEASE.replace('Some-One', 'some-one')],
    ['a dot that is none', RELEASE.replace('k8s.verify', 'k8sxverify')],
    ['another workflow', RELEASE.replace('release.yml', 'check.yml')],
    ['a branch', `${WORKFLOW}@refs/heads/main`],
    ['a tag with something behind it', `${WORKFLOW}@refs/tags/v1.2.3x`],
    ['a pre-release', `${WORKFLOW}@refs/tags/v1.2.3-rc.1`],
    ['something in front', `https://evil.example/?${RELEASE}`],
    ['user info', RELEASE.replace('github.com', 'github.com@evil.example')],
    ['another host', RELEASE.replace('github.com', 'github.com.evil.example')],
  ])('refuses a signature by %s, and says what it expected and found', async (_, name) => {
    const { exitCode, stdout, stderr } = await verify(byWorkflow(name));
    expect({ exitCode, stdout }).toEqual({ exitCode: 15, stdout: refused() });
    expect(stderr).toContain(
      `wanted ${WORKFLOW}@refs/tags/v<major>.<minor>.<patch> vouched for by ${ISSUER}`,
    );
    expect(stderr).toContain(`found  ${name} vouched for by ${ISSUER}`);
  });

  it('refuses another issuer', async () => {
    const { exitCode, stderr } = await verify({
      ...byWorkflow(RELEASE),
      issuer: 'https://accounts.google.com',
    });
    expect(exitCode).toBe(15);
    expect(stderr).toContain(`found  ${RELEASE} vouched for by https://accounts.google.com`);
  });

  it('refuses another version than the one that is asked for', async () => {
    const { exitCode, stderr } = await verify(byWorkflow(RELEASE), { options: ['v0.2.1'] });
    expect(exitCode).toBe(15);
    expect(stderr).toContain(`wanted ${WORKFLOW}@refs/tags/v0.2.1 vouched for by ${ISSUER}`);
  });

  it('refuses a newline behind the version', async () => {
    expect(await verify(byWorkflow(`${RELEASE}\n`))).toMatchObject({
      exitCode: 11,
      stdout: refused(),
    });
  });

  it('refuses what Kubernetes signed', async () => {
    const { exitCode } = await verify({
      identity: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
      issuer: 'https://accounts.google.com',
    });
    expect(exitCode).toBe(15);
  });
});

it('a build that knows no repository refuses the option, before it reads anything', async () => {
  const { exitCode, stdout, stderr } = await runCli(['verify', 'missing', '--k8s-verify-release', 'any'], {
    script: dir.join('nameless', 'bin', 'k8s-verify.js'),
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('does not know the repository that it is from');
  expect(stderr).toMatch(/next   .*--certificate-identity .*docs\/bootstrap\.md/);
});

it('the library takes a release workflow, and no other signer next to it', async () => {
  const bytes = Buffer.from('an executable');
  const bundle = sigstore.signBlob({ bytes, issuer: ISSUER, ...byWorkflow(RELEASE) }).bundle('0.3');
  writeFileSync(dir.join('file'), bytes);
  writeFileSync(dir.join('file.sigstore.json'), bundle);
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const request: VerifyRequest = {
    subject: { kind: 'file', path: dir.join('file') },
    evidence: { kind: 'beside' },
    trustedRootFile: dir.join('root.json'),
    releaseWorkflow: { workflow: WORKFLOW, issuer: ISSUER },
  };
  const world = createClient();
  const { artifacts } = await verifyFile(request, world);
  expect(artifacts).toMatchObject([{ signer: { subjectAlternativeName: RELEASE, issuer: ISSUER } }]);
  const identity = { subjectAlternativeName: RELEASE, issuer: ISSUER };
  await expect(verifyFile({ ...request, identity }, world)).rejects.toMatchObject({ code: 'usage' });
  await expect(verifyFile({ ...request, publicKeyPem: 'x' }, world)).rejects.toMatchObject({ code: 'usage' });
  await world.http.close();
});

it.each([
  ['a short form', 'Some-One/k8s-verify'],
  ['no address', { type: 'git' }],
  ['another host', { url: 'git+https://github.com.evil.example/o/r.git' }],
  ['user info', { url: 'git+https://github.com@evil.example/o/r.git' }],
  ['a missing owner', { url: 'git+https://github.com//r.git' }],
  ['a path that goes up', { url: 'git+https://github.com/o/..git' }],
  ['a path below', { url: 'git+https://github.com/o/r/x.git' }],
  ['a reference', { url: 'git+https://github.com/o/r.git#main' }],
  ['a newline', { url: 'git+https://github.com/o/r.git\n' }],
  ['another protocol', { url: 'git+ssh://git@github.com/o/r.git' }],
  ['an empty variable of the workflow', { url: 'git+https://github.com/.git' }],
])('package.json may not have %s for its repository', (_, repository) => {
  writeFileSync(dir.join('package.json'), JSON.stringify({ repository }));
  expect(() => ownRepository(dir.path)).toThrow(
    'repository.url is not git+https://github.com/OWNER/REPOSITORY.git',
  );
});

it('a build with such a repository fails', async () => {
  const repository = { type: 'git', url: 'git+https://github.com/.git' };
  copySourceTree(dir.join('malformed'), { repository, trustedRoot: sigstore.trustedRoot() });
  await expect(buildTree(dir.join('malformed'))).rejects.toThrow(
    'repository.url is not git+https://github.com/OWNER/REPOSITORY.git',
  );
});

describe('release.yml', () => {
  interface Workflow {
    readonly on: Readonly<Record<string, unknown>>;
    readonly jobs: Readonly<
      Record<string, { readonly uses?: string; readonly steps?: readonly { readonly run?: string }[] }>
    >;
  }
  const workflow: Workflow = parse(readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8'));
  const runs = Object.values(workflow.jobs).map(({ steps = [] }) =>
    steps.map(({ run = '' }) => run).join('\n'),
  );

  it('signs in a job of its own, at a tag that is a version: a workflow that it called would be another identity', () => {
    expect(workflow.on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
    expect(Object.values(workflow.jobs).map(({ uses }) => uses)).toEqual(runs.map(() => undefined));
    expect(runs.filter((run) => run.includes('cosign sign-blob'))).toHaveLength(1);
  });

  it.skipIf(process.platform === 'win32')(
    'sets the repository by a command that npm and the build understand (needs a POSIX shell)',
    async () => {
      const tree = await testDir();
      copyFileSync(path.join(ROOT, 'package.json'), tree.join('package.json'));
      const steps = Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);
      const commands = new Set(steps.flatMap(({ run = '' }) => (run.startsWith('npm pkg set') ? [run] : [])));
      expect(commands.size).toBe(1);
      for (const command of commands) {
        const env = { ...process.env, GITHUB_REPOSITORY: REPOSITORY };
        execFileSync('sh', ['-ec', command], { cwd: tree.path, env, stdio: 'pipe' });
      }
      expect(ownRepository(tree.path)).toBe(REPOSITORY);
      expect(JSON.parse(readFileSync(tree.join('package.json'), 'utf8'))).toMatchObject({
        repository: { type: 'git', url: `git+https://github.com/${REPOSITORY}.git` },
        bugs: { url: `https://github.com/${REPOSITORY}/issues` },
        homepage: `https://github.com/${REPOSITORY}#readme`,
      });
    },
  );

  it('tells every build the repository before it, and holds what it signed against this option', () => {
    const building = runs.filter((run) => /npm run build(?::executable)?(?:\s|$)/m.test(run));
    expect(building).toHaveLength(2);
    for (const run of building) {
      const told = run.indexOf(
        'npm pkg set "repository.type=git" "repository.url=git+https://github.com/$GITHUB_REPOSITORY.git"',
      );
      expect(told).toBeGreaterThanOrEqual(0);
      expect(told).toBeLessThan(run.search(/npm run build/));
    }
    const signing = runs.find((run) => run.includes('cosign sign-blob')) ?? '';
    expect(signing).toContain('--k8s-verify-release "$GITHUB_REF_NAME"');
    expect(signing.indexOf('--k8s-verify-release')).toBeLessThan(signing.indexOf('npm publish'));
  });
});
