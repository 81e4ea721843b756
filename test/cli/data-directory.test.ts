import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goProgram } from '#support/go-program';
import { createLocalSigstore } from '#support/local-sigstore';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { CLI_PATH, runCli, type RunOptions } from '#support/run-cli';
import { runProgram, type ProgramRun } from '#support/run-program';
import { snapshot, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

const sigstore = createLocalSigstore();

/** A build of kubectl v1.36.0 for linux/amd64, with its bundle and the trusted root next to it. */
function place(dir: TempDir, name: string): readonly string[] {
  const bytes = Buffer.concat([goProgram({ strings: ['v1.36.0'] }), Buffer.from(name)]);
  writeFileSync(dir.join(name), bytes);
  writeFileSync(dir.join(`${name}.sigstore.json`), sigstore.signBlob({ bytes }).bundle('0.3'));
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  return ['verify', dir.join(name), '--trusted-root', dir.join('root.json')];
}

async function verify(dir: TempDir, name: string, options: RunOptions = {}): Promise<ProgramRun> {
  return runCli(place(dir, name), { home: dir.path, ...options });
}

describe('a name that was proved before', () => {
  it('is refused for another file, with what a person does then', async () => {
    const dir = await testDir();
    await expect(verify(dir, 'first')).resolves.toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('!'),
    });
    const { exitCode, stderr } = await verify(dir, 'second');
    expect(exitCode).toBe(19);
    expect(stderr).toMatch(
      /^k8s-verify: refused: another file was proved to be kubectl v1\.36\.0 linux\/amd64 before$/m,
    );
    expect(stderr).toMatch(/^ {2}wanted +sha256:[0-9a-f]{64}, signed \S+Z$/m);
    expect(stderr).toMatch(/^ {2}found +sha256:[0-9a-f]{64}, signed \S+Z, genuine too$/m);
    expect(stderr).toMatch(/^ {2}next +use neither file before you know why there are two$/m);
    const command = new RegExp(
      `once you know that this one is right: k8s-verify (verify \\S+second .* --forget-name kubectl@v1\\.36\\.0:linux/amd64)$`,
      'm',
    ).exec(stderr)?.[1];
    const again = await runCli(command?.split(' ') ?? [], { home: dir.path });
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('is forgotten') });
    await expect(verify(dir, 'second')).resolves.toMatchObject({ exitCode: 0 });
    await expect(verify(dir, 'first')).resolves.toMatchObject({ exitCode: 19 });
  });

  it.each(['kubectl', 'kubectl@', '@v1.36.0', 'kubectl@stable', 'kubectl@v1.36.0:amd64', 'a@v1.0.0@v2.0.0'])(
    'is not forgotten by what is no name: %s',
    async (name) => {
      const dir = await testDir();
      const run = await runCli([...place(dir, 'first'), '--forget-name', name], { home: dir.path });
      expect(run).toMatchObject({ exitCode: 2 });
    },
  );
});

describe('the data directory', () => {
  it('is what --data-dir names, before the variable', async () => {
    const dir = await testDir();
    const env = { K8S_VERIFY_DATA_DIR: dir.join('variable') };
    const run = await runCli([...place(dir, 'first'), '--data-dir', 'option'], { home: dir.path, env });
    expect(run.exitCode).toBe(0);
    expect(readdirSync(dir.join('option'))).toEqual(['checkpoints', 'evidence', 'names']);
    expect(readdirSync(dir.path)).not.toContain('variable');
  });

  it('that cannot be written is a note, and the proof counts', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '');
    const { exitCode, stdout } = await runCli(
      [...place(dir, 'first'), '--data-dir', dir.join('file'), '--json'],
      { home: dir.path },
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      notes: [{ code: 'kept-not-used' }, { code: 'not-kept' }],
    });
  });
});

describe.skipIf(NO_OTHER_USER !== undefined)(`another user (${NO_OTHER_USER ?? 'here'})`, () => {
  const AS_OTHER = ['setpriv', `--reuid=${OTHER_UID}`, `--regid=${OTHER_UID}`, '--clear-groups'] as const;

  async function verifyAsOther(dir: TempDir, env: Readonly<Record<string, string>>): Promise<ProgramRun> {
    const args = place(dir, 'first');
    chmodSync(dir.path, 0o755);
    return runProgram([...AS_OTHER, process.execPath, CLI_PATH, ...args, '--json'], {
      cwd: '/',
      env: { PATH: process.env['PATH'], K8S_VERIFY_DATA_DIR: undefined, ...env },
    });
  }

  it('keeps things in their home, where no one else looks', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('home'));
    chownSync(dir.join('home'), OTHER_UID, OTHER_UID);
    await expect(verifyAsOther(dir, { HOME: dir.join('home') })).resolves.toMatchObject({ exitCode: 0 });
    expect(await snapshot(dir.join('home'))).toMatchObject({
      '.local/share/k8s-verify': 'directory 0700',
      '.local/share/k8s-verify/names': 'directory 0700',
    });
  });

  it.each<readonly [string, (dir: TempDir) => Readonly<Record<string, string>>]>([
    ['a home that they may not write', (dir) => ({ HOME: dir.path })],
    ["root's own directory as XDG_DATA_HOME", (dir) => ({ HOME: '/', XDG_DATA_HOME: dir.path })],
  ])('proves with %s, and a note', async (_, envOf) => {
    const dir = await testDir();
    const { exitCode, stdout } = await verifyAsOther(dir, envOf(dir));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, notes: [{ code: 'not-kept' }] });
  });
});

/** Root's place, on a disk of this test's own. */
const NAMESPACE = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c'] as const;
const MOUNT = 'mount -t tmpfs none /var/lib';
const CAN_UNSHARE =
  process.geteuid?.() === 0 && spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), MOUNT]).status === 0;

describe.skipIf(!CAN_UNSHARE)('root (needs Linux and the right to mount)', () => {
  it("keeps things in /var/lib, and nothing in the caller's home, which sudo may leave in HOME", async () => {
    const dir = await testDir();
    const home = dir.join('home');
    mkdirSync(home);
    const args = place(dir, 'first').map((word) => `'${word}'`);
    const script = `${MOUNT} && "$0" ${CLI_PATH} ${args.join(' ')} >&2 && find /var/lib -mindepth 1 -printf '%m %P\\n'`;
    const run = await runProgram([...NAMESPACE, script, process.execPath], {
      cwd: '/',
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_DATA_HOME: join(home, 'data'),
        K8S_VERIFY_DATA_DIR: undefined,
      },
    });
    expect(run).toMatchObject({ exitCode: 0 });
    const kept = run.stdout.trim().split('\n').toSorted();
    expect(kept).toHaveLength(7);
    expect(kept.filter((line) => line.startsWith('644 '))).toHaveLength(3);
    expect(kept.filter((line) => line.startsWith('755 '))).toEqual([
      '755 k8s-verify',
      '755 k8s-verify/checkpoints',
      '755 k8s-verify/evidence',
      '755 k8s-verify/names',
    ]);
    expect(await snapshot(home)).toEqual({});
    expect(statSync(home).uid).toBe(0);
  });
});
