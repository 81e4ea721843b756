/** Runs the executable in the root of the container image. Registered where it is built, since that takes long. */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { areAtHand } from '../../scripts/container/debian-packages.ts';
import { assembleRoot, CONTAINER_PLATFORMS, LIBRARIES, USER } from '../../scripts/container/root.ts';
import type { RunningSigstore } from '#support/local-sigstore';
import type { ReleaseServer } from '#support/release-server';
import { type ProgramRun, runProgram } from '#support/run-program';
import type { TempDir } from '#support/temp-dir';

const platform = CONTAINER_PLATFORMS.find(
  ({ arch }) => process.platform === 'linux' && arch === process.arch,
);
const CHROOT = '/usr/sbin/chroot';
const fromDebian = platform !== undefined && areAtHand(platform.goarch);
const hasLibraries =
  platform !== undefined && LIBRARIES.every((name) => existsSync(path.join('/', platform.libraries, name)));
const possible = process.getuid?.() === 0 && existsSync(CHROOT) && (fromDebian || hasLibraries);

export interface ImageWorld {
  readonly built: TempDir;
  readonly executable: string;
  readonly sigstore: RunningSigstore;
  readonly releases: ReleaseServer;
  readonly version: string;
}

export function testImage(world: () => ImageWorld): void {
  describe.skipIf(!possible)(
    'in the root of the container image (needs root, and libraries of Debian)',
    () => {
      let root: string;
      beforeAll(() => {
        const { built, executable, sigstore } = world();
        if (platform === undefined) throw new TypeError('there is an image for this machine');
        root = built.join('root');
        assembleRoot({ platform, executable, into: root, ...(fromDebian ? {} : { librariesFrom: '/' }) });
        rmSync(`${root}-packages`, { recursive: true, force: true });
        const data = path.join(root, 'data');
        mkdirSync(data);
        const bytes = Buffer.from('kubectl');
        writeFileSync(path.join(data, 'kubectl'), bytes);
        writeFileSync(path.join(data, 'kubectl.sigstore.json'), sigstore.signBlob({ bytes }).bundle('0.3'));
        writeFileSync(path.join(data, 'changed'), 'another kubectl');
        writeFileSync(path.join(data, 'changed.sigstore.json'), sigstore.signBlob({ bytes }).bundle('0.3'));
        writeFileSync(path.join(data, 'root.json'), sigstore.trustedRoot());
        chownSync(data, USER, USER);
      });

      /** As a container engine starts it: that user, no other group, and a HOME only where there is one. */
      const inside = async (...args: readonly string[]): Promise<ProgramRun> =>
        runProgram(
          [CHROOT, `--userspec=${USER}:${USER}`, '--groups=', root, '/usr/bin/k8s-verify', ...args],
          {
            env: {},
          },
        );

      it('runs without a HOME, and proves a file without a network', async () => {
        const { exitCode, stderr } = await inside(
          'verify',
          '/data/kubectl',
          '--trusted-root',
          '/data/root.json',
          '--offline',
        );
        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      });

      it('refuses another file', async () => {
        const refused = await inside(
          'verify',
          '/data/changed',
          '--trusted-root',
          '/data/root.json',
          '--offline',
        );
        expect(refused.exitCode).toBe(12);
      });

      it('installs where its user can write, and says that it cannot elsewhere', async () => {
        const { releases, sigstore, version } = world();
        const options = [
          '--mirror',
          releases.url,
          '--rekor-url',
          sigstore.rekorUrl,
          '--trusted-root',
          '/data/root.json',
        ];
        const install = async (into: string): Promise<ProgramRun> =>
          inside('kubectl', version, ...options, '--install-dir', into);
        const { exitCode, stdout, stderr } = await install('/data/bin');
        expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: '/data/bin/kubectl\n' });
        expect((await install('/usr/bin')).exitCode).toBe(20);
      });

      it('has nothing that its user can change, and no other program', async () => {
        const names = await readdir(root, { recursive: true });
        const own = names.filter((name) => !/^data(?:\/|$)/.test(name));
        const stats = await Promise.all(
          own.map(async (name) => ({ name, stat: await lstat(path.join(root, name)) })),
        );
        const changeable = stats.filter(({ stat }) => stat.uid !== 0 || (stat.mode & 0o6022) !== 0);
        expect(changeable.map(({ name }) => name)).toEqual([]);
        const programs = stats.filter(({ stat }) => stat.isFile() && (stat.mode & 0o111) !== 0);
        expect(programs.map(({ name }) => name).toSorted()).toEqual(
          [platform?.linker ?? '', 'usr/bin/k8s-verify'].toSorted(),
        );
      });

      it.skipIf(!has('readelf'))(
        'has the libraries that the executable asks for, and no others (needs readelf)',
        () => {
          const { executable } = world();
          const text = execFileSync('readelf', ['-d', '-l', executable], { encoding: 'utf8' });
          const needed = [...text.matchAll(/Shared library: \[(.*)\]/g)].map(([, name = '']) => name);
          const linker = path.basename(platform?.linker ?? '');
          expect(needed.toSorted()).toEqual([...LIBRARIES, linker].toSorted());
          expect(text).toContain(`[Requesting program interpreter: /${platform?.linker}]`);
        },
      );
    },
  );
}

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
