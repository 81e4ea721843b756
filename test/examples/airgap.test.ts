/** The walk of docs/airgap.md: collected with a network, and installed where there is none. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_CUT_OFF, withoutNetwork } from '#support/cut-off';
import { goProgram } from '#support/go-program';
import { startReleaseServer } from '#support/release-server';
import { createLocalSigstore, serveSigstore } from '#support/local-sigstore';
import { createTempDir, type TempDir } from '#support/temp-dir';
import { type ProgramRun, runProgram } from '#support/run-program';
import { startWorld, type World } from '#support/world';
import { ROOT } from '../package/packed.ts';
import { example } from './example-world.ts';

const COMPONENTS = ['kubeadm', 'kubelet', 'kubectl'];
const [VERSION, NEXT] = ['v1.30.2', 'v1.30.3'];

let world: World;
let dir: TempDir;
beforeAll(async () => {
  dir = await createTempDir();
  world = await startWorld({ directory: dir.path });
  for (const version of [VERSION, NEXT]) {
    for (const component of COMPONENTS) {
      const bytes = bytesOf(component, version);
      const release = { component, version, platform: 'linux/amd64', bytes };
      await world.releases.publishRelease({ ...release, sigstore: world.sigstore });
    }
  }
  mkdirSync(dir.join('path'));
  writeScript('connected', `exec '${process.execPath}' '${CLI}' "$@" ${world.options.join(' ')}`);
  // In the place of the trusted root that is built in, which signs nothing here: that of the local Sigstore.
  writeScript(
    'cut-off',
    `if [ "$1" != mirror ]; then set -- "$@" --platform linux/amd64; fi
case " $* " in *" --trusted-root "*) ;; *) set -- "$@" --trusted-root '${world.trustedRoot}' ;; esac
exec '${process.execPath}' '${CLI}' "$@"`,
  );
});
afterAll(async () => {
  await world.close();
  await dir.remove();
});

const CLI = join(ROOT, 'bin/k8s-verify.js');

function bytesOf(component: string, version: string): Buffer {
  return goProgram({
    main: `k8s.io/kubernetes/cmd/${component}`,
    strings: [version],
    settings: { GOOS: 'linux', GOARCH: 'amd64' },
  });
}

/** A `k8s-verify` on the PATH of one of the two machines. */
function writeScript(machine: string, line: string): void {
  mkdirSync(dir.join('path', machine));
  const script = dir.join('path', machine, 'k8s-verify');
  writeFileSync(script, `#!/bin/sh\n${line}\n`);
  chmodSync(script, 0o755);
}

function on(machine: 'connected' | 'cut-off', ...args: readonly string[]): Promise<ProgramRun> {
  return told({}, machine, ...args);
}

function told(
  more: Readonly<Record<string, string>>,
  machine: 'connected' | 'cut-off',
  ...args: readonly string[]
): Promise<ProgramRun> {
  const command = [example('airgap.sh'), ...args];
  const PATH = [dir.join('path', machine), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = {
    PATH,
    HOME: dir.join(machine),
    K8S_VERIFY_DATA_DIR: dir.join(machine),
    INSTALL_DIR: dir.join('bin'),
    ...more,
  };
  const [program, ...words] = machine === 'connected' ? command : withoutNetwork(command);
  return runProgram([program ?? '', ...words], { cwd: dir.path, env });
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function installed(version: string): readonly string[] {
  return COMPONENTS.filter((component) => {
    const file = dir.join('bin', component);
    return existsSync(file) && readFileSync(file).equals(bytesOf(component, version));
  });
}

/** What an attacker who has the directory on its way can make of it: files, evidence and trusted root of their own. */
async function forged(): Promise<string> {
  const directory = dir.join('forged');
  const theirs = await serveSigstore(createLocalSigstore());
  const releases = await startReleaseServer();
  for (const component of COMPONENTS) {
    const bytes = Buffer.concat([bytesOf(component, VERSION), Buffer.from('evil')]);
    const release = { component, version: VERSION, platform: 'linux/amd64', bytes };
    await releases.publishRelease({ ...release, sigstore: theirs });
  }
  writeFileSync(dir.join('theirs.json'), theirs.trustedRoot());
  const from = ['--mirror', releases.url, '--rekor-url', theirs.rekorUrl, '--trusted-root', 'theirs.json'];
  const asked = [...COMPONENTS, VERSION, '--platform', 'linux/amd64', '--to', directory];
  const filled = await runProgram([process.execPath, CLI, 'mirror', ...asked, ...from], {
    cwd: dir.path,
    env: { HOME: dir.join('theirs') },
  });
  expect(filled).toMatchObject({ exitCode: 0 });
  await Promise.all([theirs.close(), releases.close()]);
  return directory;
}

describe.skipIf(NO_CUT_OFF !== undefined)(`the air gap (${NO_CUT_OFF ?? 'here'})`, () => {
  it('is crossed by a directory, from one version to the next and back', async () => {
    expect(await on('connected', 'collect', dir.join('carried'), VERSION)).toMatchObject({ exitCode: 0 });
    expect(await on('cut-off', 'install', dir.join('carried'), VERSION)).toMatchObject({ exitCode: 0 });
    expect(installed(VERSION)).toEqual(COMPONENTS);
    expect(await on('cut-off', 'check', dir.join('carried'))).toMatchObject({ exitCode: 0 });
    // Without a network it is not there by itself.
    const missing = await on('cut-off', 'install', dir.join('carried'), NEXT);
    expect(missing.exitCode).toBe(4);
    expect(installed(VERSION)).toEqual(COMPONENTS);
    expect(await on('connected', 'collect', dir.join('carried'), NEXT)).toMatchObject({ exitCode: 0 });
    for (const version of [NEXT, VERSION]) {
      expect(await on('cut-off', 'install', dir.join('carried'), version)).toMatchObject({ exitCode: 0 });
      expect(installed(version)).toEqual(COMPONENTS);
    }
  });

  it('is not crossed by a file that was changed on its way, nor by one under another name', async () => {
    expect(await on('connected', 'collect', dir.join('swapped'), VERSION)).toMatchObject({ exitCode: 0 });
    rmSync(dir.join('bin'), { recursive: true, force: true });
    const at = (component: string): string =>
      dir.join('swapped', 'release', VERSION, 'bin', 'linux', 'amd64', component);
    const honest = readFileSync(at('kubelet'));
    appendFileSync(at('kubelet'), 'x');
    expect(await on('cut-off', 'check', dir.join('swapped'))).toMatchObject({ exitCode: 12 });
    expect(await on('cut-off', 'install', dir.join('swapped'), VERSION)).toMatchObject({ exitCode: 12 });
    // Another one in its place: with the side files of the first, and then with its own.
    writeFileSync(at('kubelet'), readFileSync(at('kubeadm')));
    expect(await on('cut-off', 'install', dir.join('swapped'), VERSION)).toMatchObject({ exitCode: 12 });
    for (const name of readdirSync(dirname(at('kubelet'))).filter((one) => one.startsWith('kubelet'))) {
      writeFileSync(join(dirname(at('kubelet')), name), readFileSync(at(name.replace('kubelet', 'kubeadm'))));
    }
    expect(await on('cut-off', 'install', dir.join('swapped'), VERSION)).toMatchObject({ exitCode: 19 });
    expect(honest).toEqual(bytesOf('kubelet', VERSION));
    expect(COMPONENTS.filter((component) => existsSync(dir.join('bin', component)))).toEqual([]);
  });

  it('is not crossed by files that another Sigstore signed, whose trusted root lies next to them', async () => {
    const directory = await forged();
    rmSync(dir.join('bin'), { recursive: true, force: true });
    expect(await on('cut-off', 'check', directory)).toMatchObject({ exitCode: 5 });
    expect(await on('cut-off', 'install', directory, VERSION)).toMatchObject({ exitCode: 5 });
    // Nor with the digest of the right one, which is known by another way.
    const right = { TRUSTED_ROOT_SHA256: sha256Of(world.trustedRoot) };
    for (const step of [
      ['check', directory],
      ['install', directory, VERSION],
    ]) {
      const { exitCode, stderr } = await told(right, 'cut-off', ...step);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining(`${directory}/trusted_root.json is another one`),
      });
    }
    expect(existsSync(dir.join('bin'))).toBe(false);
  });

  it('takes the carried trusted root where its digest came by another way, as collect says it', async () => {
    const collected = await on('connected', 'collect', dir.join('rooted'), VERSION);
    const digest = sha256Of(dir.join('rooted', 'trusted_root.json'));
    expect(collected).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(digest) });
    rmSync(dir.join('bin'), { recursive: true, force: true });
    const by = { TRUSTED_ROOT_SHA256: digest };
    for (const step of [
      ['check', dir.join('rooted')],
      ['install', dir.join('rooted'), VERSION],
    ]) {
      const ran = await told(by, 'cut-off', ...step);
      expect(ran).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).not.toContain('lies in the mirror');
    }
    expect(installed(VERSION)).toEqual(COMPONENTS);
  });
});
