/** The state of the trusted root in a data directory that many runs, or other users, have a part in. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeKeptRoot } from '../../src/trust/kept-root.ts';
import { openKeptRoot } from '../../src/trust/refresh-root.ts';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { CLI_PATH, runCli } from '#support/run-cli';
import { type ProgramRun, runProgram } from '#support/run-program';
import { snapshot, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { startWorld, type World } from '#support/world';

interface Shared {
  readonly dir: TempDir;
  readonly world: World;
  /** `--tuf-url` and `--tuf-root`. */
  readonly trust: readonly string[];
}

async function prepare(): Promise<Shared> {
  const dir = await testDir();
  const world = await startWorld({ directory: dir.path });
  onTestFinished(() => world.close());
  return { dir, world, trust: ['--tuf-url', world.tuf.url, '--tuf-root', world.tuf.root] };
}

describe('50 processes at once that renew the trusted root in one data directory', () => {
  it('all succeed, and leave one state that is whole', async () => {
    const { dir, world, trust } = await prepare();
    const data = ['--data-dir', dir.join('data')];
    const runs = await Promise.all(
      Array.from({ length: 50 }, () => runCli(['trusted-root', 'update', '--json', ...trust, ...data])),
    );
    const failed = runs.filter(({ exitCode }) => exitCode !== 0);
    expect(failed).toEqual([]);
    const answers = runs.map(({ stdout }) => JSON.parse(stdout));
    expect(answers.filter(({ notes }) => notes !== undefined && notes.length > 0)).toEqual([]);
    expect(world.tuf.server.requestsFor('/timestamp.json')).toHaveLength(50);

    // No half file of any of them is left, not even one with another name.
    const names = readdirSync(dir.join('data', 'trust'));
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}-0{19}1-0{19}1$/)]);
    const kept = decodeKeptRoot(readFileSync(dir.join('data', 'trust', names[0] ?? '')));
    const { trust: root } = openKeptRoot(kept, world.tuf.repository.firstRoot, world.tuf.url, new Date());
    expect(Buffer.from(root.bytes)).toEqual(readFileSync(world.trustedRoot));
    expect(new Set(answers.map(({ trustedRoot }) => trustedRoot.sha256))).toEqual(new Set([root.sha256]));
    world.tuf.server.reset();
    const shown = await runCli(['trusted-root', 'show', '--json', ...trust, ...data]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ trustedRoot: { source: 'tuf', sha256: root.sha256 } });
    expect(world.tuf.server.requests).toEqual([]);
  });
});

const KUBECTL = ['kubectl', 'v1.30.2', '--platform', 'linux/amd64', '--json'];

async function installArguments({ world, trust }: Shared, directory: string): Promise<readonly string[]> {
  const bytes = Buffer.from('kubectl v1.30.2');
  const release = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl', bytes };
  await world.releases.publishRelease({ ...release, sigstore: world.sigstore });
  const servers = ['--mirror', world.mirror, '--rekor-url', world.rekorUrl];
  return [...KUBECTL, '--install-dir', directory, ...servers, ...trust];
}

describe.skipIf(NO_OTHER_USER !== undefined)(`another user (${NO_OTHER_USER ?? 'here'})`, () => {
  const AS_OTHER = ['setpriv', `--reuid=${OTHER_UID}`, `--regid=${OTHER_UID}`, '--clear-groups'] as const;

  it('installs with a trusted root that is renewed, though their home is read-only: a note', async () => {
    const shared = await prepare();
    const { dir, world } = shared;
    for (const name of ['home', 'bin']) mkdirSync(dir.join(name));
    chownSync(dir.join('bin'), OTHER_UID, OTHER_UID);
    chmodSync(dir.path, 0o755);
    const args = await installArguments(shared, dir.join('bin'));
    const env = { PATH: process.env['PATH'], HOME: dir.join('home'), K8S_VERIFY_DATA_DIR: undefined };
    const { exitCode, stdout, stderr } = await runProgram(
      [...AS_OTHER, process.execPath, CLI_PATH, ...args],
      { cwd: '/', env },
    );
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const { artifacts, notes } = JSON.parse(stdout);
    expect(artifacts).toMatchObject([{ trustedRoot: { source: 'tuf' } }]);
    expect(notes).toMatchObject([{ code: 'not-kept', text: expect.stringContaining(dir.join('home')) }]);
    expect(world.tuf.server.requestsFor('/timestamp.json')).toHaveLength(1);
    expect(await snapshot(dir.join('home'))).toEqual({});
  });
});

/** Root's place, on a disk of this test's own. */
const NAMESPACE = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c'] as const;
const MOUNT = 'mount -t tmpfs none /var/lib';
const CAN_UNSHARE =
  NO_OTHER_USER === undefined && spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), MOUNT]).status === 0;

describe.skipIf(!CAN_UNSHARE)('root by sudo, with the HOME of its caller (needs the right to mount)', () => {
  it('neither reads nor writes the trusted root that the caller keeps, and has its own in /var/lib', async () => {
    const shared = await prepare();
    const { dir, world, trust } = shared;
    const home = dir.join('home');
    const theirs = dir.join('home', '.local', 'share', 'k8s-verify');
    expect((await runCli(['trusted-root', 'update', ...trust, '--data-dir', theirs])).exitCode).toBe(0);
    spawnSync('chown', ['-R', `${OTHER_UID}:${OTHER_UID}`, home]);
    const before = await snapshot(home);
    world.tuf.server.reset();
    const args = await installArguments(shared, dir.join('bin'));
    const env = { HOME: home, XDG_DATA_HOME: dir.join('home', '.local', 'share') };
    const run = await asRoot(args, env, dir.join('answer.json'));
    expect(run).toMatchObject({ exitCode: 0 });
    const answer = JSON.parse(readFileSync(dir.join('answer.json'), 'utf8'));
    expect(answer).toMatchObject({ artifacts: [{ trustedRoot: { source: 'tuf' } }] });
    expect(answer.notes ?? []).toEqual([]);
    expect(world.tuf.server.requestsFor('/timestamp.json')).toHaveLength(1);
    expect(run.stdout.split('\n').filter((line) => line.includes('/trust'))).toEqual([
      '755 0 k8s-verify/trust',
      expect.stringMatching(/^644 0 k8s-verify\/trust\/[0-9a-f]{64}-0{19}1-0{19}1$/),
    ]);
    expect(await snapshot(home)).toEqual(before);
    expect(statSync(theirs).uid).toBe(OTHER_UID);
  });
});

/** The command writes to a file; what it kept is printed: mode, owner and path. */
async function asRoot(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  answer: string,
): Promise<ProgramRun> {
  const words = args.map((word) => `'${word}'`).join(' ');
  const list = `find /var/lib -mindepth 1 -printf '%m %U %P\\n' | sort -k 3`;
  const script = `${MOUNT} && "$0" ${CLI_PATH} ${words} > '${answer}' && ${list}`;
  return runProgram([...NAMESPACE, script, process.execPath], {
    cwd: '/',
    env: { PATH: process.env['PATH'], K8S_VERIFY_DATA_DIR: undefined, ...env },
  });
}
