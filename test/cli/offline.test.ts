/** Runs with `--offline`, whose sockets are watched, and runs on a machine without a network. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { internetSockets, NO_CUT_OFF, NO_TRACE, traced, withoutNetwork } from '#support/cut-off';
import { goProgram } from '#support/go-program';
import { createLocalSigstore } from '#support/local-sigstore';
import { CLI_PATH } from '#support/run-cli';
import { runProgram, type ProgramRun } from '#support/run-program';
import { localWorld, type LocalWorld } from './local-world.ts';

const KUBECTL = ['kubectl', 'v1.36.0', '--platform', 'linux/amd64', '--install-dir', 'bin'];

interface Installed {
  readonly world: LocalWorld;
  /** Installs it, or finds it there. */
  readonly again: readonly string[];
  /** The same arguments where no server is named. */
  readonly trust: readonly string[];
}

/** kubectl is in `bin`, and its evidence in the data directory. */
async function installed(): Promise<Installed> {
  const world = await localWorld();
  const { releases, sigstore, dir } = world;
  const bytes = goProgram({ strings: ['v1.36.0'] });
  await releases.publishRelease({
    version: 'v1.36.0',
    platform: 'linux/amd64',
    component: 'kubectl',
    bytes,
    sigstore,
  });
  await expect(inHome(world, [...KUBECTL, ...world.options])).resolves.toMatchObject({ exitCode: 0 });
  const trust = ['--trusted-root', dir.join('root.json')];
  return { world, again: [...KUBECTL, ...trust], trust };
}

function inHome(world: LocalWorld, args: readonly string[], env = {}): Promise<ProgramRun> {
  return world.run(args, { home: world.dir.path, env });
}

function environment({ dir }: LocalWorld): Readonly<Record<string, string | undefined>> {
  return { PATH: process.env['PATH'], HOME: dir.path };
}

/** What it opened, and how it ended. */
async function watched(
  world: LocalWorld,
  args: readonly string[],
): Promise<{ readonly run: ProgramRun; readonly sockets: readonly string[] }> {
  const file = world.dir.join('trace');
  const command = traced([process.execPath, CLI_PATH, ...args], file);
  const run = await runProgram(command, { cwd: world.dir.path, env: environment(world) });
  return { run, sockets: internetSockets(file) };
}

async function cutOff(world: LocalWorld, args: readonly string[]): Promise<ProgramRun> {
  const command = withoutNetwork([process.execPath, CLI_PATH, ...args]);
  return runProgram(command, { cwd: world.dir.path, env: environment(world) });
}

describe.skipIf(NO_TRACE !== undefined)(`the sockets of a run (${NO_TRACE ?? 'watched'})`, () => {
  it('are none with --offline, whatever it needs; without it they are seen', async () => {
    const { world, again, trust } = await installed();
    const { dir } = world;
    const online = await watched(world, [...KUBECTL, ...world.options, '--check-sums']);
    expect(online.sockets).not.toEqual([]);
    const kept = await watched(world, [...again, '--offline']);
    expect(kept).toMatchObject({ run: { exitCode: 0 }, sockets: [] });
    expect(kept.run.stderr).toContain('kept kubectl v1.36.0');
    expect(kept.run.stderr).toContain('offline: trusted root ');
    const lines: readonly (readonly [readonly string[], number])[] = [
      [['verify', 'bin/kubectl', ...trust], 0],
      [['verify', 'bin/kubectl', '--as', 'kubeadm@v1.36.0', ...trust], 19],
      [['kubelet', 'v1.36.0', '--platform', 'linux/amd64', '--install-dir', 'bin', ...trust], 4],
      [['kubectl', '--install-dir', 'bin', ...trust], 4],
      [[...again, '--require-fresh-trusted-root'], 5],
      [[...KUBECTL, '--require-fresh-trusted-root'], 5],
      [['list', 'stable'], 4],
      [['list', 'v1.30.2'], 0],
      [['trusted-root', 'show'], 0],
      [['trusted-root', 'update'], 4],
      [['trusted-root', 'export', 'exported.json'], 0],
      [['doctor'], 0],
    ];
    for (const [args, exitCode] of lines) {
      const { run, sockets } = await watched(world, [...args, '--offline']);
      expect({ args, exitCode: run.exitCode, sockets }).toEqual({ args, exitCode, sockets: [] });
    }
    const mirror = mirrorDirectory(world);
    const fromMirror = ['kubectl', '--platform', 'linux/amd64', '--install-dir', 'other', '--mirror', mirror];
    expect(await watched(world, [...fromMirror, ...trust, '--offline'])).toMatchObject({
      run: { exitCode: 0 },
      sockets: [],
    });
    rmSync(dir.join('bin', 'kubectl'));
    expect(await watched(world, [...again, '--offline'])).toMatchObject({
      run: { exitCode: 4 },
      sockets: [],
    });
  }, 180_000);
});

describe.skipIf(NO_CUT_OFF !== undefined)(`a machine without a network (${NO_CUT_OFF ?? 'made'})`, () => {
  it('proves again what is installed, with --offline and without', async () => {
    const { world, again, trust } = await installed();
    for (const more of [[], ['--offline']]) {
      const run = await cutOff(world, [...again, ...more]);
      expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('kept kubectl v1.36.0') });
      expect(await cutOff(world, ['verify', 'bin/kubectl', ...trust, ...more])).toMatchObject({
        exitCode: 0,
      });
    }
  });
});

/** A directory laid out as dl.k8s.io: kubectl v1.36.0, its evidence, and that it is stable. */
function mirrorDirectory({ dir, sigstore }: LocalWorld): string {
  const bytes = goProgram({ strings: ['v1.36.0'] });
  const path = 'mirror/release/v1.36.0/bin/linux/amd64/kubectl';
  mkdirSync(dirname(dir.join(path)), { recursive: true });
  writeFileSync(dir.join(path), bytes);
  writeFileSync(dir.join(`${path}.sigstore.json`), sigstore.signBlob({ bytes }).bundle('0.3'));
  writeFileSync(dir.join('mirror/release/stable.txt'), 'v1.36.0');
  return dir.join('mirror');
}

describe('--offline with a mirror directory', () => {
  const STABLE = ['kubectl', '--platform', 'linux/amd64', '--install-dir', 'bin'];

  it('installs from it, asks it which version is stable, and says how old the trusted root is', async () => {
    const world = await localWorld();
    const mirror = mirrorDirectory(world);
    const trust = ['--trusted-root', world.dir.join('root.json')];
    const run = await inHome(world, [...STABLE, ...trust, '--mirror', mirror, '--offline']);
    expect(run).toMatchObject({ exitCode: 0, stdout: `${world.dir.join('bin', 'kubectl')}\n` });
    expect(run.stderr).toMatch(/^installed kubectl v1\.36\.0 \(stable\) linux\/amd64 as /);
    expect(run.stderr).toContain(`\noffline: trusted root ${world.dir.join('root.json')}\n`);
  });

  it('takes what it has where a variable names it next to a server', async () => {
    const world = await localWorld();
    const mirror = mirrorDirectory(world);
    const trust = ['--trusted-root', world.dir.join('root.json')];
    const env = { K8S_VERIFY_MIRROR: `https://mirror.example.com ${mirror}` };
    const run = await inHome(world, [...STABLE, ...trust, '--offline', '--json'], env);
    expect(run.exitCode).toBe(0);
    const { artifacts, notes } = JSON.parse(run.stdout);
    expect(artifacts).toMatchObject([{ version: 'v1.36.0', source: expect.stringContaining(mirror) }]);
    expect(notes).toMatchObject([{ code: 'mirror-not-asked' }]);
  });

  it('says what is missing in it', async () => {
    const world = await localWorld();
    const mirror = mirrorDirectory(world);
    const trust = ['--trusted-root', world.dir.join('root.json')];
    const path = dirname(join(mirror, 'release/v1.36.0/bin/linux/amd64/kubectl'));
    const { signatureFile, certificateFile } = world.sigstore.signBlob({
      bytes: goProgram({ strings: ['v1.36.0'] }),
    });
    rmSync(join(path, 'kubectl.sigstore.json'));
    const line = [...STABLE, ...trust, '--mirror', mirror, '--offline'];
    const lacking = await inHome(world, line);
    expect(lacking.exitCode).toBe(4);
    const next = /what is missing: (k8s-verify .*)$/m.exec(lacking.stderr)?.[1];
    expect(next).toContain('--mirror https://dl.k8s.io');
    expect(next).not.toContain('--offline');
    writeFileSync(join(path, 'kubectl.sig'), signatureFile);
    writeFileSync(join(path, 'kubectl.cert'), certificateFile);
    const run = await inHome(world, line);
    expect(run).toMatchObject({ exitCode: 4 });
    expect(run.stderr).toContain('the entry of the public log is not here, and this run is offline');
  });
});

describe('--offline', () => {
  it('does not go with a server that the line names', async () => {
    const world = await localWorld();
    const run = await inHome(world, [...KUBECTL, ...world.options, '--offline']);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('a server cannot be asked') });
    expect(world.releases.http.requests).toEqual([]);
  });

  it('leaves out a server that a variable names, with a note', async () => {
    const { world, again } = await installed();
    const env = { K8S_VERIFY_MIRROR: 'https://you:secret@mirror.example.com/k8s' };
    const run = await inHome(world, [...again, '--offline', '--json'], env);
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      notes: [{ code: 'mirror-not-asked', text: expect.stringContaining('mirror.example.com/k8s') }],
    });
    expect(run.output).not.toContain('secret');
  });

  it('is what K8S_VERIFY_OFFLINE says, and that variable says yes or no', async () => {
    const { world, again } = await installed();
    rmSync(world.dir.join('bin', 'kubectl'));
    for (const value of ['1', 'true']) {
      const run = await inHome(world, [...again, '--json'], { K8S_VERIFY_OFFLINE: value });
      expect(run.exitCode).toBe(4);
      expect(JSON.parse(run.stdout).error).toMatchObject({
        code: 'offline',
        next: [{ text: expect.stringContaining('without K8S_VERIFY_OFFLINE') }, { text: 'or carry it here' }],
      });
    }
    const online = [...KUBECTL, ...world.options];
    const run = await inHome(world, online, { K8S_VERIFY_OFFLINE: '0' });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await inHome(world, online, { K8S_VERIFY_OFFLINE: 'yes' })).toMatchObject({ exitCode: 2 });
  });

  it('names what is missing, and the line that would fetch it', async () => {
    const { world, trust } = await installed();
    const { dir } = world;
    writeFileSync(dir.join('other'), 'not proved by anything');
    const run = await inHome(world, ['verify', 'other', ...trust, '--offline']);
    expect(run.exitCode).toBe(4);
    // What says its name can be carried in a mirror; so can what is asked for by name.
    const other = goProgram({ strings: ['v1.35.0'] });
    writeFileSync(dir.join('named'), other);
    const named = await inHome(world, ['verify', 'named', ...trust, '--offline']);
    expect(named.stderr).toMatch(
      /^ +or carry it here: k8s-verify mirror kubectl v1\.35\.0 --platform linux\/amd64 --trusted-root \S+ --to DIR$/m,
    );
    const asked = await inHome(world, ['kubelet', 'v1.36.0', '--platform', 'linux/amd64', '--offline']);
    expect(asked.stderr).toMatch(
      /^ +or carry it here: k8s-verify mirror kubelet v1\.36\.0 --platform linux\/amd64 --to DIR$/m,
    );
    const command = ['verify', 'other', ...trust].join(' ');
    expect(run.stderr).toBe(
      [
        'k8s-verify: error: there is no evidence for other on this machine',
        '  wanted evidence for sha256:cfd968c11915205e20da700d57da0464c27f0f14ad12ec87cb1a22ec9b48dd2a',
        '  found  none of it next to the file, in what earlier runs kept, or in what the command names',
        `  next   with a network: k8s-verify ${command}`,
        'Nothing was learnt about other. Exit code 4 (k8s-verify help 4)',
        '',
      ].join('\n'),
    );
  });

  it('says that the trusted root is the reason, where what was kept is by a key that it does not know', async () => {
    const { world } = await installed();
    writeFileSync(world.dir.join('other-root.json'), createLocalSigstore().trustedRoot());
    const verify = ['verify', 'bin/kubectl', '--offline', '--trusted-root', 'other-root.json'];
    const run = await inHome(world, [...verify, '--json']);
    expect(run.exitCode).toBe(5);
    expect(JSON.parse(run.stdout).error).toMatchObject({ code: 'authority-unknown' });
    expect(run.stderr).not.toContain('no evidence');
  });

  it('names the locked file that is missing, which the line need not name', async () => {
    const { world, trust } = await installed();
    rmSync(world.dir.join('bin'), { recursive: true });
    const locking = ['lock', 'kubectl', 'v1.36.0', '--platform', 'linux/amd64', ...world.options];
    expect(await inHome(world, locking)).toMatchObject({ exitCode: 0 });
    const run = await inHome(world, ['install', '--locked', ...KUBECTL.slice(2), ...trust, '--offline']);
    const where = `--platform linux/amd64 ${trust.join(' ')} --to DIR`;
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain(`or carry it here: k8s-verify mirror kubectl v1.36.0 ${where}\n`);
    expect(run.stderr).toContain('Nothing was learnt about what is locked, and nothing was installed.');
  });
});
